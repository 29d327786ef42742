"""The ids that Slack sends back, spelled once. Integrations rely on them, so they do not change."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class ActionId(StrEnum):
    """What a button or menu does."""

    APPROVE = "request.approve"
    REJECT = "request.reject"
    WITHDRAW = "request.withdraw"
    DETAILS = "request.details"
    REASON = "request.reason"
    HOLD_RELEASE = "hold.release"
    HOLD_EXTEND = "hold.extend"
    HOLD_CANCEL = "hold.cancel"
    HOLD_NUDGE = "hold.nudge"
    HOLD_ASSIGN = "hold.assign"
    DIGEST_MORE = "digest.more"
    AUDIT_MORE = "audit.more"
    JOIN = "request.join"
    AGAIN = "request.again"
    PREVIEW = "preview"
    RETRY = "refund.retry"
    CANCEL_REST = "cancel.rest"
    CANCEL_INSTEAD = "cancel.instead"
    BACK = "away.back"
    EDIT_ROLE = "role.edit"
    SETUP_GO = "setup.go"
    SETUP_ANEW = "setup.anew"
    IMPORT_CONFIRM = "import.confirm"
    IMPORT_DECLINE = "import.decline"
    IMPORT_MATCH = "import.match"
    MISSING_SHIPPED = "missing.shipped"
    MISSING_LEAVE = "missing.leave"
    HOME_ROLE = "home.role"
    HOME_REASON = "home.reason"
    HOME_AGE = "home.age"
    HOME_WHOSE = "home.whose"
    HOME_CUSTOMER = "home.customer"
    HOME_ALL = "home.all"
    HOME_OLDER = "home.older"
    HOME_NEWER = "home.newer"
    HOME_SHOW = "home.show"
    ORDER_SHOW = "order.show"
    ORDER_FIND = "order.find"
    FIND_MORE = "find.more"
    NOTICE_RETRY = "notice.retry"
    SEVERAL = "several.open"
    ONE = "several.one"
    BULK_APPROVE = "bulk.approve"
    BULK_CHOOSE = "bulk.choose"
    BULK_REJECT = "bulk.reject"
    BULK_WITHDRAW = "bulk.withdraw"


class CallbackId(StrEnum):
    """Forms that are submitted, and shortcuts."""

    HOLD_SUBMIT = "hold.submit"
    RELEASE_SUBMIT = "release.submit"
    REJECT_SUBMIT = "reject.submit"
    CANCEL_SUBMIT = "cancel.submit"
    CHANGE_SUBMIT = "change.submit"
    IMPORT_SUBMIT = "import.submit"
    IMPORT_MATCHED = "import.matched"
    SETUP_SUBMIT = "setup.submit"
    AWAY_SUBMIT = "away.submit"
    ROLE_SUBMIT = "role.submit"
    EXTEND_SUBMIT = "extend.submit"
    ASSIGN_SUBMIT = "assign.submit"
    FIND_SUBMIT = "find.submit"
    SEVERAL_SUBMIT = "several.submit"
    BULK_CHOSEN = "bulk.chosen"
    BULK_REJECTED = "bulk.rejected"
    HOLD_FROM_MESSAGE = "hold.from_message"
    HOLD_OPEN = "hold.open"
    RELEASE_OPEN = "release.open"
    CANCEL_OPEN = "cancel.open"
    CHANGE_OPEN = "change.open"


class BlockId(StrEnum):
    """Input blocks; the one element of each has the same action id."""

    ORDER = "order"
    REASON = "reason"
    LINES = "lines"
    UNTIL = "until"
    NOTE = "note"
    HOLD = "hold"
    ALL = "all"
    PAGE = "lines.page"
    ADD_SKU = "add.sku"
    ADD_QTY = "add.qty"
    ADD_PRICE = "add.price"
    SHIP_BY = "ship_by"
    DEPUTY = "deputy"
    MEMBER = "member"
    MEMBERS = "members"
    NOTIFY = "notify"
    CHANNEL = "channel"
    FILE = "file"
    MAPPING = "mapping"
    NAME = "name"
    TEXT = "text"
    ORDERS = "orders"
    HELD_FOR = "held_for"
    REST = "rest"
    ASKED_BY = "asked_by"


def qty_of(line: int) -> str:
    """The block that asks for the units of one line."""
    return f"qty.{line}"


def sku_of(line: int) -> str:
    return f"sku.{line}"


def remove_of(line: int) -> str:
    return f"remove.{line}"


def ticks_of(group: int) -> str:
    """The block with the boxes of one group of orders of a bulk."""
    return f"orders.{group}"


def job_value(job: int) -> str:
    """What the buttons of an import carry: `job.12`."""
    return f"job.{job}"


def parse_job_value(value: str) -> int:
    """Raises ValueError on anything that `job_value` does not write."""
    if not (found := _JOB.fullmatch(value)):
        raise ValueError("not the value of an import's button")
    return int(found[1])


_JOB: Final = re.compile(r"job\.([1-9][0-9]{0,17})")
_VALUE: Final = re.compile(r"([1-9][0-9]{0,9})\.([1-9][0-9]{0,9})")


_HOLD: Final = re.compile(r"H-([1-9][0-9]{0,9})")


def hold_value(number: int) -> str:
    """What a button about a hold itself carries: `H-17`."""
    return f"H-{number}"


def parse_hold_value(value: str) -> int:
    """Raises ValueError on anything that `hold_value` does not write."""
    found = _HOLD.fullmatch(value)
    if not found:
        raise ValueError("not the value of a hold's button")
    return int(found[1])


_AUDIT: Final = re.compile(r"([1-9][0-9]{0,17}):(.{1,200})", re.DOTALL)


def audit_value(before: int, order: str) -> str:
    """What the button under a page of an order's audit carries: `812:ORD-123`, the entry that the page ended with."""
    return f"{before}:{order}"


def parse_audit_value(value: str) -> tuple[int, str]:
    """Raises ValueError on anything that `audit_value` does not write."""
    found = _AUDIT.fullmatch(value)
    if not found:
        raise ValueError("not the value of an audit's button")
    return int(found[1]), found[2]


def request_value(number: int, version: int) -> str:
    """What every button of a request carries: `12.1`."""
    return f"{number}.{version}"


def parse_request_value(value: str) -> tuple[int, int]:
    """Number and version of a request. Raises ValueError on anything that `request_value` does not write."""
    found = _VALUE.fullmatch(value)
    if not found:
        raise ValueError("not the value of a request's button")
    return int(found[1]), int(found[2])


MOST_OF_A_BULK: Final = 100
_BULK: Final = re.compile(r"([1-9][0-9]{0,9}):([0-9.,]{3,1900})")


def bulk_value(bulk: int, requests: Iterable[tuple[int, int]]) -> str:
    """What the buttons of a bulk carry, at most 2,000 characters: `7:12.1,13.1`, number and version of each request."""
    return f"{bulk}:{','.join(request_value(*each) for each in requests)}"


def parse_bulk_value(value: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The bulk and its requests. Raises ValueError on anything that `bulk_value` does not write."""
    found = _BULK.fullmatch(value)
    requests = found[2].split(",") if found else []
    if not found or len(requests) > MOST_OF_A_BULK:
        raise ValueError("not the value of a bulk's button")
    return int(found[1]), tuple(parse_request_value(each) for each in requests)
