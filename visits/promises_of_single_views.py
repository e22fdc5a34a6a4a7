"""Promises about single views: what is kept of one, and that a no deletes all of one's own."""

import re
import secrets
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.staticfiles.finders import find
from django.db import connection
from django.utils import timezone

from privacy.consent.offer.catalogue import VISIT_COOKIE, VISITOR_COOKIE
from privacy.consent.offer.parts import ANALYTICS
from privacy.consent.promises.all_services_on import choose, visitor_who_allows
from privacy.datamap.promises.filled_rows import fill
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.written_tables import rows_written
from visits.models import PageView
from visits.played_visits import (
    BROWSER,
    FROM,
    NUMBERS,
    PAGE,
    REPORT,
    page_token,
    report,
    token_of_nobody,
    views_of,
)
from visits.promises_of_counted_keys import views_and_reach_name_pages

AN_HOUR = timedelta(hours=1)
MARK = "somebody-of-a-check"
LED_HERE = (
    FROM,    f"search.example/{MARK}", f"https://search.example/?q={MARK}", f"search.example?q={MARK}",
    f"{MARK}@search.example", f"search.example#{MARK}", f"search.example:{MARK}",
)  # fmt: skip
"""What a page might report of where its visitor was, with more than a site in it."""
WORDS_OF_THE_SCRIPT = frozenset(
    [
        "use",
        "strict",
        "const",
        "page",
        "document",
        "currentScript",
        "dataset",
        "referrer",
        "let",
        "since",
        "seen",
        "false",
        "true",
        "send",
        "more",
        "navigator",
        "sendBeacon",
        "visits",
        "new",
        "URLSearchParams",
        "pause",
        "seconds",
        "Math",
        "round",
        "performance",
        "now",
        "if",
        "look",
        "visibilityState",
        "hidden",
        "return",
        "from",
        "https",
        "test",
        "URL",
        "hostname",
        "addEventListener",
        "visibilitychange",
        "pagehide",
    ]
)
"""All that it says: which page, for how long, from which site. A word more is something more told."""
TIMES_REFERRER = 3
ITEMS = {
    "id", "path", "entry", "seen_at", "seconds", "referring_host", "visit", "visitor",
}  # fmt: skip
"""What the policy says is stored of a view: the page's address, and whether it was the first; the
time; how long it was in view; which site led here; two random numbers."""
TABLE = "visits_pageview"


@promise("visits.what-is-kept", look=Look.REHEARSAL)
def a_view_holds_the_listed_items_alone(site: RunningSite) -> Evidence:
    """A member allows analytics and opens a page: one row of listed items, none of which is theirs."""
    with connection.cursor() as cursor:
        columns = {c.name for c in connection.introspection.get_table_description(cursor, TABLE)}
    require(columns == ITEMS, f"a view is stored with {sorted(columns ^ ITEMS)[:1]} besides")
    with site.rehearsal():
        word = f"check{secrets.token_hex(6)}"
        user = get_user_model().objects.create_user(username=word, email=f"{word}@example.com")
        token, member = token_of_nobody(site), visitor_who_allows(site, ANALYTICS)
        member.sign_in(user)
        member.headers["User-Agent"] = BROWSER
        with rows_written() as tables:
            report(member, token)
        require(set(tables) == {TABLE}, f"a report is written into {sorted(set(tables))}")
        (view,) = views_of(member)
        require(view.path == PAGE, f"a view of {PAGE} is stored as {view.path}")
        require(
            view.referring_host == FROM, f"the site that led here is kept as {view.referring_host}"
        )
        near = abs((timezone.now() - view.seen_at).total_seconds())
        require(near < AN_HOUR.total_seconds(), "a view is stored with another time than its own")
        stored = {one: str(getattr(view, one)) for one in ITEMS - {"id"}}
        secret = (member.address, BROWSER, word, member.cookies[settings.SESSION_COOKIE_NAME])
        told = [one for one, value in stored.items() if any(mark in value for mark in secret)]
        require(not told, f"{told[:1]} of a view tells whose it is")
        require(view.visitor.version == 4, "a member’s number is not drawn by chance")
        _numbers_are_random(site, token)
        _everybody_is_counted_alike(site, token)
        tried = _no_more_than_page_and_site(site)
    _script_says_no_more()
    return Evidence(
        "Played through for this check: a member’s view was one row with the listed items, and "
        "held neither name nor account, address or browser. Of an address with a query, and of one "
        "that led here, no more than the page and the site was kept.",
        {"items of a view": len(ITEMS) - 1, "addresses tried": tried},
    )


