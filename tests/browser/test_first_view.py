"""What a first view costs the visitor, and what it leaves on their machine: nothing."""

import brotli
import pytest

from pages.navigation import walk
from tests.browser.measure import Wire, layout_shift, stored

PATHS = tuple(node.path for node in walk())
BUDGET = 8_000
LIMITS = dict.fromkeys(("/privacy/", "/privacy/promises/"), 14_000)
"""Bodies as they are sent. The policy and the board say of more than a hundred sentences how each
is kept."""
ADDRESS = "https://www.company.example"
OF_A_PORT = 40
"""By so much a page weighs more or less with each port that a test may be given: brotli meets other
digits. So a page is weighed once more under an address that a site may have."""
HEAD = 700
"""Of HTTP/1.1, most of it the policies that protect. HTTP/2, as behind nginx, makes 550 of them at most,
and 20 of those of the next answer."""


@pytest.mark.parametrize("path", PATHS)
def test_first_view_leaves_nothing_and_asks_nobody_else(page, watch, site, path):
    wire = Wire(page)
    response = page.goto(path)
    assert (response.status, stored(page)) == (
        200,
        {"local": 0, "session": 0, "databases": 0, "workers": 0, "cookies": 0},
    )
    assert page.evaluate("document.querySelectorAll('script[src]').length") == 0
    assert len(watch.requests) <= 4, watch.requests
    assert layout_shift(page) == 0
    assert page.evaluate("document.characterSet") == "UTF-8"
    assert wire.bytes.get("Script", 0) == 0
    limit, style = LIMITS.get(path, BUDGET), wire.bytes["Stylesheet"]
    assert wire.bytes["Document"] + style <= limit + OF_A_PORT, wire.bytes
    assert (
        len(brotli.compress(response.body().replace(site.encode(), ADDRESS.encode())))
        <= limit - style
    )
    assert wire.head_of("Document") <= HEAD
    assert wire.bytes.get("Other", 0) + wire.bytes.get("Image", 0) <= 4_000, wire.bytes  # drawings


def test_the_audit_of_the_site_as_it_is_shipped_finds_nothing(audit):
    status, written = audit("--pages", "1")
    # Unanswered, refused, allowed, the signal alone and with a yes, taken back: no group acts.
    assert "6 states, 0 faults" in written, written
    assert status == 0
