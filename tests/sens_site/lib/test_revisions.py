"""The times of a public text: set, taken back, and never in the past."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news.models import NewsRevision
from sens_site.lib import revisions
from sens_site.lib.revisions import NotPossibleError
from sens_site.lib.texts import Text
from tests.news.making import announce

pytestmark = pytest.mark.django_db

TEXT = Text("First", "One.", "First words.\n")


@pytest.fixture
def draft() -> NewsRevision:
    return announce("draft", publish_at=None).revisions.all()[0]


def test_a_plan_is_cancelled_once(draft):
    revisions.publish(draft, at=timezone.now() + timedelta(days=1))
    assert (draft.is_draft, draft.is_planned) == (False, True)
    revisions.cancel_plan(draft)
    assert (draft.is_draft, draft.is_planned) == (True, False)
    with pytest.raises(NotPossibleError, match="not planned for later"):
        revisions.cancel_plan(draft)


def test_what_is_published_is_not_published_again_nor_in_the_past(draft):
    with pytest.raises(NotPossibleError, match="still to come"):
        revisions.publish(draft, at=timezone.now() - timedelta(seconds=1))
    revisions.publish(draft)
    with pytest.raises(NotPossibleError, match="published already"):
        revisions.publish(draft)


def test_what_is_due_is_shown_by_its_time_and_what_is_planned_by_the_next(draft):
    now = timezone.now()
    for days in (-1, -2, 3, 2):
        NewsRevision.objects.create(
            item=draft.item, title=f"{days}", description="x", body="x",
            publish_at=now + timedelta(days=days),
        )  # fmt: skip
    of_it = draft.item.revisions
    assert [one.title for one in of_it.due(now)] == ["-1", "-2"]
    assert [one.title for one in of_it.planned(now)] == ["2", "3"]


@pytest.mark.parametrize(
    ("said", "at", "same"),
    [
        (TEXT, None, True),
        (TEXT, timedelta(0), True),
        (TEXT, timedelta(days=1), False),
        (Text("Second", "Two.", "Words.\n"), None, False),
    ],
)
def test_the_same_text_again_says_nothing_new_but_at_another_time(said, at, same):
    now = timezone.now()
    shown = announce("first", at=now - timedelta(days=1), text=TEXT).revisions.all()[0]
    when = None if at is None else now + at
    known = revisions.is_same_again(said, when, newest=shown, shown=shown, stands=None)
    assert known is same
