"""Breaks of our own visit statistics."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand
from visits.models import DailyCount, Reach


@breaks("usage.time-and-areas", "beacons.in-pages", way=Way.CONFIGURATION)
def a_link_that_reports(hand: Hand) -> None:
    hand.every_page_holds('<a href="/" ping="/seen/">Home</a>')


@breaks("usage.time-and-areas", in_sql=True)
def views_that_are_counted_without_consent(hand: Hand) -> None:
    def count(request: Any) -> Any:
        from visits.report import Report
        from visits.views import _count_view

        return _count_view(request, Report.read(request), None, None)

    hand.replace("visits.views._forget", count)


@breaks("visits.what-is-kept")
def a_view_with_the_name_of_the_browser(hand: Hand) -> None:
    hand.wrap(
        "visits.report._host", lambda old, request, name: request.headers.get("User-Agent", "-")
    )


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def views_that_stay_when_consent_is_taken_back(hand: Hand) -> None:
    hand.replace("visits.withdrawal.forget_visitor", lambda **numbers: 0)


@breaks("retention.visits", in_sql=True)
def views_that_stay_for_a_month_and_a_day(hand: Hand) -> None:
    _keep_for(hand, 31)


@breaks("retention.visits", in_sql=True)
def views_that_go_a_day_too_soon(hand: Hand) -> None:
    _keep_for(hand, 29)


def _keep_for(hand: Hand, days: int) -> None:
    from privacy.datamap.periods import Period
    from privacy.datamap.registry import entries

    (keep,) = entries()["visits.PageView"].keep
    hand.frozen(keep, "period", Period(days=days))


@breaks(
    "usage.time-and-areas", "cookies.recognize-return", "visits.what-is-kept",
    "visits.deleted-on-withdrawal",
    way=Way.CONFIGURATION,
)  # fmt: skip
def a_page_that_does_not_load_the_script(hand: Hand) -> None:
    hand.template("partials/tags.html", ("{% static tag.loader %}", ""))


@breaks("cookies.recognize-return")
def a_number_that_lives_a_year(hand: Hand) -> None:
    hand.replace("visits.views.VISITOR_DAYS", 365)


@breaks("cookies.recognize-return")
def a_visit_that_lasts_a_day(hand: Hand) -> None:
    hand.replace("visits.views.VISIT_MINUTES", 24 * 60)


@breaks("cookies.recognize-return")
def a_number_that_lives_on_with_each_page(hand: Hand) -> None:
    def keep(old: Any, response: Any, visit: Any) -> None:
        from privacy.consent.offer.catalogue import VISITOR_COOKIE
        from visits.views import _keep

        old(response, visit)
        _keep(response, VISITOR_COOKIE, visit, seconds=90 * 24 * 3600)

    hand.wrap("visits.views._keep_visit", keep)


def _count(**what: Any) -> None:
    day = timezone.localdate() - timedelta(days=60)
    DailyCount.objects.create(**{"day": day, "kind": "page", "views": 1, "visits": 1, **what})


@breaks("retention.visits", way=Way.ROWS)
def a_count_under_the_number_of_a_browser(hand: Hand) -> None:
    _count(key=f"/products/~{uuid4().hex}")


@breaks("retention.visits", way=Way.ROWS)
def a_count_of_an_entry_by_one_browser(hand: Hand) -> None:
    _count(kind="entry", key=f"/products/{uuid4()}/")


@breaks("retention.visits", way=Way.ROWS)
def a_count_of_all_that_is_one_of_somebody(hand: Hand) -> None:
    _count(kind="total", key="b20")


@breaks("retention.visits", way=Way.ROWS)
def a_count_of_the_whole_address_that_led_here(hand: Hand) -> None:
    _count(kind="host", key="search.example/results")


@breaks("visits.what-is-kept", way=Way.ROWS)
def a_reach_of_one_browser(hand: Hand) -> None:
    day = timezone.localdate()
    Reach.objects.create(day=day, days=7, kind="page", key=f"/about/{uuid4().hex}/", people=1)
