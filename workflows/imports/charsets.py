"""What a file's bytes mean as text: UTF-8, UTF-16, else what the letters that are no UTF-8 look most like."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final

from charset_normalizer import CharsetMatch, from_bytes

from workflows.imports.values import Guess

SAMPLE: Final = 1 << 18  # characters that are looked at, from the first line on that is not ASCII
FEWEST: Final = 4  # different bytes beyond ASCII; with less of them any guess is as good as another
WESTERN: Final = "cp1252"
CENTRAL: Final = "cp1250"
# Polish, read as Western, has a superscript three for its most frequent letter.
SIGN_IN_A_WORD: Final = re.compile("[a-z][³¹¿][a-z]")
# What spreadsheets write in other parts of the world, where they do not write UTF-8.
CANDIDATES: Final = [
    *(WESTERN, CENTRAL, "cp1251", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "gb18030", "big5", "euc_kr"),
]
MESSY: Final = 0.05  # by the measure of charset-normalizer, from 0 to 1
MARGIN: Final = 0.05  # another encoding must be better than Western by more than this
# As people know them, where Python's name is another.
NAMES: Final[Mapping[str, str]] = {
    **{f"cp{page}": f"Windows-{page}" for page in range(1250, 1259)},
    "cp932": "Shift_JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
}
NOT_ASCII: Final = re.compile(r"\w*[^\W\x00-\x7f]\w*")
FEW_WORDS: Final = 3
LONGEST_WORD: Final = 40
BROKEN: Final = re.compile("[\ud800-\udfff]")
SOUND: Final = re.compile("[^\x00-\x7f\ud800-\udfff]")


def encoding_of(start: bytes) -> str:
    """Without a mark at the beginning, the zeros beside letters tell which way round UTF-16 is.

    All else is read as UTF-8 at first; `decoded` sees to what that leaves broken.
    """
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) > 1 and b"\0" in start[:2]:
        return "utf-16-le" if start[0] else "utf-16-be"
    return "utf-8-sig"


def decoded(lines: Iterable[str], guessed: Callable[[Guess], None] = lambda _guess: None) -> Iterator[str]:
    """Lines as they are meant. A byte that was no UTF-8 comes as a lone surrogate, as `surrogateescape` makes it.

    A file that mostly is UTF-8 is UTF-8, and what is broken in it stays broken. Any other is in the encoding that
    charset-normalizer finds for its first lines beyond ASCII, and in Windows-1252 where it is not sure.
    `guessed` is told which.
    """
    found = iter(lines)
    for line in found:
        if not line.isascii():
            ahead = _ahead(line, found)
            encoding = _guess(dict.fromkeys(each for each in ahead if not each.isascii()))
            rest = chain(ahead, found)
            if encoding is None:
                yield from rest
                return
            guessed(Guess(NAMES.get(encoding, encoding), _words(_again(each, encoding) for each in ahead)))
            yield from (_again(each, encoding) for each in rest)
            return
        yield line


def _words(lines: Iterable[str]) -> tuple[str, ...]:
    """The first few that are not ASCII: whether these are right, people see at once."""
    found = (word[0][:LONGEST_WORD] for line in lines for word in NOT_ASCII.finditer(line))
    return tuple(islice(dict.fromkeys(found), FEW_WORDS))


def _ahead(first: str, found: Iterator[str]) -> list[str]:
    ahead, size = [first], len(first)
    while size < SAMPLE and (line := next(found, "")):
        ahead.append(line)
        size += len(line)
    return ahead


def _guess(sample: Iterable[str]) -> str | None:
    """None for UTF-8: at least as many letters of it are whole as are broken."""
    text = "".join(sample)[:SAMPLE]
    broken = len(BROKEN.findall(text))
    if not broken or len(SOUND.findall(text)) >= broken:
        return None
    return _likeliest(text.encode("utf-8", "surrogateescape"))


def _likeliest(data: bytes) -> str:
    western = data.decode(WESTERN, "replace")
    if SIGN_IN_A_WORD.search(western):
        return CENTRAL
    if len({byte for byte in data if byte > 127}) < FEWEST:
        return WESTERN
    matches = list(from_bytes(data, cp_isolation=CANDIDATES, preemptive_behaviour=False))
    if not matches or matches[0].chaos > MESSY or _as_good(matches, WESTERN):
        return WESTERN
    return matches[0].encoding if _mostly_letters(data.decode(matches[0].encoding, "replace")) else WESTERN


def _as_good(matches: Sequence[CharsetMatch], encoding: str) -> bool:
    """Whether nothing speaks clearly against it: the library tells alphabets apart, languages only by their words."""
    best = matches[0]
    return any(
        encoding in each.could_be_from_charset
        and each.chaos <= best.chaos + MARGIN
        and each.coherence >= best.coherence - MARGIN
        for each in matches
    )


def _mostly_letters(text: str) -> bool:
    beyond = [letter for letter in text if letter > "\x7f"]
    return 2 * sum(map(str.isalpha, beyond)) > len(beyond)


def _again(line: str, encoding: str) -> str:
    """A line of UTF-8 among Windows-1252 stays what it is; nobody writes two such letters beside each other."""
    if line.isascii() or (encoding == WESTERN and not BROKEN.search(line)):
        return line
    return line.encode("utf-8", "surrogateescape").decode(encoding, "surrogateescape")
