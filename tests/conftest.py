"""Fixtures for all tests. What belongs together stands in a module of its own and is named here."""

pytest_plugins = ("tests.browser_rule", "tests.database", "tests.e2e.seats", "tests.office")
