"""When a sheet is to be read."""

from datetime import UTC, datetime

import pytest

from tests.factories import make_policy
from workflows.clocks import calendar_of
from workflows.imports.schedule import due
from workflows.policy.check import problems_in
from workflows.policy.model import Sheet

URL = "https://docs.google.com/spreadsheets/d/e/2PACX-1vQ/pub?output=csv"


def sheet(**more):
    return Sheet.model_validate({"name": "web-orders", "url": URL, **more})


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "now", "at"),
    [
        ({"every": "1h"}, "2026-11-21T09:59", "2026-11-21T09:00"),
        ({"every": "15m"}, "2026-11-21T09:45", "2026-11-21T09:45"),
        ({"every": "1d"}, "2026-11-21T09:45", "2026-11-21T00:00"),
        ({"at": ["06:00", "13:30"]}, "2026-11-21T13:00", "2026-11-21T12:00"),  # Chicago is six hours behind
        ({"at": ["06:00", "13:30"]}, "2026-11-21T19:31", "2026-11-21T19:30"),
        ({"at": ["06:00", "13:30"]}, "2026-11-21T11:59", "2026-11-20T19:30"),
        ({"at": ["02:30"]}, "2026-03-08T09:00", "2026-03-08T08:30"),  # the clocks leave that time out
    ],
)
def test_the_newest_time_by_now_counts(times, now, at):
    assert due(sheet(**times), calendar_of(make_policy().desk), moment(now)) == moment(at)


def test_a_sheet_without_times_waits_until_somebody_asks():
    assert due(sheet(), calendar_of(make_policy().desk), moment("2026-11-21T09:00")) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Web Orders"}, "sheets[1].name: “Web Orders” is not a name for a sheet"),
        ({"url": "https://docs.google.com/spreadsheets/d/1AbC/edit"}, "sheets[1].url: cannot be read"),
        ({"every": "1h", "at": ["06:00"]}, "sheets[1]: has both every and at"),
        ({"every": "1m"}, "sheets[1].every: is too often"),
        ({"at": ["6 am"]}, "sheets[1].at: “6 am” is not a time of day"),
    ],
)
def test_a_policy_with_a_bad_sheet_is_refused(change, words):
    found = problems_in(make_policy(sheets=(sheet(**change),)))
    assert [each for each in found if each.startswith(words)]


def test_two_sheets_of_one_name_are_refused():
    found = problems_in(make_policy(sheets=(sheet(), sheet())))
    assert [each for each in found if "stands there twice" in each]
