"""Which rules of a style sheet mean an element, in whatever state it is."""

import pytest

from privacy.consent.promises.looks import _are_equal, _is_small
from privacy.promises.page_reader import read
from privacy.promises.stylesheets import (
    Rule,
    UnreadableError,
    imports_of,
    may_match,
    rules_in,
)

PAGE = read(
    '<html><body class="x y"><section lang="en-US"><h2>One</h2><div class="answers" id="row">'
    '<button class="button" name="choice" value="accept">A</button>'
    '<button class="button" name="choice" value="reject">R</button>'
    '<a class="button" href="/cookies/">C</a></div></section></body></html>'
)
ACCEPT, REJECT = PAGE.all("button")
(CHOOSE,) = PAGE.all("a")


def matched(selector):
    """Return who of the three may be meant."""
    three = {"accept": ACCEPT, "reject": REJECT, "choose": CHOOSE}
    return [name for name, one in three.items() if any(may_match(one, selector))]


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("*", ["accept", "reject", "choose"]),
        (".answers > *", ["accept", "reject", "choose"]),
        ("div.answers#row .button", ["accept", "reject", "choose"]),
        ("BUTTON", ["accept", "reject"]),
        ("#other button", []),
        (".x.y section button", ["accept", "reject"]),
        ("body > button", []),
        ("html button, a", ["accept", "reject", "choose"]),
        ("button + button", ["reject"]),
        ("button + a", ["choose"]),
        ("button ~ *", ["reject", "choose"]),
        ("h2 + div > button", ["accept", "reject"]),
        ("[value]", ["accept", "reject"]),
        ("[value=reject]", ["reject"]),
        ("[value='REJECT' i]", ["reject"]),
        ('[value^="rej"]', ["reject"]),
        ("[value$=ect]", ["reject"]),
        ("[value*=cep]", ["accept"]),
        ("[class~=button]", ["accept", "reject", "choose"]),
        ("[lang|=en] > div > a", ["choose"]),
        ("[data-x=1]", []),
        (":first-child", ["accept"]),
        ("a:last-child", ["choose"]),
        ("button:first-of-type", ["accept"]),
        ("button:last-of-type", ["reject"]),
        ("a:only-of-type", ["choose"]),
        (".answers > :only-child", []),
        (":nth-child(2)", ["reject"]),
        (":nth-child(odd)", ["accept", "choose"]),
        (":nth-child(even)", ["reject"]),
        (":nth-child(2n + 1)", ["accept", "choose"]),
        (":nth-child(-n+2)", ["accept", "reject"]),
        (":nth-child(n+3)", ["choose"]),
        (":nth-last-child(1)", ["choose"]),
        (":nth-last-of-type(1)", ["reject", "choose"]),
        (":nth-child(1 of [value=reject])", ["reject"]),
        ("button:not([value=accept])", ["reject"]),
        (":is(a, button:last-of-type)", ["reject", "choose"]),
        (":where([value=reject])", ["reject"]),
        ("button:has(+ a)", ["reject"]),
        ("button:has(~ a)", ["accept", "reject"]),
        ("div:has(> a) > a", ["choose"]),
        ("section:has(h2) a", ["choose"]),
        ("a:has(button)", []),
        (":root a", ["choose"]),
        ("button:root", []),
        ("button:empty", []),
        ("[value=reject]::before", ["reject"]),
        ("[value=reject]::part(label)", ["reject"]),
    ],
)
def test_a_selector_means_those_that_a_browser_would_find(selector, names):
    assert matched(selector) == names


@pytest.mark.parametrize(
    "selector", [":hover", ":not(:hover)", ":focus-visible:hover", ":not(:hover):focus"]
)
def test_a_state_may_be_so_or_not(selector):
    both = may_match(ACCEPT, f"button{selector}")
    assert (True in both, False in both) == (True, True)
    assert may_match(ACCEPT, selector + ":nth-child(2)") != may_match(
        REJECT, selector + ":nth-child(2)"
    )


@pytest.mark.parametrize("selector", ["button%", ":nth-child(x)", ":not(button"])
def test_what_it_cannot_read_it_says(selector):
    with pytest.raises(UnreadableError):
        may_match(ACCEPT, selector)


def test_rules_are_found_in_groups_and_in_each_other():
    css = """
    @import "more.css"; /* a { color: red } */
    @layer one, two;
    @layer parts { .answers { color: red; & > a { opacity: .5 } button, a:hover { order: 2; } } }
    @media (width < 40rem) { @supports (display: grid) { a { content: "}"; top: 0 } } }
    @media print { a { display: none } }
    @font-face { font-family: x }
    b { color: blue }
    """
    assert list(rules_in(css)) == [
        Rule(".answers", {"color": "red"}),
        Rule(":is(.answers) > a", {"opacity": ".5"}),
        Rule(":is(.answers) button, :is(.answers) a:hover", {"order": "2"}),
        Rule("a", {"content": '"}"', "top": "0"}, ("@media (width < 40rem)",)),
        Rule("b", {"color": "blue"}),
    ]
    assert imports_of(css) == ["more.css"]
    assert imports_of("@import url('a.css') print; @import url(b.css);") == ["a.css", "b.css"]


@pytest.mark.parametrize(
    ("value", "small"),
    [
        ("0.4", True),
        (".99", True),
        ("40%", True),
        ("1", False),
        ("100%", False),
        ("var(--o)", False),
    ],
)
def test_what_is_less_than_opaque_is_faded(value, small):
    assert _is_small(value) is small


@pytest.mark.parametrize(
    ("columns", "equal"),
    [
        ("", True),
        ("repeat(3, 31%)", True),
        ("repeat(auto-fit, minmax(min(100%, 10rem), 1fr))", True),
        ("1fr 1fr 1fr", True),
        ("60% 10% 20%", False),
        ("repeat(2, 1fr 2fr)", False),
    ],
)
def test_columns_are_equally_wide_or_not(columns, equal):
    assert _are_equal(columns) is equal
