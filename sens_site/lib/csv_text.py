"""Tables as text for a spreadsheet, in which no cell that somebody typed becomes a formula.

A spreadsheet carries out what begins like a formula: `=HYPERLINK(…)` in the name of a visitor would
send the table elsewhere from the machine of the member of staff who opens it.
"""

import csv
from collections.abc import Iterable
from io import StringIO

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take text for a formula."""


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as one file. Line ends are those of RFC 4180."""
    text = StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
