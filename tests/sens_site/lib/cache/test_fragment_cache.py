"""Fragments are made once for each state of the content."""

import pytest
import time_machine
from django.db import transaction

from sens_site.lib.cache import fragment_cache
from sens_site.lib.cache.content_stamp import content_changed, renew_stamp, stamp_of_today
from sens_site.lib.cache.fragment_cache import MAX_FRAGMENTS, fragment, fragments_as_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    """Build numbered values and count them."""
    values: list[int] = []

    def build() -> int:
        values.append(len(values))
        return values[-1]

    return build


def test_made_once(made):
    assert [fragment("a", made), fragment("a", made), fragment("b", made)] == [0, 0, 1]


def test_made_again_after_a_change_in_this_process(made):
    fragment("a", made)
    content_changed()
    assert fragment("a", made) == 1


def test_made_again_after_a_change_that_another_process_made(made):
    stamp_of_today()
    fragment("a", made)
    renew_stamp()
    stamp_of_today()
    assert fragment("a", made) == 1


def test_made_again_on_another_day(made):
    with time_machine.travel("2026-11-22T12:00:00-07:00", tick=False):
        fragment("a", made)
    with time_machine.travel("2026-11-23T12:00:00-07:00", tick=False):
        assert fragment("a", made) == 1


def test_what_was_begun_before_a_change_is_not_kept(made):
    def build() -> int:
        content_changed()
        return made()

    assert [fragment("a", build), fragment("a", made)] == [0, 1]


def test_a_rolled_back_change_costs_a_rendering_and_nothing_else(made):
    fragment("a", made)
    with transaction.atomic():
        content_changed()
        transaction.set_rollback(True)
    assert [fragment("a", made), fragment("a", made)] == [1, 1]


def test_the_store_is_bounded(made):
    for number in range(MAX_FRAGMENTS + 10):
        fragment(number, made)
    assert len(fragment_cache._kept) == MAX_FRAGMENTS


def test_the_stamp_changes_with_the_hour():
    with time_machine.travel("2026-11-22T12:10:00-07:00", tick=False):
        first = stamp_of_today()
        assert stamp_of_today() == first
    with time_machine.travel("2026-11-22T13:10:00-07:00", tick=False):
        assert stamp_of_today() != first


def test_after_what_is_undone_the_fragments_of_before_stand_and_none_made_within(made):
    fragment("a", made)
    with fragments_as_before():
        content_changed()
        assert [fragment("a", made), fragment("b", made)] == [1, 2]
    assert [fragment("a", made), fragment("b", made)] == [0, 3]
    content_changed()
    assert fragment("a", made) == 4
