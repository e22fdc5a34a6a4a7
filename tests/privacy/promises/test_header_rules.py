"""What an answer says in its headers: what protects, and nothing that reports, fetches or tells apart."""

from typing import Any

import pytest

from privacy.promises.witness import browser_rules
from tests.privacy.promises.test_witness import HEADERS, KNOWN, seen


@pytest.mark.parametrize("name", [name for name in HEADERS if "Type" not in name[:12]])
def test_a_header_that_is_left_out_is_seen(name):
    if name != "Cache-Control":
        nothing: Any = {name.replace("-", "_"): ""}
        left_out = seen(**nothing)
        assert len(list(browser_rules.carries_the_headers(left_out, KNOWN))) == 1


@pytest.mark.parametrize(
    ("link", "faults"),
    [
        ('<https://testserver/about/>; rel="canonical"', 0),
        ('<https://testserver/static/x.js>; rel="preload"', 1),
        ('<https://other.test/about/>; rel="canonical"', 1),
        ('<https://testserver.evil.test/>; rel="canonical"', 1),
        ('<https://testserver/a>; rel="preload", <https://x.test/>; rel="canonical"', 1),
    ],
)
def test_a_link_in_a_header_names_another_form_of_a_page_of_ours_and_fetches_nothing(link, faults):
    assert len(list(browser_rules.carries_the_headers(seen(Link=link), KNOWN))) == faults


def test_a_header_that_is_unusual_is_seen_and_a_frame_of_ours_is_not():
    assert len(list(browser_rules.carries_the_headers(seen(Report_To="{}"), KNOWN))) == 1
    framed = seen(path="/cookies/answer/", X_Frame_Options="SAMEORIGIN")
    assert list(browser_rules.carries_the_headers(framed, KNOWN)) == []


@pytest.mark.parametrize(
    ("setting", "value", "header", "right", "wrong"),
    [
        (
            "SPECULATION_RULES", True, "Speculation_Rules", '"/speculation-rules.json"',
            '"https://x.test/rules.json"',
        ),
        (
            "COMPRESSION_DICTIONARY", True, "Use_As_Dictionary",
            'match="/*", match-dest=("document")', 'match="/*", id="a-visitor"',
        ),
        (
            "COMPRESSION_DICTIONARY", True, "Link",
            '</static/dictionary.0123456789ab.dat>; rel="compression-dictionary"',
            '</static/dictionary.0123456789ab.dat?visitor=7>; rel="compression-dictionary"',
        ),
        ("SENDFILE", "nginx", "X_Accel_Redirect", "/stored-documents/ab/12.pdf", "/private/12.pdf"),
    ],
)  # fmt: skip
def test_what_an_operator_switches_on_may_be_said_in_its_own_words(
    settings, setting, value, header, right, wrong
):
    def faults(said):
        named: Any = {header: said}
        return len(list(browser_rules.carries_the_headers(seen(**named), KNOWN)))

    assert (faults(right), faults(wrong)) == (1, 1)
    setattr(settings, setting, value)
    assert (faults(right), faults(wrong)) == (0, 1)
