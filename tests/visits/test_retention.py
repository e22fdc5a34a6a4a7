"""Single views go after 30 days, by the one purge, and no row leads to an account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from privacy.datamap.record import records
from privacy.datamap.retention import purge_expired
from tests.visits.conftest import make_view
from visits.models import DailyCount, PageView

pytestmark = pytest.mark.django_db


def test_a_view_is_deleted_after_thirty_days_and_not_before():
    limit = timezone.now() - timedelta(days=30)
    make_view(seen_at=limit - timedelta(minutes=1), path="/over/")
    make_view(seen_at=limit + timedelta(minutes=1), path="/young/")
    purge_expired()
    assert list(PageView.objects.values_list("path", flat=True)) == ["/young/"]


def test_counts_by_day_stay():
    DailyCount.objects.create(day="2020-01-01", kind="total", views=9)
    purge_expired()
    assert DailyCount.objects.count() == 1


def test_a_person_is_told_why_their_visits_are_not_listed(signed_in):
    page = " ".join(signed_in.get("/accounts/data/").content.decode().split())
    assert "our visit statistics know your browser by a number in a cookie" in page
    assert "We delete it after 30 days" in page


def test_the_public_record_says_for_what_on_what_basis_and_for_how_long(client):
    (record,) = [r for r in records() if r.activity.name == "visit-statistics"]
    assert record.activity.title == "Our own visit statistics, only after you allowed them"
    assert record.activity.purpose.basis.title == "Your consent"
    page = client.get("/privacy/record/").content.decode()
    assert "Our own visit statistics, only after you allowed them" in page
    assert "up to 30 days" in page
