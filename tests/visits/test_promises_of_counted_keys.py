"""Which names of counts are pages of this site, or sites, and which may be somebody's number."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.utils import timezone

from privacy.promises.registry import PromiseBroken
from visits.models import DailyCount
from visits.promises_of_counted_keys import counts_name_pages

pytestmark = pytest.mark.django_db


def is_counted(kind: str, key: str, *, status: int = 404, cached: str = "public") -> bool:
    """Tell whether a count may be kept under a key, where its address answers so."""
    DailyCount.objects.create(day=timezone.localdate(), kind=kind, key=key, views=1)
    site = cast(
        "Any",
        SimpleNamespace(
            get=lambda path: SimpleNamespace(status=status, header=lambda name: cached)
        ),
    )
    try:
        return counts_name_pages(site) > 0
    except PromiseBroken:
        return False


@pytest.mark.parametrize(
    "key",
    ["/", "/about/", "/news/2026/a-charger/", "/downloads/101234/", "/downloads/Manual-12.5_b/3/"],
)
def test_a_page_that_is_gone_may_still_be_counted(key):
    assert is_counted("page", key)


@pytest.mark.parametrize(
    "key",
    [
        "/products/~5f2c7be1a0d94c6e8a1b2c3d4e5f6071",
        "/5f2c7be1/",
        "/a/5f2c7be1-a0d9-4c6e-8a1b-2c3d4e5f6071/",
        "/a/12345678-1234-4123-8123-123456789012",
        "/a/123456789/",
        "/news/iso9001certification/",
        "/a/?b=c",
        "/a%20b/",
        "about",
        "",
    ],
)
def test_a_number_counts_as_a_page_where_it_opens_alone(key):
    assert not is_counted("entry", key)


def test_an_address_that_opens_is_a_page_however_it_reads():
    assert is_counted("page", "/news/iso9001certification/", status=200)
    assert is_counted("page", "/a/123456789/", status=301)
    assert not is_counted("page", "/n/123456789/", status=200, cached="no-store")


@pytest.mark.parametrize(
    ("kind", "key", "counted"),
    [
        ("total", "", True),
        ("total", "b20", False),
        ("host", "", True),
        ("host", "*", True),
        ("host", "search.example", True),
        ("host", "search.example/a", False),
        ("host", "192.0.2.1", False),
        ("whom", "", False),
    ],
)
def test_all_visits_have_no_name_and_sites_have_theirs(kind, key, counted):
    assert is_counted(kind, key) is counted