def _everybody_is_counted_alike(site: RunningSite, token: str) -> None:
    """Require a view of customers and staff, as of strangers: the sentence leaves nobody out."""
    for who, rights in (("a customer", {}), ("a member of staff", {"is_staff": True})):
        browsers = []
        user = _somebody(**rights)
        for _ in range(2):
            visitor = visitor_who_allows(site, ANALYTICS)
            visitor.sign_in(user)
            report(visitor, token)
            require(visitor.cookies.keys() >= NUMBERS, f"{who} who allows analytics has no number")
            browsers.append({visitor.cookies[name] for name in NUMBERS})
            require(len(views_of(visitor)) == 1, f"a view of {who} is not counted as one")
        require(not browsers[0] & browsers[1], f"two browsers of {who} have one number")


def _somebody(**rights: bool) -> AbstractBaseUser:
    word = f"check{secrets.token_hex(6)}"
    user: AbstractBaseUser = get_user_model()._default_manager.create(
        username=word, email=f"{word}@example.com", **rights
    )
    return user


def _no_more_than_page_and_site(site: RunningSite) -> int:
    """Require it of a page that was opened with a query, and whatever a browser says of where it was."""
    opened = visitor_who_allows(site, ANALYTICS)
    token = page_token(opened.get(f"{PAGE}?email={MARK}@example.com&q={MARK}"))
    require(token, f"{PAGE} carries no script of the statistics when it is opened with a query")
    stored = 0
    for said in LED_HERE:
        visitor = visitor_who_allows(site, ANALYTICS)
        visitor.headers["Referer"] = f"{settings.SITE_ORIGIN}{PAGE}?q={MARK}"
        visitor.post(REPORT, {"page": token, "from": said})
        for view in views_of(visitor) if VISITOR_COOKIE in visitor.cookies else ():
            stored += 1
            require(view.path == PAGE, "of the address of a page more is stored than the page")
            require(
                MARK not in view.referring_host, "of where a visitor was more is kept than a site"
            )
    require(stored, "no view is stored of a page that was opened with a query")
    return len(LED_HERE)


def _script_says_no_more() -> None:
    """Require that the script in the browser reads the site that led here, and knows no other word."""
    file = find("visits/visit.js")
    require(isinstance(file, str), "the script of the statistics is missing")
    code = re.sub(r"//[^\n]*", "", Path(str(file)).read_text("utf-8"))
    require("new URL(referrer).hostname" in code, "the script does not tell the site alone")
    beyond = sorted(set(re.findall(r"[A-Za-z_$][\w$]*", code)) - WORDS_OF_THE_SCRIPT)
    require(not beyond, f"the script of the statistics says {beyond[:1]} as well")
    require(
        code.count("referrer") == TIMES_REFERRER, "the script tells more of where a visitor was"
    )


def _numbers_are_random(site: RunningSite, token: str) -> None:
    """Require that two browsers of one connection get numbers that have nothing in common."""
    first, second = (visitor_who_allows(site, ANALYTICS) for _ in range(2))
    second.address = first.address
    for one in (first, second):
        report(one, token)
    numbers = [UUID(one.cookies[name]) for one in (first, second) for name in NUMBERS]
    require(len(set(numbers)) == 4, "two browsers get the same number")
    require({one.version for one in numbers} == {4}, "a number of a visit is not drawn by chance")


