"""Promises about what is measured of a visit, and about being recognized. Each is played through."""

import logging
import os
import secrets
from datetime import timedelta
from itertools import product
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from privacy.consent.offer.catalogue import VISIT_COOKIE, VISITOR_COOKIE
from privacy.consent.offer.parts import ANALYTICS
from privacy.consent.promises.all_services_on import (
    choose,
    everything_on,
    stays_out_until_allowed,
    visitor_who_allows,
)
from privacy.datamap.promises.filled_rows import fill
from privacy.datamap.promises.noted import no_note_outlasts_its_time
from privacy.datamap.promises.purging import (
    A_DAY,
    AN_HOUR,
    PURGE,
    done_by_the_job,
    nothing_is_over,
    purge_keeps,
    ran_lately,
    runs_daily,
    sentence_gives_its_periods,
)
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.written_tables import rows_written
from visits import promises_of_single_views  # noqa: F401 - registers its checks
from visits.models import DailyCount, PageView, Reach
from visits.played_visits import (
    NUMBERS,
    PAGE,
    report,
    token_of_nobody,
    views_of,
)
from visits.promises_of_counted_keys import counts_name_pages


def counts_nothing(site: RunningSite, token: str) -> int:
    """Require that no report of somebody who has not allowed it is stored; return how many sent."""
    refusing = site.visitor()
    choose(refusing, "reject")
    signalling = visitor_who_allows(site, ANALYTICS)
    signalling.headers["Sec-GPC"] = "1"
    signalling.cookies[settings.COOKIE_CONSENT_NAME] = visitor_who_allows(site, ANALYTICS).cookies[
        settings.COOKIE_CONSENT_NAME
    ]
    without = {"no answer": site.visitor(), "a refusal": refusing, "the signal": signalling}
    for reason, visitor in without.items():
        with rows_written() as tables:
            answer = report(visitor, token)
        require(not tables, f"in spite of {reason} a report was written into {tables[:1]}")
        # The answer to the signal may take back, in the cookie of the choice, what it overtakes.
        given = NUMBERS & set(answer.set_cookies)
        require(not given, f"in spite of {reason} a report is answered with a number")
    return len(without)


@promise("usage.time-and-areas", look=Look.REHEARSAL)
def nothing_is_measured_before_a_yes(site: RunningSite) -> Evidence:
    """Nothing before consent, what was allowed after it, and nothing of it once it has ended."""
    looked_at = _looking_around_leaves_no_rows(site)
    with everything_on(site):
        stays_out_until_allowed(site, ANALYTICS)
        token = token_of_nobody(site)
        reports = counts_nothing(site, token)
        visitor = visitor_who_allows(site, ANALYTICS)
        report(visitor, token)
        found = len(views_of(visitor))
        require(found == 1, f"a view that is allowed is stored {found} times")
    return Evidence(
        "Looking around was written down nowhere. Played through for this check: nothing was "
        "measured before analytics were allowed, and one view of the one page after it.",
        {"pages looked at": looked_at, "reports without consent": reports, "rows written": 0},
    )


def _looking_around_leaves_no_rows(site: RunningSite) -> int:
    visitor = site.visitor()
    paths = [answer.path for answer in site.pages if answer.status == 200][:20]
    with rows_written() as tables:
        for path in paths:
            page = visitor.get(path).page
            require(not page.scripts, f"{path} runs a script")
            pings = [a.get("ping") for a in page.all("a") if a.get("ping")]
            require(not pings, f"{path} reports which links are followed")
    require(not tables, f"looking around wrote into {tables[:1]}")
    return len(paths)


A_CROWD = 1000
"""So many are over within an hour where many come: what leaves some of them never catches up."""


@promise("retention.visits", look=Look.REHEARSAL)
def views_go_after_thirty_days(site: RunningSite) -> Evidence:
    """A view goes after 30 days and not before; what is left counts by day, and names nobody."""
    purge_keeps("retention.visits")
    limit = timezone.now() - timedelta(days=30)
    with site.rehearsal():
        views = {}
        for name, moment in (("over", limit - AN_HOUR), ("not yet", limit + AN_HOUR)):
            for filled, entry in product((True, False), (True, False)):
                view = PageView.objects.create(
                    visit=uuid4(), visitor=uuid4(), path=PAGE, entry=entry, seen_at=moment
                )
                views[view.pk] = name
                if filled:
                    fill(view, but={"entry"})
        crowd = uuid4()
        PageView.objects.bulk_create(
            PageView(visit=crowd, visitor=crowd, path=PAGE, entry=False, seen_at=limit - AN_HOUR)
            for _ in range(A_CROWD)
        )
        done_by_the_job(PURGE)
        late = PageView.objects.filter(visitor=crowd).count()
        left = PageView.objects.filter(pk__in=views).values_list("pk", flat=True)
        kept = [views[pk] for pk in left]
    require("over" not in kept, "a view is still there after 30 days")
    require(not late, f"of {A_CROWD} views that are over at once {late} stay")
    require(kept.count("not yet") == 4, "a view is deleted before its 30 days are over")
    return Evidence(
        "Played through for this check: a single view was deleted after 30 days and not before.",
        {"days": 30},
    )


