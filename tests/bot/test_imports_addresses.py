"""What is read from an address that somebody wrote down, and what is not."""

import pytest

from bot.imports.fetching import fetch_sheet
from bot.imports.ports import CannotFetch
from bot.outbound import guarded_session
from workflows.imports.sheet import NotASheet, sheet_address

PUBLISHED = "https://docs.google.com/spreadsheets/d/e/2PACX-1vQ/pub"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (f"{PUBLISHED}?output=csv", f"{PUBLISHED}?output=csv"),
        (f" {PUBLISHED}?gid=7&single=true&output=csv ", f"{PUBLISHED}?gid=7&single=true&output=csv"),
        (f"{PUBLISHED}html?gid=7&single=true", f"{PUBLISHED}?gid=7&single=true&output=csv"),
        (f"{PUBLISHED}?output=tsv", f"{PUBLISHED}?output=tsv"),
        (f"{PUBLISHED}?output=xlsx", f"{PUBLISHED}?output=csv"),
        (
            "https://docs.google.com/spreadsheets/d/1AbC/export?format=csv&gid=0",
            "https://docs.google.com/spreadsheets/d/1AbC/export?format=csv&gid=0",
        ),
        ("https://shop.acme.example/orders.csv?key=1", "https://shop.acme.example/orders.csv?key=1"),
    ],
)
def test_a_published_sheet_is_read_as_csv(typed, read):
    assert sheet_address(typed) == read


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("https://docs.google.com/spreadsheets/d/1AbC/edit#gid=0", "Publish to web"),
        ("https://docs.google.com/spreadsheets/d/1AbC/edit?usp=sharing", "Publish to web"),
        ("https://drive.google.com/file/d/1AbC/view", "Publish to web"),
        ("http://shop.acme.example/orders.csv", "must begin with https://"),
        ("https://me:secret@shop.acme.example/orders.csv", "user name or password"),
        ("ftp://shop.acme.example/orders.csv", "not the address of a sheet"),
        ("orders.csv", "not the address of a sheet"),
        ("https://shop.acme.example/or ders.csv", "not the address of a sheet"),
        ("https://[::1", "not the address of a sheet"),
        ("", "not the address of a sheet"),
    ],
)
def test_other_addresses_are_answered_with_advice(typed, words):
    with pytest.raises(NotASheet, match=words):
        sheet_address(typed)


@pytest.mark.parametrize("url", ["https://127.0.0.1/orders.csv", "https://[::1]/", "https://localhost/orders.csv"])
async def test_private_addresses_are_refused_unless_they_are_meant(url, tmp_path):
    async with guarded_session(allow_private=False, seconds=5) as session:
        with pytest.raises(CannotFetch, match="which is not public"):
            await fetch_sheet(session, url, tmp_path / "orders")


async def test_http_is_only_for_those_who_allow_private_hooks(tmp_path):
    async with guarded_session(allow_private=False, seconds=5) as session:
        with pytest.raises(CannotFetch, match="must begin with https"):
            await fetch_sheet(session, "http://127.0.0.1:9/orders.csv", tmp_path / "orders")
