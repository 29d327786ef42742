"""When tests marked `browser` run, and what it means when they do not.

Without a Chromium they are skipped, and one line says so. With REDTAG_REQUIRE_BROWSER=1 the run fails instead.
"""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium was found (install one, or name it in REDTAG_CHROMIUM)"

# Chromium as a plain window: nothing from the network, no first-run pages, also as root.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium():
    """The path of the browser, or None."""
    return next(filter(None, map(shutil.which, [os.environ.get("REDTAG_CHROMIUM", ""), *NAMES])), None)


def is_required():
    return os.environ.get("REDTAG_REQUIRE_BROWSER") == "1"


@pytest.fixture(scope="session")
def chromium():
    """Path of the browser, for Playwright's `executable_path`."""
    return find_chromium() or pytest.skip(MISSING)


def pytest_configure(config):
    if is_required() and find_chromium() is None:
        raise pytest.UsageError(f"REDTAG_REQUIRE_BROWSER=1, but {MISSING}.")


def pytest_collection_modifyitems(items):
    if find_chromium() is None:
        for item in filter(needs_browser, items):
            item.add_marker(pytest.mark.skip(reason=MISSING))


def needs_browser(item):
    return item.get_closest_marker("browser") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and is_required() and needs_browser(item):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and REDTAG_REQUIRE_BROWSER=1 wants it run."
    return report


def pytest_terminal_summary(terminalreporter):
    found = find_chromium()
    words = f"in {found}" if found else f"not run, {MISSING}"
    terminalreporter.write_line(f"Browser tests: {words}.")
