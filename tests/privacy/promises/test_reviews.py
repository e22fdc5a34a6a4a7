"""Statements that people read again: what is due, and what is entered."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.roles import load_roles
from privacy.policy.marking import save_claim
from privacy.policy.models import PolicyClaim, PolicyVersion
from privacy.promises.claims import all_claims, draft_claims
from privacy.promises.models import ClaimReview
from privacy.promises.services import record_review
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.privacy.policy.pages import flat

pytestmark = pytest.mark.django_db
DUE = reverse("admin:promises_claimreview_due")
ADD = reverse("admin:promises_claimreview_add")
WHO_WE_ARE = "company.who-we-are"
NEXT = dt.date(2028, 3, 4)


@pytest.fixture
def officer() -> SiteClient:
    return an_officer()


def an_officer() -> SiteClient:
    load_roles()
    person = make_staff("vera", is_superuser=False)
    person.groups.add(Group.objects.get(name="Privacy officer"))
    client = SiteClient()
    client.force_login(person)
    return client


def test_a_review_moves_the_day_on_every_page(client):
    assert all_claims()[WHO_WE_ARE].review_on == dt.date(2027, 7, 17)
    record_review(WHO_WE_ARE, next_on=dt.date(2027, 9, 1), note="Read it.")
    review = record_review(WHO_WE_ARE, next_on=NEXT, note="Read it again.")
    assert {claims[WHO_WE_ARE].review_on for claims in (all_claims(), draft_claims())} == {NEXT}
    assert b'<time datetime="2028-03-04">' in client.get("/privacy/p/4/").content
    assert str(review).startswith("company.who-we-are, ")


def test_a_review_of_a_claim_of_our_own_is_sealed_with_the_next_version():
    claim = save_claim(PolicyClaim(kind="O", claim="So it is.", owner="Board"))
    record_review(claim.claim_id, next_on=NEXT, note="Read it.")
    assert PolicyClaim.objects.get().form["review_on"] == "2028-03-04"


@time_machine.travel("2027-07-17 12:00-06:00", tick=False)
def test_what_is_due_stands_on_the_front_page_until_it_was_read():
    officer = an_officer()
    front = flat(officer.get("/admin/").content.decode())
    due = sum(
        one.review_on is not None and one.review_on <= dt.date(2027, 7, 17)
        for one in all_claims().values()
        if one.is_in(3)
    )
    assert due > 1
    assert flat(f'<a href="{DUE}"><strong>{due}</strong> statements to read again</a>') in front
    page = flat(officer.get(DUE).content.decode())
    assert f'{ADD}?claim={WHO_WE_ARE}"' in page
    assert officer.get(ADD, {"claim": WHO_WE_ARE}).context["adminform"].form.initial == {
        "claim_id": WHO_WE_ARE
    }
    done = officer.post(
        ADD, {"claim_id": WHO_WE_ARE, "next_on": "2028-03-04", "note": "Nothing has changed."}
    )
    assert done.status_code == 302
    assert ClaimReview.objects.get().next_on == NEXT
    front = flat(officer.get("/admin/").content.decode())
    assert flat(f"<strong>{due - 1}</strong> statements to read again") in front


@pytest.mark.parametrize(
    ("field", "typed"),
    [("next_on", "2020-01-01"), ("note", "ok"), ("claim_id", "no.such")],
)
def test_a_review_says_when_and_what(officer, field, typed):
    sent = {"claim_id": WHO_WE_ARE, "next_on": "2028-03-04", "note": "Nothing has changed."}
    answer = officer.post(ADD, {**sent, field: typed})
    assert list(answer.context["adminform"].form.errors) == [field]
    assert ClaimReview.objects.count() == 0


def test_reviews_are_for_those_who_may_see_them():
    client = SiteClient()
    client.force_login(make_staff("eve", is_superuser=False))
    assert client.get(DUE).status_code == 403


def test_a_site_without_a_policy_has_nothing_to_read(officer, monkeypatch):
    monkeypatch.setattr(type(PolicyVersion.objects.all()), "in_force", lambda *args: None)
    monkeypatch.setattr(PolicyVersion.objects, "in_force", lambda *args: None)
    assert "The policy in force has none." in officer.get(DUE).content.decode()
