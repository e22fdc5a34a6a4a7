"""The catalogue in django-cookie-consent's tables: a copy that heals itself."""

from dataclasses import replace

import pytest
from cookie_consent.models import Cookie, CookieGroup, LogItem

from privacy.consent.apps import sync_catalogue as sync_after_migrate
from privacy.consent.offer import tables
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import StoredItem
from privacy.consent.offer.tables import sync_catalogue

pytestmark = pytest.mark.django_db


def test_the_tables_hold_the_catalogue_after_migrating():
    assert [g.varname for g in CookieGroup.objects.all()] == [g.key for g in GROUPS]
    assert CookieGroup.objects.get(varname="necessary").is_required is True
    assert Cookie.objects.filter(cookiegroup__varname="necessary").count() == 5


def test_a_second_run_changes_nothing():
    before = list(CookieGroup.objects.values()), list(Cookie.objects.values())
    assert sync_catalogue() == 0
    assert (list(CookieGroup.objects.values()), list(Cookie.objects.values())) == before


def test_what_was_changed_by_hand_is_put_right():
    CookieGroup.objects.filter(varname="analytics").update(name="Something")
    CookieGroup.objects.create(varname="gone", name="Gone")
    Cookie.objects.filter(name="_ga").update(description="")
    Cookie.objects.filter(name="IDE").delete()
    assert sync_catalogue() == 4
    assert CookieGroup.objects.get(varname="analytics").name == "Analytics"
    assert CookieGroup.objects.filter(varname="gone").count() == 0
    assert Cookie.objects.get(name="IDE").domain == "doubleclick.net"
    assert sync_catalogue() == 0


def test_a_cookie_that_the_catalogue_no_longer_names_is_gone(monkeypatch):
    group = next(group for group in GROUPS if group.key == "analytics")
    service = replace(
        group.services[0],
        items=(
            StoredItem("_new", "Counts.", 30),
            StoredItem("_kept", "Counts too.", 30, kind="local storage"),
        ),
    )
    monkeypatch.setattr(tables, "GROUPS", (replace(group, services=(service,)),))
    sync_catalogue()
    # The package's tables hold cookies alone.
    assert list(Cookie.objects.values_list("name", flat=True)) == ["_new"]


def test_the_packages_own_log_stays_empty(choose):
    choose("accept")
    assert LogItem.objects.count() == 0


def test_staff_see_the_catalogue_and_cannot_change_it(staff_client):
    for model, row in (("cookiegroup", CookieGroup), ("cookie", Cookie)):
        pk = row.objects.all()[0].pk
        page = f"/admin/cookie_consent/{model}/"
        assert staff_client.get(page).status_code == 200
        assert staff_client.get(f"{page}{pk}/change/").status_code == 200
        assert staff_client.get(f"{page}add/").status_code == 403
        assert staff_client.post(f"{page}{pk}/change/", {"name": "x"}).status_code == 403
        assert staff_client.post(f"{page}{pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_migration_of_another_database_leaves_the_catalogue_alone(django_assert_num_queries):
    with django_assert_num_queries(0):
        sync_after_migrate("replica")
