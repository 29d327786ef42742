"""How old the holds in force are, by owner role, as a picture. Pure, but slow at first: call it in a thread."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from bot.slack import text
from workflows.digest import BUCKETS, Digest
from workflows.words import listed

TITLE: Final = "Holds in force, by owner and age"
ROLES: Final = 10
LABEL: Final = 26
WIDE: Final = 5.2  # inches: a thread shows it half as wide as a channel, and its letters are to be read there
DRAWABLE: Final = 0x0590  # the font of the picture has Latin, Greek and Cyrillic
# The older, the darker. On a white ground of its own, so that it reads the same in dark mode.
SHADES: Final = ("#f7d9c4", "#f2ab7c", "#df7345", "#b23a2b", "#701616")
INK, GROUND, MUTED = "#1d1c1d", "#ffffff", "#5f6672"
DARK_FROM: Final = 3  # shades on which white figures are read best


def bars(digest: Digest) -> list[tuple[str, tuple[int, ...]]]:
    """(role, holds in each of BUCKETS), the role with most holds first; past ROLES the rest is one."""
    ages = sorted(digest.counts.ages.items(), key=lambda each: (-sum(each[1]), each[0]))
    named = [(digest.policy.role_label(owner), counts) for owner, counts in ages]
    if len(named) <= ROLES:
        return named
    rest = tuple(map(sum, zip(*(counts for _, counts in named[ROLES - 1 :]), strict=True)))
    return [*named[: ROLES - 1], ("Other roles", rest)]


def alt_text(digest: Digest) -> str:
    """What the picture says, for those who hear it."""
    said = [f"{text.one_line(label, LABEL)} {_spoken(counts)}" for label, counts in bars(digest)]
    return text.one_line(f"{TITLE}: {'; '.join(said)}.", 1000)


def _spoken(counts: Sequence[int]) -> str:
    found = [f"{count} of {bucket}" for bucket, count in zip(BUCKETS, counts, strict=True) if count]
    return listed(found, "and")


def chart(digest: Digest) -> bytes:
    """A PNG."""
    from matplotlib.figure import Figure

    rows = bars(digest)
    figure = Figure(figsize=(WIDE, 1.5 + 0.42 * len(rows)), dpi=220, facecolor=GROUND, layout="constrained")
    axes = figure.subplots()
    left = [0] * len(rows)
    for place, (bucket, shade) in enumerate(zip(BUCKETS, SHADES, strict=True)):
        counts = [counts[place] for _, counts in rows]
        drawn = axes.barh(range(len(rows)), counts, left=left, color=shade, label=bucket, edgecolor=GROUND, height=0.66)
        figures = [_fitting(count, _longest(rows)) for count in counts]
        axes.bar_label(drawn, figures, label_type="center", color=GROUND if place >= DARK_FROM else INK, fontsize=10)
        left = [before + count for before, count in zip(left, counts, strict=True)]
    _dress(figure, axes, rows)
    out = BytesIO()
    figure.savefig(out, format="png", bbox_inches="tight", pad_inches=0.12)
    return out.getvalue()


def _fitting(count: int, longest: int) -> str:
    """The figure, where its part of the bar is wide enough for it."""
    figure = f"{count:,}"
    return figure if count * 36 >= longest * (len(figure) + 1) else ""


def _longest(rows: Sequence[tuple[str, tuple[int, ...]]]) -> int:
    return max((sum(counts) for _, counts in rows), default=1)


def _dress(figure: Any, axes: Any, rows: Sequence[tuple[str, tuple[int, ...]]]) -> None:
    axes.set_facecolor(GROUND)
    axes.set_yticks(range(len(rows)), [f"{_drawable(label)}  {sum(counts):,}" for label, counts in rows])
    for label in axes.get_yticklabels():
        label.set(parse_math=False, color=INK, fontsize=11)
    axes.invert_yaxis()
    axes.set_xlim(0, _longest(rows) * 1.02 or 1)
    axes.xaxis.set_visible(False)
    axes.tick_params(axis="y", length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.suptitle(TITLE, color=INK, fontsize=13, fontweight="bold", x=0.01, ha="left")
    figure.legend(loc="outside lower left", ncols=3, frameon=False, fontsize=9.5, labelcolor=MUTED)


def _drawable(label: str) -> str:
    shown = text.one_line(label, LABEL)
    return "".join(each if ord(each) < DRAWABLE or each == text.CUT else "?" for each in shown)
