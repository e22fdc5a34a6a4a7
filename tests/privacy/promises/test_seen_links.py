"""Which styles leave a link to be seen, and at which widths."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from privacy.promises.hiding_styles import hides, hides_words, may_apply
from privacy.promises.registry import PromiseBroken
from privacy.promises.seen_links import are_seen
from privacy.promises.stylesheets import Rule, rules_in
from privacy.promises.visitor import Answer

LINK = '<a href="/legal/">Legal</a>'


def seen(html: str, css: str = "a { color: red }", **more: Any) -> bool:
    """Tell whether the link of a page is found to be seen."""
    answer = Answer("/", 200, {}, {}, f"<html><body><style>{css}</style>{html}</body></html>")
    try:
        are_seen(cast("Any", SimpleNamespace()), (answer,), "/legal/", **more)
    except PromiseBroken:
        return False
    return True


@pytest.mark.parametrize(
    ("says", "hidden"),
    [
        ("display: none", True),
        ("display: block", False),
        ("visibility: hidden !important", True),
        ("width: 1px", True),
        ("width: 10px", False),
        ("transform: scale(0)", True),
        ("filter: opacity(0%)", True),
        ("text-indent: -999px", True),
        ("opacity: 20%", True),
        ("opacity: 0.9", False),
        ("opacity: var(--faint)", False),
        ("color: #fff; background: #fff", True),
        ("color: #fff; background: #000", False),
    ],
)
def test_what_leaves_nothing_to_be_seen(says, hidden):
    assert hides(rules_in(f"a {{ {says} }}")[0].says) is hidden


@pytest.mark.parametrize(
    ("says", "hidden"),
    [
        ("display: none", True),
        ("color: #fff", True),
        ("color: var(--paper) !important", True),
        ("color: var(--paper); background: var(--bad)", False),
        ("color: light-dark(var(--accent), var(--wash))", True),
        ("color: light-dark(#0a5d75, #7fcbe0)", False),
        ("color: light-dark(rgb(0 0 0 / 10%), #fff)", True),
        ("color: rgb(0 0 0 / 0.9)", False),
        ("color: rgba(0, 0, 0, .04)", True),
        ("color: rgb(10, 20, 30)", False),
        ("color: color-mix(in srgb, var(--accent) 20%, transparent)", True),
        ("color: color-mix(in srgb, var(--accent), transparent 80%)", True),
        ("color: color-mix(in srgb, var(--accent) 80%, var(--paper))", False),
        ("color: color-mix(in srgb, var(--accent), var(--ink))", False),
        ("color: color-mix(in srgb, var(--accent), transparent)", False),
        ("--accent: var(--paper)", True),
        ("--paper: var(--night)", False),
    ],
)
def test_words_in_the_colour_of_their_ground_are_not_seen(says, hidden):
    assert hides_words(rules_in(f"a {{ {says} }}")[0].says) is hidden


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("@media (width < 80rem)", [True, False]),
        ("@media (width >= 80rem)", [False, True]),
        ("@media (40rem <= width)", [False, True]),
        ("@media (min-width: 600px) and (max-width: 2000px)", [False, True]),
        ("@media (width < 10px), (prefers-contrast: more)", [True, True]),
        ("@media not (width < 2000px)", [True, True]),
    ],
)
def test_a_rule_holds_at_some_widths(question, holds):
    rule = Rule("a", {}, (question,))
    assert [may_apply(rule, width) for width in (320, 1300)] == holds


@pytest.mark.parametrize(
    ("html", "css", "expected"),
    [
        (LINK, "a { color: red }", True),
        (LINK, "p { display: none }", True),
        (f"<p>{LINK}</p>", "p { display: none }", False),
        (f"<p>{LINK}</p>", "@media (width < 30rem) { p { opacity: 0 } }", False),
        (f"<p>{LINK}</p>", "@media print { p { display: none } } a { top: 0 }", True),
        (f"<p>{LINK}</p><i>{LINK}</i>", _BOTH := (
            "@media (width < 30rem) { p { display: none } }"
            "@media (width >= 30rem) { i { display: none } }"
        ), True),
        (f"<p>{LINK}</p>", _BOTH, False),
        (f"<p hidden>{LINK}</p>", "a { color: red }", False),
        (f'<p aria-hidden="false">{LINK}</p>', "a { color: red }", True),
        (f'<p style="display: none">{LINK}</p>', "a { color: red }", False),
        (f"<p>{LINK}</p>", "p:popover-open { display: none }", True),
        (f"<p popover>{LINK}</p>", "p:popover-open { display: none }", False),
        (f"<dialog>{LINK}</dialog>", "a { color: red }", False),
        (f"<dialog open>{LINK}</dialog>", "a { color: red }", True),
        (f"<template>{LINK}</template>", "a { color: red }", False),
        (f'<p id="m" popover>{LINK}</p>', "a { color: red }", False),
        (f'<p id="m" popover>{LINK}</p><button popovertarget="m">', "a { color: red }", True),
        (LINK, "a %b { display: none }", True),
        ('<a href="/legal/"></a>', "p { display: none }", False),
        ("<p></p>", "p { display: none }", False),
    ],
)  # fmt: skip
def test_a_link_is_seen_where_no_style_hides_it(html, css, expected):
    assert seen(html, css) is expected


def test_a_link_is_looked_for_where_it_was_promised():
    outside = f"<footer></footer>{LINK}"
    assert (seen(outside), seen(outside, inside=lambda page: page.page.first("footer"))) == (
        True,
        False,
    )
    assert seen(outside, inside=lambda page: page.page.first("form")) is False
