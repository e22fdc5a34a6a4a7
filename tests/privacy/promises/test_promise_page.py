import pytest
from django.test import Client

from privacy.policy.models import PolicyVersion
from privacy.promises import views
from sens_site.lib.cache.fragment_cache import forget_fragments

pytestmark = pytest.mark.django_db


def test_what_the_version_in_force_claims_is_read_once_for_all_pages(monkeypatch):
    forget_fragments()
    asked = []
    plain = type(PolicyVersion.objects).in_force

    def in_force(self, slug):
        asked.append(slug)
        return plain(self, slug)

    monkeypatch.setattr(type(PolicyVersion.objects), "in_force", in_force)

    pages = [Client().get(f"/privacy/p/{number}/", secure=True) for number in (1, 2, 3)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert asked == ["privacy"]


def test_before_a_version_is_in_force_nothing_is_claimed(monkeypatch):
    forget_fragments()
    monkeypatch.setattr(type(PolicyVersion.objects), "in_force", lambda self, slug: None)

    assert views._claims_in_force() == frozenset()
