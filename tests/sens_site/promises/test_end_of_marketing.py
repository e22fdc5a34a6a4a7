"""Objections of which nobody is asked for a proof, and those on record that were heeded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from privacy.promises.registry import PromiseBroken
from privacy.promises.running_site import RunningSite
from privacy.rights.choices import Channel, Kind
from privacy.rights.intake import open_request
from privacy.rights.models import RequestEvent
from sens_site.promises.end_of_marketing import (
    an_objection_ends_marketing_at_once,
    nobody_who_objected_is_still_written_to,
)

pytestmark = pytest.mark.django_db
EMAIL = "ada@customer.test"


def test_an_objection_by_the_form_that_is_mailed_no_link_is_found(monkeypatch):
    monkeypatch.setattr("privacy.rights.intake._announce", lambda request: None)
    with pytest.raises(PromiseBroken, match=r"^who objects gets no link"):
        an_objection_ends_marketing_at_once(RunningSite())


def objected() -> RequestEvent:
    asked = open_request(kind=Kind.OBJECTION, name="A", email=EMAIL, text="", channel=Channel.FORM)
    return RequestEvent.objects.create(request=asked, did="identity-proved", proof="link")


@pytest.mark.parametrize("since", [None, timedelta(minutes=1)])
def test_who_objected_may_have_an_account_and_ask_for_news_anew(since):
    at = objected().at
    User.objects.create(
        username="ada", email=EMAIL, marketing_opt_in_at=None if since is None else at + since
    )
    User.objects.create(username="grace", email="grace@customer.test", marketing_opt_in_at=at)
    figures = nobody_who_objected_is_still_written_to(RunningSite()).figures
    assert figures["proven objections"] == 1


def test_each_proven_objection_is_looked_at():
    objected()
    asked = open_request(kind=Kind.OBJECTION, name="G", email="grace@customer.test", text="",
                         channel=Channel.FORM)  # fmt: skip
    RequestEvent.objects.create(request=asked, did="identity-proved", proof="link")
    User.objects.create(
        username="grace",
        email="grace@customer.test",
        marketing_opt_in_at=timezone.now() - timedelta(days=9),
    )
    with pytest.raises(PromiseBroken, match=r"^1 accounts get marketing that was objected to$"):
        nobody_who_objected_is_still_written_to(RunningSite())