@promise("visits.what-is-kept", look=Look.ROWS)
def no_stored_view_tells_whose_it_is(site: RunningSite) -> Evidence:
    """No stored view holds a query, an address of a person or a whole address of another page."""
    views = PageView._base_manager.all()
    odd = views.filter(path__regex=r"[?#@]|%40").count()
    require(not odd, f"{odd} stored views hold more of an address than the page")
    hosts = views.filter(referring_host__regex=r"[/?#@:]|^[0-9.]+$").count()
    require(not hosts, f"{hosts} stored views hold more than the site that led here")
    views_and_reach_name_pages(site)
    return Evidence(
        "No stored view holds more than a page, a site and numbers.", {"views": views.count()}
    )


@promise("visits.deleted-on-withdrawal", look=Look.REHEARSAL)
def rejecting_deletes_ones_own_views(site: RunningSite) -> Evidence:
    """All views of the browser go with the answer, of every visit and every day; nobody else's do."""
    with site.rehearsal():
        token = token_of_nobody(site)
        staying = visitor_who_allows(site, ANALYTICS)
        report(staying, token)
        for way, leaves in WAYS.items():
            leaving = visitor_who_allows(site, ANALYTICS)
            report(leaving, token)
            del leaving.cookies[VISIT_COOKIE]  # the browser comes back on another day
            report(leaving, token)
            number = leaving.cookies[VISITOR_COOKIE]
            views = PageView.objects.filter(visitor=number)
            require(views.count() == 2, "two visits are not two views")
            _earlier_days(number)
            all_views, mine = PageView.objects.count(), views.count()
            leaves(leaving)
            require(not views.exists(), f"{views.count()} views stay of {way}")
            gone = all_views - PageView.objects.count()
            require(gone == mine, f"of the {mine} views of {way} {gone} are deleted")
            require(not NUMBERS & set(leaving.cookies), f"a number stays with {way}")
            choose(leaving, "accept")
            report(leaving, token)
            again = leaving.cookies.get(VISITOR_COOKIE)
            require(again != number, f"{way} has the former number when it is allowed anew")
        kept = PageView.objects.filter(visitor=staying.cookies[VISITOR_COOKIE]).count()
        require(kept == 1, "rejecting deletes what another browser has allowed")
    return Evidence(
        "Played through for this check: a browser that rejected analytics lost all that was stored "
        "under its number, of today and of earlier days, and its number; another browser’s views "
        "stayed. So it was for strangers, customers and staff, and when the choice had run out.",
        {"views deleted": 2 + 2 * len(DAYS_AGO), "ways to reject": len(WAYS)},
    )


def _earlier_days(number: str) -> None:
    """Store views of earlier days, as they were and with all that may be stored of one."""
    for days in DAYS_AGO:
        for filled in (False, True):
            view = PageView.objects.create(
                visit=uuid4(), visitor=UUID(number), path=PAGE, entry=False
            )
            if filled:
                fill(view)
            seen_at = timezone.now() - timedelta(days=days, hours=1)
            PageView.objects.filter(pk=view.pk).update(seen_at=seen_at)


def _rejects(visitor: Visitor) -> None:
    choose(visitor, "reject")


def _rejects_below_a_form(visitor: Visitor) -> None:
    choose(visitor, "reject", below_a_form=True)


def _rejects_analytics_alone(visitor: Visitor) -> None:
    choose(visitor, "some", "marketing", "preferences", "social")


def _rejects_once_the_choice_has_run_out(visitor: Visitor) -> None:
    del visitor.cookies[settings.COOKIE_CONSENT_NAME]
    choose(visitor, "reject")


def _rejects_logged_in(visitor: Visitor) -> None:
    visitor.sign_in(_somebody())
    choose(visitor, "reject")


def _rejects_as_staff(visitor: Visitor) -> None:
    visitor.sign_in(_somebody(is_staff=True))
    choose(visitor, "reject")


DAYS_AGO = (0, 1, 8, 29)
"""Views stay for 30 days, so a no has to reach as far."""
WAYS = {
    "who rejects all": _rejects,
    "who rejects in the banner below a form": _rejects_below_a_form,
    "who rejects analytics at the cookies page": _rejects_analytics_alone,
    "who rejects when an earlier choice has run out": _rejects_once_the_choice_has_run_out,
    "a customer who rejects": _rejects_logged_in,
    "a member of staff who rejects": _rejects_as_staff,
}
