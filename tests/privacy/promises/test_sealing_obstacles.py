"""What stops a draft from being sealed."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from privacy.policy.blocks import blocks_of
from privacy.policy.rendering import render
from privacy.promises import registry
from privacy.promises.claims import bundled_claims
from privacy.promises.models import State
from privacy.promises.registry import Evidence, Look
from privacy.promises.sealing_obstacles import (
    lost_promises,
    obstacles_to_sealing,
    unmarked_passages,
)
from tests.factories.promises import looks, make_result

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One.{promise:a.b} Two.{promise:c.d}", []),
        ("One.{promise:a.b} Two.", ["Two"]),
        ("# Heading\n\nOne.{promise:a.b}", []),
        ("We collect:\n\n- one;{promise:a.b}\n- two", ["two"]),
        ("Nothing is marked here. At all.", ["Nothing is marked here. At all"]),
        ("See [the page](/cookies/).{promise:a.b}", []),
        ("A line\nthat wraps.{promise:a.b}", []),
        ("| What | Why |\n|---|---|\n| name | answer{promise:a.b} |", []),
        ("| What | Why |\n|---|---|\n| name | answer |", ["name answer"]),
        ("Hello.{promise:plain}", []),
    ],
)
def test_unmarked_passages(source, expected):
    assert unmarked_passages(source) == expected


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("We *keep* **it**", "We keep it"),
        ("![A photo](/photo.png) of us", "!A photo of us"),
        ("![A photo][p] of us\n\n[p]: /photo.png", "!A photo of us"),
        ("<b>Bold</b> words", "<b>Bold</b> words"),
        ("<!-- We sell it -->", "<!-- We sell it -->"),
        ("<div>\nWe sell it\n</div>", "<div> We sell it </div>"),
        ("~~Not~~ struck", "~~Not~~ struck"),
        ("www.example.test is no link", "www.example.test is no link"),
        ("<https://example.test/> is one", "https://example.test/ is one"),
        ("`We` sell it", "We sell it"),
        ("    We sell it", "We sell it"),
        ("```\nWe sell it\n```", "We sell it"),
        ("- [ ] We sell it", "[ ] We sell it"),
        ("A note[^1]", "A note[^1]"),
        ("> We sell it", "We sell it"),
        ("Term\n: What it means", "Term : What it means"),
        ('"R&amp;D" -- (c) &copy;', '"R&D" -- (c) ©'),
    ],
)
def test_page_redline_and_sealing_read_the_same_words(source, words):
    shown = BeautifulSoup(render(source).html, "html.parser").get_text()
    assert " ".join(shown.split()) == words
    assert [block.text for block in blocks_of(source)] == [words]
    assert unmarked_passages(source) == [words]


@pytest.fixture
def checks(monkeypatch):
    """Put the registered checks into the test's hand."""
    mine: dict = {}
    monkeypatch.setattr(registry, "_checks", mine)
    monkeypatch.setattr("privacy.promises.sealing_obstacles.discover", lambda: None)
    return mine


def problems(source: str, today: date = TODAY) -> list[tuple[str, str]]:
    return [(one.where, one.problem) for one in obstacles_to_sealing(source, today=today)]


DATED = "We date it.{promise:policy.last-updated}"
LAST_UPDATED = "Claim 1, “The policy shows the date of its last update.”"
HOURS_AGO = {"hours": 20}


def look(site):
    return Evidence("seen")


def look_at_rows(site):
    return Evidence("counted")


def look_from_outside(site):
    return Evidence("seen from outside")


def seen(checks, state=State.KEPT, *, words="seen", by=look, **ago):
    checks.setdefault("policy.last-updated", looks(look))
    make_result(
        "policy.last-updated",
        state,
        check_name=f"{by.__module__}.{by.__name__}",
        words=words,
        checked_at=timezone.now() - timedelta(**ago),
    )


def test_a_kept_promise_stands_in_nobodys_way(checks):
    seen(checks, **HOURS_AGO)
    assert problems(DATED) == []


def test_a_promise_without_a_check_stops_sealing(checks):
    assert problems(DATED) == [(LAST_UPDATED, "No check shows that the site does this.")]


def test_a_broken_promise_stops_sealing(checks):
    seen(checks, State.BROKEN, words="the date is missing", **HOURS_AGO)
    assert problems(DATED) == [(LAST_UPDATED, "The check fails: the date is missing")]


def test_a_promise_that_was_not_looked_at_lately_stops_sealing(checks):
    not_lately = [(LAST_UPDATED, "It has not been checked for two days.")]
    checks["policy.last-updated"] = looks(look)
    assert problems(DATED) == not_lately
    seen(checks, days=3)
    assert problems(DATED) == not_lately


def test_a_check_that_could_not_look_stops_sealing(checks):
    seen(checks, State.NOT_CARRIED_OUT, words="the disk is full", **HOURS_AGO)
    assert problems(DATED) == [
        (LAST_UPDATED, "The check could not be carried out: the disk is full")
    ]


def test_each_look_from_inside_has_to_be_fresh_and_none_from_outside(checks):
    inside = looks(look, look_at_rows)
    checks["policy.last-updated"] = {**inside, **looks(look_from_outside, look=Look.OUTSIDE)}
    seen(checks, **HOURS_AGO)
    assert problems(DATED) == [(LAST_UPDATED, "It has not been checked for two days.")]
    seen(checks, by=look_at_rows, **HOURS_AGO)
    assert problems(DATED) == []


def test_unknown_and_doubled_ids_stop_sealing(checks):
    assert problems("One.{promise:no.such} Two.{promise:no.such}") == [
        ("no.such", "This is named twice."),
        ("no.such", "No claim has this name."),
    ]


def test_a_statement_past_its_review_stops_sealing(checks):
    source = "We are a company.{promise:company.who-we-are}"
    assert problems(source) == []
    assert problems(source, date(2030, 1, 1)) == [
        (
            f"Claim 4, “{bundled_claims()['company.who-we-are'].claim}”",
            "This statement should have been reviewed by July 17, 2027.",
        )
    ]


def test_every_obstacle_says_what_to_do(checks):
    source = "One.{promise:no.such} Two.{promise:policy.last-updated} Three."
    assert [bool(one.remedy) for one in obstacles_to_sealing(source, today=TODAY)] == [True] * 3


def test_lost_promises_are_named():
    previous = "One.{promise:policy.last-updated} Two.{promise:company.who-we-are}"
    lost = lost_promises("Two.{promise:company.who-we-are}", previous)
    assert [claim.id for claim in lost] == ["policy.last-updated"]
