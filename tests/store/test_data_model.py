from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from tools.data_model import PURPOSES, check, document

PAGE = Path(__file__).parent.parent.parent / "docs" / "data-model.md"


@pytest.fixture
def described(database_url):
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        yield connection


def test_the_page_says_what_the_catalogue_says(described):
    assert PAGE.read_text(encoding="utf-8") == document(described), "docs/data-model.md is old: run `make docs`"


def test_a_column_that_the_page_does_not_know_makes_it_old(described):
    described.execute("alter table orders add column colour text")
    assert PAGE.read_text(encoding="utf-8") != document(described)


def test_a_table_without_a_purpose_is_named(described):
    described.execute("create table parcels (id int)")
    with pytest.raises(LookupError, match="parcels"):
        document(described)


def test_a_purpose_without_a_table_is_named():
    with pytest.raises(LookupError, match="holds"):
        check(set(PURPOSES) - {"holds"})
