"""How order numbers look, and what an order means that is absent from the next file."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, choice, context, field, section
from bot.slack.forms.parts import FormProblem, selected, written
from bot.slack.forms.setup_parts import Seen, menu_field, text_field
from workflows.interview.last_file import LastFile, formats_of, pattern_of
from workflows.order_numbers import BadOrderNumber, candidates
from workflows.policy.model import Policy
from workflows.words import listed

PATTERN, STRIP, PAD = "desk.order_number.pattern", "desk.order_number.strip", "desk.order_number.pad"
MOST_PATTERN: Final = 200
MISSING: Final = "desk.missing_orders"
ABSENT: Final = (("ask", "Ask the managers"), ("leave", "Leave it as it is"), ("shipped", "Take it as shipped"))


def blocks(seen: Seen) -> list[Block]:
    number, choices = seen.policy.desk.order_number, [choice(label, value) for value, label in ABSENT]
    digits: Block = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "0",
        "max_value": "20",
        "initial_value": str(number.pad),
    }
    return [
        section(_examples(seen)),
        *([context(_read_from(seen.file))] if seen.file else ()),
        text_field(
            PATTERN,
            "Pattern of order numbers",
            number.pattern or "",
            hint=r"A regular expression, such as ORD-\d+. Empty: any number.",
            most=200,
        ),
        text_field(
            STRIP, "Signs to ignore at both ends", number.strip, hint="With #, people may type #ORD-123.", most=40
        ),
        field(
            PAD, "Digits of a number", digits, hint="With 6, people may type ORD-42 for ORD-000042. 0: as it stands."
        ),
        menu_field(MISSING, "When an order is missing from the next file", choices, seen.policy.desk.missing_orders),
    ]


def _examples(seen: Seen) -> str:
    if not seen.examples:
        return "There are no orders yet, so there is no example of a number."
    return f"Orders that you have: {', '.join(text.code(number, 60) for number in seen.examples)}"


def _read_from(file: LastFile) -> str:
    """What the newest file says of numbers."""
    fits, formats = pattern_of(file.numbers), listed(formats_of(file), "and")
    named = f"The last file, {text.mrkdwn(file.name, 80)}, was read as {text.code(file.preset, 80)}"
    pattern = f" Your order numbers fit the pattern {text.code(fits, 200)}." if 0 < len(fits) <= MOST_PATTERN else ""
    return f"{named}{f': {formats}' if formats else ''}.{pattern}"


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    """Raises FormProblem where the numbers that there are would not be found any more."""
    desk, pad = seen.policy.desk, written(view, PAD)
    if not (pad.isdecimal() and int(pad) <= 20):
        raise FormProblem(PAD, "Write a number from 0 to 20.")
    changed = {
        "pattern": written(view, PATTERN).strip() or None,
        "strip": written(view, STRIP).strip(),
        "pad": int(pad),
    }
    number = desk.order_number.model_copy(update=changed)
    missing = selected(view, MISSING) or desk.missing_orders
    return seen.policy.model_copy(
        update={"desk": desk.model_copy(update={"order_number": number, "missing_orders": missing})}
    )


def lost_example(seen: Seen, policy: Policy) -> str:
    """A number of an order that there is, which the pattern would refuse. Asked once the pattern can be read."""
    return next((number for number in seen.examples if not _found(number, policy)), "")


def _found(number: str, policy: Policy) -> bool:
    try:
        return number in candidates(number, policy.desk.order_number)
    except BadOrderNumber:
        return False
