"""What is found of a person, and what readers, topics and words call themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter.data_map.readers import suppressions_of
from newsletter.models import Subscriber, Subscription, Suppression, Topic, Wording
from newsletter.suppression import NEWSLETTER, suppress
from newsletter.unsubscribing import Why
from privacy.datamap.subjects import Subject, by_address

NOW = timezone.now()


def found(subject):
    return Suppression.objects.filter(suppressions_of(subject)).count()


@pytest.mark.django_db
def test_a_hash_is_found_by_its_address_and_by_a_former_one_up_to_its_end():
    suppress("ann@example.com", purpose=NEWSLETTER, why=Why.UNSUBSCRIBED)
    later, earlier = NOW + timedelta(days=1), NOW - timedelta(days=1)
    assert found(by_address("ann@example.com")) == 1
    assert found(by_address("bob@example.com")) == 0
    assert found(Subject()) == 0
    for until, count in ((later, 1), (earlier, 0)):
        assert found(Subject(former=frozenset({("ann@example.com", until)}))) == count
        assert found(by_address("ann@example.com").as_of(until)) == count


def test_rows_name_themselves_without_anybody():
    assert str(Topic(title="Pumps")) == "Pumps"
    assert str(Wording(digest="0123456789abcdef")) == "0123456789ab"
    assert str(Subscriber(pk=7, email="ann@example.com")) == "Subscriber 7"
    assert str(Subscription(pk=7)) == "Subscription 7"
    assert str(Suppression(pk=7)) == "Suppression 7"
    assert Subscriber(email="ann@example.com").masked_email == "a…@example.com"
