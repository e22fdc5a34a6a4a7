"""Every template compiles, needs no token, holds nothing that the CSP refuses, and is called something."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.utils import timezone

from privacy.policy.models import PolicyEvent
from tests.architecture.source import ROOMS, ROOT, python_files, text
from tests.architecture.source import files as all_files

TEMPLATES = tuple(
    path
    for path in all_files()
    if "templates/" in path
    and path.endswith((".html", ".txt"))
    # Another company's stand in the place of ours; their site is started in a test of its own.
    and not path.startswith("content/example/")
)
HTML = tuple(path for path in TEMPLATES if path.endswith(".html"))
FOR_STAFF = re.compile(r"(^|/)admin/")
INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\bsrc=)")
ADDRESS = re.compile(r"""\b(?:href|src|action|formaction)=["']?/""")
DATA_BLOCK = re.compile(r"<script[^>]*type=\"application/(ld\+)?json\"")
FRAMES = {
    found for path in HTML for found in re.findall(r"{% extends [\"']([^\"']+)[\"'] %}", text(path))
}
"""Templates that others stand on: those say what the page is called."""
KEPT_AS_A_FILE = {"templates/privacy/datamap/export.html"}
"""Documents that a person downloads: they carry their own look, and no CSP stands over them."""
TITLE_FROM_CONTEXT = {"templates/errors/error.html"}
"""Page templates whose title is the context's `title`."""


def name_of(path: str) -> str:
    return path.partition("templates/")[2]


def test_there_are_templates():
    assert "templates/base.html" in HTML


def found_in(paths: Iterable[str], forbidden: re.Pattern[str]) -> dict[str, list[str]]:
    """Return what no template may hold, by template."""
    found = {path: forbidden.findall(DATA_BLOCK.sub("<script src=", text(path))) for path in paths}
    return {path: what for path, what in found.items() if what}


def test_templates_compile():
    astray = {}
    for path in TEMPLATES:
        template: Any = engines["django"].get_template(name_of(path))
        if Path(template.origin.name).resolve() != ROOT / path:
            astray[path] = template.origin.name
    assert astray == {}


def test_templates_need_no_token():
    ours = [path for path in HTML if not FOR_STAFF.search(path)]
    assert found_in(ours, re.compile(r"csrf_token|csrfmiddlewaretoken")) == {}


def test_templates_hold_no_inline_style_or_script():
    assert found_in([path for path in HTML if path not in KEPT_AS_A_FILE], INLINE) == {}


def test_templates_ask_for_addresses_by_name():
    """By `{% url %}` and `{% static %}`, so that an address can be changed in one place."""
    assert found_in(HTML, ADDRESS) == {}


def test_templates_turn_no_escaping_off():
    assert found_in(HTML, re.compile(r"{%-? autoescape off|\|safeseq")) == {}


def test_page_templates_say_what_the_page_is_called():
    pages = [
        path
        for path in HTML
        if "{% extends" in text(path)
        if name_of(path) not in FRAMES and not FOR_STAFF.search(path)
    ]
    untitled = [
        path
        for path in pages
        if not re.search(r"{% block (title|head_title)", text(path))
        if path not in TITLE_FROM_CONTEXT
    ]
    assert len(pages) > 20
    assert untitled == []


def test_pages_with_a_script_are_written_down():
    """Nothing runs but what a visitor has allowed, and the page that asks for a passkey."""
    assert {path for path in HTML if re.search(r"<script[^>]*\bsrc=", text(path))} == {
        "templates/partials/tags.html",
        "templates/accounts/passkey_ask.html",
    }


def test_days_and_moments_have_one_format_and_moments_name_their_zone():
    """A format of its own is for machines alone: ISO 8601 in an attribute, or to compare."""
    for_machines = re.compile(r"datetime=\"{{[^}]*}}\"|{% (el)?if [^%]*%}")
    asked = re.compile(r"\|(?:date|time):[\"']([^\"']+)[\"']")
    found = {
        asked_for
        for path in TEMPLATES
        for asked_for in asked.findall(for_machines.sub("", text(path)))
    }
    assert found == {"DATETIME_FORMAT"}
    moment = datetime(2026, 11, 25, 17, 15, tzinfo=UTC)
    shown = engines["django"].from_string(
        "{{ at }} | {{ at|date }} | {{ at|date:'DATETIME_FORMAT' }}"
    )
    with timezone.override("America/Denver"):
        assert shown.render({"at": moment}) == (
            "November 25, 2026, 10:15 MST | November 25, 2026 | November 25, 2026, 10:15 MST"
        )
        assert str(PolicyEvent(kind="sealed", at=moment)).endswith(
            "at November 25, 2026, 10:15 MST"
        )


def test_no_module_writes_a_moment_without_its_zone():
    found = {
        path: re.findall(r"%H:%M(?!:%SZ)[^\"']*", text(path))
        for path in python_files()
        if path.partition("/")[0] in ROOMS and "%H:%M" in text(path)
    }
    assert {path: what for path, what in found.items() if what} == {}


AVOIDED = re.compile(
    r"\be-?newsletter|e-mail|sign(?:s|ed|ing)?[ -]in\b|\blog-in\b|user name"
    r"|user id\b|create (?:an |your )?account|(?<!un)subscribe to|\btel\.|cookie consent options"
    r"|cookie preferences|\bessential\b|strictly necessary|technical cookies|data subject data|\bPII\b"
    r"|\bdestroy|download area|unwanted mail|\bURLs?\b|Not yet checked|Checked: kept",
    re.IGNORECASE,
)
ALLOWED = {"eNewsletter"}
"""Where the spelling is the name of a page."""
MARKUP = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->|<[^>]*>", re.DOTALL)
CALLED_LOGIN = re.compile(r"<(a|button)\b[^>]*>\s*Login\s*</\1>")


def avoided_in(template: str) -> list[str]:
    """Return the words of a template that pages of ours do not use (docs/design.md)."""
    words = [
        found
        for found in AVOIDED.findall(" ".join(MARKUP.sub(" ", template).split()))
        if found not in ALLOWED
    ]
    return words + [found[0] for found in CALLED_LOGIN.finditer(template)]


def test_templates_use_the_words_of_the_house():
    assert {path: found for path in TEMPLATES if (found := avoided_in(text(path)))} == {}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Your E-Mail</p>", ["E-Mail"]),
        ("Please sign\n  in.", ["sign in"]),
        ('<a href="/x/">Login</a>', ['<a href="/x/">Login</a>']),
        ("<a>Last login</a> {# e-mail #} {% url 'e-mail' %}<b class='e-mail'>", []),
        ("Then it is destroyed. Look at this URL.", ["destroy", "URL"]),
        ("our eNewsletter, an E-Newsletter", ["E-Newsletter"]),
        ("Unsubscribe", []),
    ],
)
def test_a_word_that_is_avoided_is_found(template, found):
    assert avoided_in(template) == found
