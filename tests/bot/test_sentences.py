"""The page of everything that the bot says: current, and with nothing left out."""

import ast
import re
from pathlib import Path

import pytest

from bot.slack.specimens import specimens
from tools.sentences import document, everything, sayings
from tools.specimens import GROUPS

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "sentences.md"
SILENT = {"columns.py", "ids.py", "shapes.py"}  # what others say, and names of things
FILES = [
    *(each for each in (ROOT / "bot" / "slack").rglob("*.py") if each.parent.name != "specimens"),
    *(ROOT / "workflows").glob("*refusals.py"),
    *(ROOT / "workflows" / "imports").glob("*.py"),
]
SPEAKING = sorted(path for path in FILES if path.name not in SILENT)
TEMPLATES = sorted((ROOT / "bot" / "delivery" / "templates").glob("*.txt"))
WORDS = re.compile(r"[A-Za-z’'…]{2,}[,:;.]? [A-Za-z’'…]{2,}")
# Said to nobody on Slack, or by somebody who is not us.
UNSAID = {
    **dict.fromkeys(
        ("us dollar", "british pound", "canadian dollar", "australian dollar", "japanese yen"), "what others say"
    ),
    "*Approve* makes it so. *Reject* leaves the order as it is, and asks you why.": "every kind has words of its own",
    "away form": "what somebody looked at, for the audit",
    "cancel form": "what somebody looked at, for the audit",
    "change form": "what somebody looked at, for the audit",
    "hold form": "what somebody looked at, for the audit",
    "hold review": "what somebody looked at, for the audit",
    "outside lower left": "where the legend of a picture stands",
    "release form": "what somebody looked at, for the audit",
    "reject form": "what somebody looked at, for the audit",
}


@pytest.fixture(scope="module")
def said():
    return everything()


def test_the_page_is_as_the_bot_speaks_today():
    assert PAGE.read_text(encoding="utf-8") == document(), "docs/sentences.md is old: run `make docs`"


def test_every_specimen_of_the_bot_belongs_to_a_group():
    shown = {each.name for title, *_ in GROUPS for each in sayings(title)}
    assert {each.name for each in specimens()} <= shown


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sentence_in_the_code_stands_on_the_page(path, said):
    missing = [part for part in spoken(path) if " ".join(part.split()) not in said and part not in UNSAID]
    assert not missing, (
        f"no specimen makes {path.name} say {missing}: add one to bot/slack/specimens or tools/specimens.py"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_sentence_of_an_e_mail_stands_on_the_page(path, said):
    text = re.sub(r"{[{%#].*?[}%#]}", "\n", path.read_text(encoding="utf-8"))
    missing = [line.strip() for line in text.splitlines() if WORDS.search(line) and line.strip() not in said]
    assert not missing


def test_a_sentence_that_nobody_shows_is_found(tmp_path, said):
    """The search itself can fail."""
    code = tmp_path / "new.py"
    code.write_text('"""Not this one."""\n\ndef say(who):\n    return f"{who} has to wait for the moon."\n')
    assert spoken(code) == ["has to wait for the moon."]
    assert spoken(code)[0] not in said


def spoken(path):
    """The fixed parts of what a module may say: literals of several words, without docstrings, patterns and logs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(each) for node in ast.walk(tree) for each in unspoken(node)}
    texts = [
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
    ]  # fmt: skip
    parts = [part.strip() for text in texts for part in re.split(r"\{\w*\}|\n", text)]
    return [part for part in parts if len(part) >= 8 and WORDS.search(part)]


def unspoken(node):
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return [node.value]
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "re.compile", "str.maketrans")):
        return [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return []
