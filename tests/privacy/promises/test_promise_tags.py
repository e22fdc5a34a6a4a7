"""How all promises stand, for the page that says it in one row."""

import pytest

from privacy.policy.models import PolicyVersion
from privacy.promises.models import State
from privacy.promises.templatetags.promise_tags import marked, promises_today
from sens_site.lib.cache.fragment_cache import forget_fragments
from tests.factories.promises import make_result

pytestmark = pytest.mark.django_db


def counts():
    forget_fragments()
    standing = promises_today()
    assert standing is not None
    return {part.words: part.count for part in standing.parts}


def test_a_promise_is_in_one_part_and_no_missing_state_looks_kept():
    before = counts()
    assert (before["kept"], before["not kept"]) == (0, 0)
    make_result("account.delete")
    make_result("account.delete-removes-data", State.BROKEN)
    make_result("account.own-copy", State.NOT_CARRIED_OUT)
    after = counts()
    assert (after["kept"], after["not kept"]) == (1, 1)
    assert after["not checked yet"] == before["not checked yet"] - 2
    assert after["stated by us"] == before["stated by us"]


def test_the_row_is_as_long_as_there_are_promises_and_has_no_gap():
    make_result("account.delete")
    forget_fragments()
    standing = promises_today()
    assert standing is not None
    assert standing.kept == 1
    assert standing.width == 10 * standing.total
    kept, broken, unchecked, stated = standing.parts
    assert (kept.path, broken.path) == ("M0 12h10", "")
    assert unchecked.path == f"M10 12h{10 * unchecked.count}"
    assert stated.start == 1 + unchecked.count == standing.total - stated.count


def test_the_marks_of_a_text_are_counted_as_they_are_drawn(client, django_assert_num_queries):
    make_result("account.delete")
    make_result("account.delete-removes-data", State.BROKEN)
    page = client.get("/privacy/").content.decode()
    with django_assert_num_queries(0):
        parts = marked(page)
    assert [(part.words, part.count) for part in parts][:2] == [("kept", 1), ("not kept", 1)]
    assert sum(part.count for part in parts) == page.count(" href=p/")
    assert {part.words: part.count for part in parts} == counts()


def test_without_a_policy_in_force_nothing_is_promised(monkeypatch):
    monkeypatch.setattr(type(PolicyVersion.objects), "in_force", lambda *_: None)
    forget_fragments()
    assert promises_today() is None
    forget_fragments()
