"""The recipes of docs/gate.md, taken from the page and run as they stand."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from store.api_keys import ApiKeys
from tests.office import CSR, DESK

PAGE = (Path(__file__).parents[2] / "docs" / "gate.md").read_text()


def recipe(language, mark):
    """The one block of this language that has the mark in it."""
    (found,) = [block for block in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if mark in block]
    return found


def run(words, order, url, key):
    known = {"PATH": os.environ["PATH"], "REDTAG_KEY": key, "REDTAG_URL": url, "ORDER": order}
    return subprocess.run(words, env=known, capture_output=True, timeout=20, check=False).returncode


@pytest.mark.parametrize(
    "words",
    [["sh", "-c", recipe("sh", "curl")], [sys.executable, "-c", recipe("python", "may_ship")]],
    ids=["shell", "python"],
)
async def test_a_recipe_says_yes_only_to_a_clear_yes(office, words):
    office.add_order("ORD-200")
    await office.command(CSR, "/hold ORD-123 credit waiting")
    _, key = await ApiKeys(office.parts.pool).create(DESK, "Printer", ["gate:read"], "cli:test")
    url = f"http://127.0.0.1:{office.settings.port}"
    asked = [("ORD-200", url, key), ("ORD-123", url, key), ("ORD-9", url, key), ("ORD-200", url, "rtk_no")]
    asked.append(("ORD-200", "http://127.0.0.1:1", key))
    codes = [await asyncio.to_thread(run, [*words, order], order, where, with_key) for order, where, with_key in asked]
    assert codes[0] == 0
    assert 0 not in codes[1:]
