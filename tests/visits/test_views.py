"""What a page may report, what is kept of it, and what the browser is given for that."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from privacy.consent.offer.current import current_offer
from privacy.promises.written_tables import rows_written
from tests.client import SAME_ORIGIN, SiteClient
from tests.visits.conftest import REPORT, ago, allow_statistics, make_view, report
from visits.models import PageView
from visits.page_token import proven
from visits.views import BEGINNINGS

VISIT, VISITOR = "__Host-visit", "__Host-visitor"
pytestmark = pytest.mark.django_db


def the_view() -> PageView:
    return PageView.objects.get()


def test_a_view_that_is_allowed_is_stored_with_its_path_and_the_host_that_led_here(allowing):
    answer = report(allowing, "/contact/", **{"from": "search.example"})
    assert (answer.status_code, answer.content) == (204, b"")
    row: dict[str, Any] = {**PageView.objects.values().get()}
    numbers = {row.pop("visit").hex, row.pop("visitor").hex}
    assert numbers == {answer.cookies[VISIT].value, answer.cookies[VISITOR].value}
    assert len(numbers) == 2
    assert timezone.now() - row.pop("seen_at") < timedelta(minutes=1)
    row.pop("id")
    assert row == {
        "path": "/contact/",
        "entry": True,
        "referring_host": "search.example",
        "seconds": 0,
    }


@pytest.mark.parametrize(
    ("name", "seconds"), [(VISIT, 1800), (VISITOR, 7_776_000)], ids=["visit", "visitor"]
)
def test_each_number_lives_in_a_cookie_that_no_script_and_no_other_site_can_read(
    allowing, name, seconds
):
    cookie = report(allowing).cookies[name]
    told = {key: cookie[key] for key in ("max-age", "path", "domain", "samesite")}
    assert told == {"max-age": seconds, "path": "/", "domain": "", "samesite": "Strict"}
    assert cookie["httponly"]
    assert cookie["secure"]


def test_the_next_page_belongs_to_the_visit_and_does_not_say_again_who_led_here(allowing):
    report(allowing, "/", **{"from": "search.example"})
    again = report(allowing, "/contact/", **{"from": "search.example"})
    first, second = PageView.objects.order_by("pk")
    assert (second.visit, second.visitor) == (first.visit, first.visitor)
    assert (second.entry, second.referring_host) == (False, "")
    # The visit lives on; the visitor's number ends 90 days after it was given.
    assert list(again.cookies) == [VISIT]
    assert again.cookies[VISIT]["max-age"] == 1800


def test_who_comes_back_later_is_the_same_visitor_in_another_visit(allowing):
    report(allowing)
    del allowing.cookies[VISIT]
    answer = report(allowing)
    first, second = PageView.objects.order_by("pk")
    assert (second.visitor == first.visitor, second.visit == first.visit) == (True, False)
    assert list(answer.cookies) == [VISIT]


def test_a_number_that_we_did_not_give_names_no_visit(allowing):
    allowing.cookies[VISIT], allowing.cookies[VISITOR] = "0" * 32, "nonsense"
    answer = report(allowing)
    assert the_view().visit.hex != "0" * 32
    assert answer.cookies[VISITOR].value == the_view().visitor.hex


def test_a_visit_of_which_nothing_is_stored_any_more_begins_anew_under_another_number(allowing):
    other = make_view()
    allowing.cookies[VISIT], allowing.cookies[VISITOR] = other.visit.hex, "1" * 32
    report(allowing)
    begun = PageView.objects.get(visitor="1" * 32)
    assert (begun.entry, begun.visit == other.visit) == (True, False)


@pytest.mark.parametrize("answer_given", ["", "analytics=-1", "analytics=00000000"])
def test_without_consent_nothing_is_stored_and_no_cookie_is_set(db, answer_given):
    client = SiteClient()
    if answer_given:
        client.cookies[settings.COOKIE_CONSENT_NAME] = answer_given
    answer = report(client, **{"from": "search.example"})
    assert answer.status_code == 204
    assert {VISIT, VISITOR}.isdisjoint(answer.cookies)
    assert not PageView.objects.exists()


def test_with_the_signal_nothing_is_stored_even_after_a_yes(allowing):
    answer = report(allowing, headers={"sec-gpc": "1"})
    assert answer.status_code == 204
    assert {VISIT, VISITOR}.isdisjoint(answer.cookies)
    assert not PageView.objects.exists()


def test_a_page_that_outlived_its_consent_ends_the_numbers_and_what_was_stored_under_them(allowing):
    other = make_view()
    report(allowing)
    del allowing.cookies[settings.COOKIE_CONSENT_NAME]
    answer = report(allowing)
    assert ended_by(answer) == {VISIT, VISITOR}
    assert list(PageView.objects.all()) == [other]


def ended_by(response: Any) -> set[str]:
    """Return the cookies that an answer deletes."""
    return {c.key for c in response.cookies.values() if str(c["max-age"]) == "0"}


def choose(client: SiteClient, choice: str) -> Any:
    data = {"choice": choice, "next": "/", "shown": current_offer().shown}
    return client.post("/cookies/choose/", data, headers=SAME_ORIGIN)


def test_taking_consent_back_deletes_the_visitors_views_in_the_same_response(allowing):
    other = make_view()
    report(allowing)
    report(allowing, "/")
    answer = choose(allowing, "reject")
    assert (answer.status_code, list(PageView.objects.all())) == (303, [other])
    assert {VISIT, VISITOR} <= ended_by(answer)


def test_taking_consent_back_where_nothing_was_counted_deletes_nothing(allowing):
    other = make_view()
    assert choose(allowing, "reject").status_code == 303
    assert list(PageView.objects.all()) == [other]


def test_the_yes_from_the_banner_is_one_to_the_statistics(client):
    choose(client, "accept")
    report(client)
    assert the_view().path == "/contact/"


def test_a_page_is_counted_for_a_person_who_is_logged_in_and_not_tied_to_the_account(signed_in):
    report(allow_statistics(signed_in))
    assert the_view().path == "/contact/"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Search.Example", "search.example"),
        ("testserver", ""),
        ("", ""),
        ("-x", ""),
        ("=cmd()", ""),
        ("a" * 253, "a" * 253),
        ("a" * 254, ""),
        ("198.51.100.7", ""),
    ],
)
def test_only_the_name_of_another_host_is_kept_of_where_a_visitor_comes_from(allowing, told, kept):
    report(allowing, **{"from": told})
    assert the_view().referring_host == kept


def test_time_in_view_is_added_to_the_view_and_keeps_the_visit_alive(allowing):
    report(allowing)
    PageView.objects.update(seen_at=ago(seconds=100))
    answer = report(allowing, seconds=40)
    assert (answer.status_code, list(answer.cookies)) == (204, [VISIT])
    report(allowing, seconds=20)
    assert the_view().seconds == 60


@pytest.mark.parametrize(
    ("passed", "told", "kept"),
    [
        ({"seconds": 10}, 9, 9),
        ({"seconds": 10}, 500, 11),
        ({"hours": 2}, 1799, 1799),
        ({"hours": 2}, 5000, 1800),
        ({"hours": 23.9}, 60, 60),
        ({"hours": 24.1}, 60, 0),
    ],
)
def test_no_more_time_counts_than_has_passed_nor_than_half_an_hour_nor_a_day_later(
    allowing, passed, told, kept
):
    report(allowing)
    now = timezone.now()
    PageView.objects.update(seen_at=now - timedelta(**passed))
    with time_machine.travel(now, tick=False):
        report(allowing, seconds=told)
    assert the_view().seconds == kept


def test_time_is_added_once_the_visit_is_over_but_begins_no_new_one(allowing):
    report(allowing)
    PageView.objects.update(seen_at=ago(minutes=45))
    del allowing.cookies[VISIT]
    answer = report(allowing, seconds=60)
    assert (the_view().seconds, list(answer.cookies)) == (60, [])


def test_time_of_a_page_that_nobody_has_seen_is_dropped(allowing):
    answer = report(allowing, seconds=60)
    assert (answer.status_code, PageView.objects.count()) == (204, 0)
    report(allowing, "/")
    report(allowing, "/contact/", seconds=60)
    assert (the_view().path, the_view().seconds) == ("/", 0)


def test_time_that_adds_nothing_is_not_written(allowing):
    report(allowing)
    now = timezone.now()
    PageView.objects.update(seen_at=now - timedelta(seconds=5), seconds=6)
    with time_machine.travel(now, tick=False):
        assert list(report(allowing, seconds=5).cookies) == []
    assert the_view().seconds == 6


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"page": "/contact/"},
        {"page": "0" * 20 + "/contact/"},
        {"page": proven("/contact/") + "x"},
        {"page": proven("/" + "a" * 255)},
        {"page": proven("/"), "user": "ada"},
        {"page": [proven("/"), proven("/")]},
        {"page": proven("/"), "seconds": "-1"},
        {"page": proven("/"), "seconds": "1.5"},
        {"page": proven("/"), "seconds": "1000000"},
        {"page": proven("/"), "seconds": "٣"},
    ],
)
def test_what_no_page_of_ours_reports_is_refused(allowing, data):
    answer = allowing.post(REPORT, data, headers=SAME_ORIGIN)
    assert (answer.status_code, PageView.objects.count()) == (400, 0)


def test_the_longest_path_is_counted(allowing):
    assert report(allowing, "/" + "a" * 254).status_code == 204
    assert len(the_view().path) == 255


def test_a_report_that_is_too_long_is_refused_before_it_is_read(allowing):
    answer = allowing.post(REPORT, {"page": "x" * 5000}, headers=SAME_ORIGIN)
    assert answer.status_code == 413


def test_reading_the_address_does_nothing(allowing):
    answer = allowing.get(REPORT)
    assert (answer.status_code, PageView.objects.count()) == (405, 0)


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "none"}])
def test_a_report_that_no_page_of_ours_sent_is_refused(allowing, headers):
    assert report(allowing, headers=headers).status_code == 403
    assert not PageView.objects.exists()


def test_120_visits_an_hour_may_begin_at_one_address_and_those_that_run_go_on(db):
    running = allow_statistics(SiteClient())
    statuses = [report(running).status_code]
    statuses += [report(allow_statistics(SiteClient())).status_code for _ in range(120)]
    assert statuses == [204] * 120 + [429]
    refused = report(allow_statistics(SiteClient()))
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert report(running).status_code == 204


def test_500_visits_a_day_may_begin_at_one_address():
    taken = []
    for hour in range(6):
        with time_machine.travel(f"2026-03-10T{hour:02}:30:00Z", tick=False):
            taken += [BEGINNINGS.take("an address") for _ in range(100)]
    assert (taken[:500], 0 in taken[500:]) == ([0] * 500, False)
    with time_machine.travel("2026-03-11T00:00:00Z", tick=False):
        assert BEGINNINGS.take("an address") == 0


def test_a_hundred_views_of_one_visit_are_counted(allowing):
    report(allowing)
    first = the_view()
    PageView.objects.bulk_create(
        PageView(visit=first.visit, visitor=first.visitor, path="/", entry=False) for _ in range(98)
    )
    assert [report(allowing).status_code for _ in range(3)] == [204, 429, 429]
    assert PageView.objects.count() == 100


def test_what_a_full_visit_reports_is_taken_again_once_the_visit_has_ended(allowing):
    report(allowing)
    first = the_view()
    PageView.objects.bulk_create(
        PageView(visit=first.visit, visitor=first.visitor, path="/", entry=False) for _ in range(99)
    )
    refused = report(allowing)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1800")
    del allowing.cookies[VISIT]
    assert report(allowing).status_code == 204


def test_who_began_a_visit_is_written_nowhere_but_in_the_view(allowing):
    with rows_written() as tables, CaptureQueriesContext(connection) as queries:
        report(allowing)
    assert (tables, len(queries)) == (["visits_pageview"], 1)


def test_a_report_of_a_further_page_is_one_statement_and_one_of_time_two(
    allowing, django_assert_num_queries
):
    report(allowing)
    with django_assert_num_queries(1):
        report(allowing)
    PageView.objects.update(seen_at=ago(seconds=90))
    with django_assert_num_queries(2):
        report(allowing, seconds=30)


def test_the_key_of_yesterday_still_proves_a_page(allowing, settings):
    page = proven("/contact/")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-the-site-of-the-tests"
    assert allowing.post(REPORT, {"page": page}, headers=SAME_ORIGIN).status_code == 204


# --- the page -------------------------------------------------------------------------------------


def scripts(response) -> list[str]:
    found = re.findall(r"<script[^>]*>", response.content.decode())
    return [script for script in found if "visits/visit.js" in script]


def test_a_page_carries_the_script_after_a_yes_and_not_before(client, allowing):
    (script,) = scripts(allowing.get("/contact/"))
    assert 'src="/static/visits/visit.js"' in script
    assert f'data-page="{proven("/contact/")}"' in script
    assert 'integrity="sha256-' in script
    assert scripts(client.get("/contact/")) == []


def test_a_page_with_our_own_script_alone_loads_none_that_guards_against_others(allowing):
    page = allowing.get("/").content.decode()
    assert re.findall(r'<script\s+src="/static/([^"]*)"', page) == [
        "consent/back.js", "visits/visit.js",
    ]  # fmt: skip


def test_the_page_of_one_who_allows_is_the_same_for_everybody_and_stays_isolated(allowing):
    other = allow_statistics(SiteClient())
    report(other)
    first, second = allowing.get("/contact/"), other.get("/contact/")
    assert first.content == second.content
    headers = first.headers
    assert "script-src 'self'" in headers["Content-Security-Policy"].split(";")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "://" not in headers["Content-Security-Policy"]


def test_the_page_about_cookies_names_both_cookies_with_their_lives(client):
    page = client.get("/cookies/").content.decode()
    assert VISIT in page
    assert "30 minutes" in page
    assert VISITOR in page
    assert "90 days" in page
    assert "visits" in {s.key for s in current_offer().services_of(["analytics"])}
