"""Tables for spreadsheets: what a stranger typed stays text."""

import csv
from io import StringIO

import pytest

from sens_site.lib.csv_text import as_csv, harmless


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_a_spreadsheet_takes_for_a_formula_is_quoted(start):
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_a_path_and_a_number_stay_as_they_are():
    assert (harmless("/contact/"), harmless("12"), harmless("–")) == ("/contact/", "12", "–")


def test_a_table_is_read_back_as_it_was_but_for_its_formulas():
    text = as_csv([("name", "words"), ('Ada, "the" first', "two\nlines"), ("=1+1", ""), ()])
    assert list(csv.reader(StringIO(text, newline=""))) == [
        ["name", "words"], ['Ada, "the" first', "two\nlines"], ["'=1+1", ""], [],
    ]  # fmt: skip
