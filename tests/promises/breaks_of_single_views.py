"""Breaks of single views: more kept of one than the sentence lists, and a no that does not reach all."""

import inspect
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand
from visits.models import PageView


@breaks("visits.what-is-kept")
def a_page_with_what_was_asked_of_it(hand: Hand) -> None:
    def proven(old: Any, path: str) -> str:
        tag: Any = inspect.currentframe()
        while "context" not in tag.f_locals:
            tag = tag.f_back
        return str(old(tag.f_locals["context"]["request"].get_full_path()))

    hand.wrap("visits.templatetags.visit_tags.proven", proven)


@breaks("visits.what-is-kept")
def a_whole_address_in_place_of_a_site(hand: Hand) -> None:
    hand.replace("visits.report.HOST", re.compile(r"[a-z0-9][a-z0-9._/?&=%+-]*"))


@breaks("visits.what-is-kept", way=Way.CONFIGURATION)
def a_script_that_tells_where_a_visitor_was(hand: Hand) -> None:
    def altered(old: Any, name: str) -> str:
        source = Path(old(name))
        target = source.with_name("visit-of-a-break.js")
        words = source.read_text("utf-8").replace(".hostname", ".href")
        target.write_text(words, "utf-8")
        hand.on_release(lambda: target.unlink(missing_ok=True))
        return str(target)

    hand.wrap("visits.promises_of_single_views.find", altered)


@breaks("visits.what-is-kept", in_sql=True)
def a_number_made_from_the_account(hand: Hand) -> None:
    def number_in(old: Any, request: HttpRequest, cookie: str) -> UUID | None:
        member = request.user if request.user.is_authenticated else None
        return old(request, cookie) or (UUID(int=member.pk) if member else None)

    hand.wrap("visits.views.number_in", number_in)


@breaks("visits.what-is-kept")
def staff_who_are_not_counted(hand: Hand) -> None:
    def count(old: Any, request: Any, *args: Any) -> HttpResponse:
        if request.user.is_authenticated and request.user.is_staff:
            return HttpResponse(status=204)
        answer: HttpResponse = old(request, *args)
        return answer

    hand.wrap("visits.views._count_view", count)


def _forgets(hand: Hand, **which: Any) -> None:
    hand.replace(
        "visits.withdrawal.forget_visitor",
        lambda *, visitor: PageView.objects.filter(visitor=visitor, **which).delete()[0],
    )


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def a_no_that_reaches_a_week(hand: Hand) -> None:
    _forgets(hand, seen_at__gt=timezone.now() - timedelta(days=7))


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def a_no_that_leaves_where_visitors_came_from(hand: Hand) -> None:
    _forgets(hand, referring_host="")


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def a_no_that_needs_an_earlier_yes(hand: Hand) -> None:
    def forget(old: Any, request: HttpRequest, response: HttpResponse, services: Any) -> None:
        from django.conf import settings

        known = settings.COOKIE_CONSENT_NAME in request.COOKIES
        old(request, response, services if known else ())

    hand.wrap("privacy.consent.withdrawal.forget_rows", forget)


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def a_no_that_is_not_heard_from_who_is_logged_in(hand: Hand) -> None:
    from django.conf import settings

    from privacy.consent.offer.catalogue import VISIT_STATISTICS
    from privacy.consent.withdrawal import _forgetting
    from visits.withdrawal import forget_views

    def of_strangers(request: HttpRequest, response: HttpResponse) -> None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            forget_views(request, response)

    hand.item(_forgetting, VISIT_STATISTICS.key, [of_strangers])
