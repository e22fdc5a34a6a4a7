"""Plain text gets the structure that its line breaks, signs and tabs say."""

import pytest

from tests.privacy.policy.importing.reading import changed, read, shown

PLAIN = """Privacy

Last updated: May 1, 2024

Acme Ltd ("we") keeps your data safe.  Read www.acme.test/terms, https://acme.test/a_b or ask
a.b@acme.test. 5 * 3 is not *bold*, and <b> is no tag.

What We Collect

We collect the following:
- your name;
- your e-mail address.

Why

We use it for these purposes:
To answer you;
To bill you; and
To comply with the law.

1. First, you ask.
2. Then, we answer.

How To Contact Us
Acme Ltd
1 Main Street
Anytown, OH 00000
"""


def test_plain_text_gets_headings_lists_and_links():
    assert shown(PLAIN, "policy.txt") == (
        '<h2 id="privacy">Privacy</h2>'
        "<p>Last updated: May 1, 2024</p>"
        '<p>Acme Ltd ("we") keeps your data safe. Read '
        '<a href="https://www.acme.test/terms" rel="noopener">www.acme.test/terms</a>, '
        '<a href="https://acme.test/a_b" rel="noopener">https://acme.test/a_b</a> or ask '
        '<a href="mailto:a.b@acme.test">a.b@acme.test</a>. 5 * 3 is not *bold*, and &lt;b&gt; '
        "is no tag.</p>"
        '<h2 id="what-we-collect">What We Collect</h2>'
        "<p>We collect the following:</p>"
        "<ul><li>your name;</li><li>your e-mail address.</li></ul>"
        '<h2 id="why">Why</h2>'
        "<p>We use it for these purposes:</p>"
        "<ul><li>To answer you;</li><li>To bill you; and</li>"
        "<li>To comply with the law.</li></ul>"
        "<ol><li>First, you ask.</li><li>Then, we answer.</li></ol>"
        "<p>How To Contact Us<br>Acme Ltd<br>1 Main Street<br>Anytown, OH 00000</p>"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "Our Policy\nWe keep data, and say so here.\nMore\nAnother line.\n",
            (
                '<h2 id="our-policy">Our Policy</h2><p>We keep data, and say so here.</p>'
                '<h2 id="more">More</h2><p>Another line.</p>'
            ),
        ),
        (
            "We\u00a0keep\tit.  \r\n\r\nAll \u2009of it.",
            "<p>We keep it.</p><p>All of it.</p>",
        ),
        (
            "We promise, without end, this.\n\n1. First, you ask.\n2. Then, we answer.",
            (
                "<p>We promise, without end, this.</p>"
                "<ol><li>First, you ask.</li><li>Then, we answer.</li></ol>"
            ),
        ),
        (
            "We say this, and mean it:\n\nWe keep nothing, and sell nothing.",
            "<p>We say this, and mean it:</p><p>We keep nothing, and sell nothing.</p>",
        ),
        (
            "We end here.\n======\n\nAnd begin here.",
            "<p>We end here.</p><p>And begin here.</p>",
        ),
        (
            "We keep it, as the law says that we have to.\n\n=1 of all, it is.\n\n+ more, and more.",
            "<p>We keep it, as the law says that we have to.</p><p>=1 of all, it is.</p><p>+ more, and more.</p>",
        ),
    ],
    ids=["one line a paragraph", "white space", "list at the end", "no list", "rule", "signs"],
)
def test_the_structure_of_a_text_is_understood(text: str, html: str):
    assert shown(text, "a.txt") == html


def test_a_numbered_heading_is_a_heading_of_the_depth_that_its_number_says():
    text = (
        "Datenschutz\n1. Verantwortlicher\n\nDas sind wir, die Firma.\n\n1.1 Kontakt\n\n"
        "Schreiben Sie uns bitte.\n\n2. Zwecke\n\nDas ist alles, was wir tun."
    )
    assert shown(text, "a.txt") == (
        '<h2 id="datenschutz">Datenschutz</h2>'
        '<h2 id="1-verantwortlicher">1. Verantwortlicher</h2><p>Das sind wir, die Firma.</p>'
        '<h3 id="1-1-kontakt">1.1 Kontakt</h3><p>Schreiben Sie uns bitte.</p>'
        '<h2 id="2-zwecke">2. Zwecke</h2><p>Das ist alles, was wir tun.</p>'
    )


def test_letters_stay_before_their_items_and_say_what_is_below_what():
    text = (
        "We do these, as we said:\n\n(a) one, first;\n(b) two, which is\nwrapped:\n(i) small,\n"
        "(ii) smaller;\n(c) three.\n\nThat is all, as we said.\n\n(g) seven,\n(h) eight,\n(i) nine."
    )
    assert shown(text, "a.txt") == (
        "<p>We do these, as we said:</p><ul><li>(a) one, first;</li>"
        "<li>(b) two, which is wrapped:<ul><li>(i) small,</li><li>(ii) smaller;</li></ul></li>"
        "<li>(c) three.</li></ul><p>That is all, as we said.</p>"
        "<ul><li>(g) seven,</li><li>(h) eight,</li><li>(i) nine.</li></ul>"
    )


def test_letters_that_follow_nothing_begin_anew():
    text = "We say this, and that.\n\na) one, two.\nb) three.\nk) eleven.\n"
    assert shown(text, "a.txt") == (
        "<p>We say this, and that.</p>"
        "<ul><li>a) one, two.</li><li>b) three.</li><li>k) eleven.</li></ul>"
    )


TABS = "We set these:\n\nCookie\tPurpose\tPeriod\n_ga\tStatistics\t2 years\nsid\tSession\tsession\n"


def test_lines_with_tabs_are_a_table():
    assert shown(TABS, "a.txt") == (
        '<p>We set these:</p><div class="scroll" tabindex="0" role="region" aria-label="Table">'
        "<table><thead><tr><th>Cookie</th><th>Purpose</th><th>Period</th></tr></thead>"
        "<tbody><tr><td>_ga</td><td>Statistics</td><td>2 years</td></tr>"
        "<tr><td>sid</td><td>Session</td><td>session</td></tr></tbody></table></div>"
    )
    assert changed(TABS, "a.txt") == [
        (
            "line 3: lines with tabs “Cookie | Purpose | Period”. They are taken for a table whose "
            "first line is the heads of its columns."
        )
    ]


def test_tabs_that_part_unlike_lines_are_spaces():
    text = "a\tb c, d.\nx\ty\tz, w.\n\n1.\tFirst, you ask.\n2.\tThen, we answer."
    assert shown(text, "a.txt") == (
        "<p>a b c, d.</p><p>x y z, w.</p><ol><li>First, you ask.</li><li>Then, we answer.</li></ol>"
    )


def test_an_address_in_brackets_keeps_its_bracket_outside():
    assert read("We (see https://a.test/x), yes.", "a.txt").links[0].target == "https://a.test/x"