@promise("retention.visits", look=Look.REHEARSAL)
def a_day_that_is_over_is_counted(site: RunningSite) -> Evidence:
    """Before single views go, their day has become numbers."""
    runs_daily("count visits")
    noon = timezone.localtime().replace(hour=12) - A_DAY
    page = f"/check-{secrets.token_hex(4)}/"
    with site.rehearsal():
        Reach.objects.all().delete()
        for number in range(3):
            visitor = f"{number:08x}-0000-4000-8000-000000000000"
            PageView.objects.create(
                visit=visitor, visitor=visitor, path=page, entry=True, seen_at=noon
            )
        done_by_the_job("count visits")
        counts = DailyCount.objects.filter(day=noon.date(), key=page, kind="page")
        counted = list(counts.values_list("views", "visitors"))
    require(counted == [(3, 3)], "the views of a day that is over are not counted")
    return Evidence(
        "Played through for this check: the worker counted a day when it was over.", {"views": 3}
    )


@promise("retention.visits", look=Look.ROWS)
def no_stored_view_is_over(site: RunningSite) -> Evidence:
    """No view is older than 30 days, and what is counted of older ones names nobody."""
    limit = timezone.now() - timedelta(days=30)
    views = PageView._base_manager.all()
    found = nothing_is_over("views older than 30 days", views, "seen_at", before=limit)
    keys = counts_name_pages(site)
    return Evidence(
        "No stored view is older than 30 days, and each count by day is of a page, of a site or of all.",
        {**found, **ran_lately(PURGE), "pages and sites counted": keys},
    )


@promise("retention.access-logs", look=Look.NOW, strength=Strength.LOOKED_UP)
def the_site_writes_no_log_into_a_file(site: RunningSite) -> Evidence:
    """What the site logs goes to its output, which the machine keeps; no handler writes a file."""
    sentence_gives_its_periods("retention.access-logs")
    named = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    handlers = {handler for logger in named for handler in logger.handlers}
    files = [
        one
        for one in handlers
        if isinstance(one, logging.FileHandler) and one.baseFilename != os.devnull
    ]
    require(not files, f"the site writes {len(files)} log files, which nothing deletes")
    usual = (logging.StreamHandler, logging.NullHandler, logging.FileHandler)
    away = [one for one in handlers if not (type(one) in usual or _is_of_the_tests(one))]
    require(not away, f"a log leaves the machine or is mailed: {away[:1]}")
    noted = no_note_outlasts_its_time()
    return Evidence(
        "The site itself writes no log into a file, and sends none to another machine; what it notes "
        "for a while, such as counts of attempts, ends within 30 days.",
        {"handlers": len(handlers), "short-lived notes": noted},
    )


def _is_of_the_tests(handler: logging.Handler) -> bool:
    return type(handler).__module__.startswith("_pytest")


@promise("cookies.recognize-return", look=Look.REHEARSAL)
def recognized_only_after_an_act(site: RunningSite) -> Evidence:
    """Who only looks is a stranger each time; who allows it is known for 90 days, and no longer."""
    looking = site.visitor()
    first = [looking.get(path).text for path in ("/", "/privacy/")]
    again = [looking.get(path).text for path in ("/", "/privacy/")]
    require(not looking.cookies, f"a visit leaves {', '.join(looking.cookies)} behind")
    require(first == again, "the second visit shows something else than the first")
    with site.rehearsal():
        deciding = site.visitor()
        choose(deciding, "reject")
        known = {settings.COOKIE_CONSENT_NAME}
        require(
            set(deciding.cookies) == known, f"an answer leaves {sorted(deciding.cookies)} behind"
        )
        require(
            not deciding.get("/").page.forms("/cookies/choose/"), "who has answered is asked again"
        )
        _allowing_visitors_come_back(site)
    return Evidence(
        "A second visit looked like a first one; an answer to the banner was remembered, and a "
        "visitor who allowed analytics was recognized by a number for 90 days.",
        {"cookies after looking": 0, "cookies after answering": len(known), "numbers": 2},
    )


def _allowing_visitors_come_back(site: RunningSite) -> None:
    token, visitor = token_of_nobody(site), visitor_who_allows(site, ANALYTICS)
    answer = report(visitor, token)
    lives = {VISIT_COOKIE: str(30 * 60), VISITOR_COOKIE: str(90 * 24 * 3600)}
    require(answer.lives == lives, f"the numbers live for other seconds: {dict(answer.lives)}")
    del visitor.cookies[VISIT_COOKIE]
    answer = report(visitor, token)
    require(set(answer.lives) == {VISIT_COOKIE}, "the 90 days begin again with each visit")
    visits = {view.visit for view in views_of(visitor)}
    require(len(visits) == 2, "who comes back is not recognized, or is in the same visit still")
