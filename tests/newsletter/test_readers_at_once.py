"""The same sign-up, code and press, many times at the same moment: one effect each."""

import pytest

from newsletter.links import CONFIRM, UNSUBSCRIBE, path_of
from newsletter.models import Subscriber, Suppression
from outbox.models import OutboxMail
from tests.client import SiteClient, stamp_in
from tests.contact.test_at_once import at_once

FORM = "/newsletter/"
pytestmark = pytest.mark.django_db(transaction=True)


def subjects():
    return sorted(OutboxMail.objects.values_list("subject", flat=True))


def test_twelve_of_each_are_one():
    data = {**stamp_in(SiteClient().get(FORM)), "email": "ann@example.com"}
    answers = at_once(12, lambda number: SiteClient().post(FORM, data))
    assert [answer.status_code for answer in answers] == [303] * 12
    reader = Subscriber.objects.get()
    assert subjects() == ["Confirm your newsletter sign-up"]

    answers = at_once(12, lambda number: SiteClient().post(path_of(reader, CONFIRM)))
    assert [answer.status_code for answer in answers] == [303] * 12
    assert subjects() == ["Confirm your newsletter sign-up", "Your newsletter sign-up is confirmed"]

    answers = at_once(12, lambda number: SiteClient().post(path_of(reader, UNSUBSCRIBE)))
    assert min(answer.status_code for answer in answers) == 303
    assert {answer.status_code for answer in answers} <= {303, 404}
    assert not Subscriber.objects.exists()
    assert Suppression.objects.count() == 1
