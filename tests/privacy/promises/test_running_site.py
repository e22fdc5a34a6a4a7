"""The running site as checks see it."""

import logging

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from privacy.consent.offer import current
from privacy.consent.offer.building import build_offer
from privacy.consent.offer.current import current_offer, rehearse_offer
from privacy.consent.offer.loading import load_offer
from privacy.promises import running_site
from privacy.promises.heard_query import HeardQuery
from privacy.promises.running_site import NO_SUCH_PAGE, RunningSite, _environ
from privacy.promises.services import run_checks
from privacy.promises.written_tables import rows_written
from sens_site import wsgi
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.cache.rehearsal_cache import RehearsalCache

pytestmark = pytest.mark.django_db


def test_a_crawl_begins_at_the_entrances_and_ends_with_an_error_page():
    site = RunningSite(("/privacy/", "/legal/"), most_pages=2)
    assert [(one.path, one.status) for one in site.pages] == [
        ("/privacy/", 200),
        ("/legal/", 200),
        (NO_SUCH_PAGE, 404),
    ]
    assert site.pages is site.pages


def test_a_crawl_follows_links_and_sets_closed_addresses_apart():
    site = RunningSite(("/accounts/profile/", "/"), most_pages=3)
    assert [one.path for one in site.closed] == ["/accounts/profile/"]
    assert len(site.pages) == 3 + 1


def test_a_visitor_keeps_and_forgets_cookies():
    site = RunningSite()
    visitor = site.visitor()
    with site.rehearsal():
        shown = {"next": "/", "shown": current_offer().shown}
        visitor.post("/cookies/choose/", {"choice": "accept", **shown})
        kept = set(visitor.cookies)
        visitor.cookies["_ga"] = "1"
        visitor.post("/cookies/choose/", {"choice": "reject", "next": "/"})
    assert set(visitor.cookies) == kept == {"__Host-cookie_consent", "__Secure-consent_receipt"}


def test_a_rehearsal_acts_by_what_is_offered_now_before_its_first_request_too(monkeypatch):
    monkeypatch.setattr(wsgi.ready_pages, "_looked_at", float("-inf"))  # as in a new process
    monkeypatch.setattr(current, "_stamp", None)
    monkeypatch.setattr(current, "_offer", build_offer({"google-ads": "AW-123456789"}))
    with RunningSite().rehearsal():
        assert current_offer().shown == load_offer().shown


def test_two_visitors_share_no_limit():
    site = RunningSite()
    one, other = site.visitor(), site.visitor()
    assert one.address != other.address
    assert one.address.startswith("2001:db8:")


def test_what_a_rehearsal_does_is_undone():
    site = RunningSite()

    def names() -> list[str]:
        return list(Group.objects.values_list("name", flat=True))

    before = names()
    with site.rehearsal():
        Group.objects.create(name="rehearsed")
        assert fragment("groups", names) == [*before, "rehearsed"]
    assert fragment("groups", names) == names() == before


def test_parts_of_pages_of_before_a_rehearsal_stand_again_after_it():
    site, made = RunningSite(), []
    site.get("/")

    def draw() -> int:
        made.append("drawn")
        return len(made)

    assert fragment("a part", draw) == 1
    with site.rehearsal():
        assert fragment("a part", draw) == 1
        content_changed()
        assert fragment("a part", draw) == 2
    assert fragment("a part", draw) == 1


def test_a_run_begins_with_no_part_of_a_page_that_was_drawn_before():
    fragment("another part", lambda: 1)
    run_checks([])
    assert fragment("another part", lambda: 2) == 2


def test_a_service_is_rehearsed_for_nobody_else():
    offer = build_offer({"google-analytics": "G-EXAMPLE123"})
    before = current_offer()
    with rehearse_offer(offer):
        assert current_offer() is offer
    assert current_offer() is before


def test_what_a_check_provokes_is_not_logged(caplog):
    with caplog.at_level(logging.WARNING, logger="django.request"):
        assert RunningSite().get(NO_SUCH_PAGE).status == 404
    assert caplog.messages == []


def test_behind_proxies_a_visitor_comes_through_all_of_them(settings):
    settings.TRUSTED_PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    site = RunningSite()
    visitor = site.visitor()
    environ = _environ("GET", "/", "", {}, visitor.address)
    assert environ["HTTP_X_FORWARDED_FOR"] == f"{visitor.address}, 192.0.2.1"
    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"
    assert visitor.get("/").status == 200


def test_what_is_written_is_named_but_for_the_shared_cache():
    with rows_written() as tables:
        Group.objects.create(name="Readers of manuals")
        Group.objects.filter(name="Readers of manuals").update(name="Writers of manuals")
        cache.set("key", "value")
        list(Group.objects.all())
    assert tables == ["auth_group", "auth_group"]


def test_the_site_tells_what_a_view_asks_for_after_the_question_mark():
    site = RunningSite()
    with site.hearing_what_is_asked() as names:
        site.get("/accounts/login/")
    assert ("next" in names, "password" in names) == (True, False)


def test_a_query_hears_each_way_of_asking():
    names: dict[str, set[str]] = {}
    query = HeardQuery("a=1&b=2&b=3", names)
    assert (query["a"], query.getlist("b"), query.get("d")) == ("1", ["2", "3"], None)
    assert ("c" in query, set(names)) == (False, {"a", "b", "c", "d"})
    copy = query.copy()
    copy["a"] = "4"
    assert (copy["a"], query["a"], "e" in copy) == ("4", "1", False)
    assert set(names) == {"a", "b", "c", "d", "e"}


def test_a_query_hears_with_what_a_view_compares_what_is_said():
    names: dict[str, set[str]] = {}
    query = HeardQuery("confirm=1&all=2", names)
    assert (query.get("confirm") == "yes", query["confirm"].lower() in ("Y", "n")) == (False, False)
    assert (query.getlist("all") == ["every"], query.getlist("none", ["x"])) == (False, ["x"])
    assert (query["confirm"] == 1, {"1": "one"}[query["confirm"]]) == (False, "one")
    assert names == {"confirm": {"yes", "Y", "n", "1"}, "all": {"every"}, "none": set()}


def test_what_is_published_is_noted_where_it_has_changed_alone(monkeypatch):
    noted = []
    plain = vars(LocMemCache)["_set"]

    def note(self, key, *rest):
        noted.append(key)
        return plain(self, key, *rest)

    monkeypatch.setattr(RehearsalCache, "_set", note, raising=False)
    site = RunningSite()

    for stamp in ("one", "one", "two"):
        monkeypatch.setattr(running_site, "generation", lambda now=stamp: (now, 0, 0, ""))
        site.get("/privacy/v/1/")

    assert sum("content-stamp" in key for key in noted) == 2


def test_what_another_process_has_published_is_looked_at_once_a_second(monkeypatch):
    looked, clock = [], [100.0]
    monkeypatch.setattr(running_site, "stamp_of_today", lambda: looked.append(clock[0]))
    monkeypatch.setattr(running_site, "monotonic", lambda: clock[0])
    site = RunningSite(("/privacy/v/1/",))
    looked.clear()

    for now in (100.0, 100.9, 101.1, 101.2):
        clock[0] = now
        site.get("/privacy/v/1/")

    assert looked == [100.0, 101.1]
