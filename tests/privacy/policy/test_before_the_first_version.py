"""A site whose policies are not loaded yet: its addresses are a clear 404, never a 500."""

import pytest
from django.http import Http404

from privacy.policy import admin, machine_views, views
from privacy.promises import views as promise_views

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "view",
    [
        views.policy_page,
        views.history_page,
        machine_views.log,
        machine_views.listing,
        machine_views.feed,
    ],
    ids=lambda view: view.__name__,
)
def test_what_is_not_published_yet_is_not_found(rf, view):
    with pytest.raises(Http404):
        view(rf.get("/somewhere/"), slug="not-yet")


def test_a_board_of_no_promises_is_not_found(rf, monkeypatch):
    monkeypatch.setattr(promise_views, "PRIVACY", "not-yet")
    with pytest.raises(Http404):
        promise_views.promise_board(rf.get("/privacy/promises/"))


def test_the_first_draft_begins_empty(staff_client, monkeypatch):
    monkeypatch.setattr(admin, "PRIVACY", "not-yet")
    page = staff_client.get("/admin/policy/policydraft/add/")
    assert "source_text" not in page.context["adminform"].form.initial
