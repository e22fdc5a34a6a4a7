"""Promises about what is measured of a visit, and about being recognized. Each is played through."""

import re
from datetime import timedelta

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
from privacy.datamap.promises.purging import purge_keeps
from privacy.datamap.retention import purge_expired
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.promises.written_tables import rows_written
from visits.models import PageView

REPORT = "/visits/"
SCRIPT = re.compile(r"/visits/visit(\.\w+)?\.js$")
"""In production the names of files hold a digest of them."""
PAGE = "/contact/"
BROWSER = "Mozilla/5.0 (a browser of the check)"
FROM = "search.example"
NUMBERS = {VISIT_COOKIE, VISITOR_COOKIE}


def page_token(page: Answer) -> str:
    """Return by what a page may report that it is seen; nothing where it carries no script."""
    found = [s.get("data-page") for s in page.page.scripts if SCRIPT.search(s.get("src"))]
    return found[0] if found else ""


def token_of_nobody(site: RunningSite) -> str:
    """Return what a page that one visitor has opened hands on: it is the same for everybody."""
    token = page_token(visitor_who_allows(site, ANALYTICS).get(PAGE))
    require(token, f"{PAGE} carries no script of the statistics even when it is allowed")
    return token


def report(visitor: Visitor, token: str) -> Answer:
    """Report as the script of a page does."""
    return visitor.post(REPORT, {"page": token, "from": FROM})


def views_of(visitor: Visitor) -> list[PageView]:
    """Return what is stored under the number in a browser."""
    return list(PageView.objects.filter(visitor=visitor.cookies[VISITOR_COOKIE]).order_by("pk"))


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
        visitor.headers["User-Agent"] = BROWSER
        report(visitor, token)
        _tells_of_nobody(visitor)
        number = visitor.cookies[VISITOR_COOKIE]
        choose(visitor, "reject")
        require(not NUMBERS & set(visitor.cookies), "a number stays when consent is taken back")
        left = PageView.objects.filter(visitor=number).count()
        require(left == 0, "what was measured stays when consent is taken back")
        _views_go_after_thirty_days(site, token)
    return Evidence(
        "Looking around was written down nowhere, and nothing was measured before analytics were "
        "allowed. Then a view held no address and no browser’s name; taking consent back deleted "
        "it, as did the end of 30 days.",
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


def _tells_of_nobody(visitor: Visitor) -> None:
    """Require that one view is stored, without address and browser of who sent it."""
    found = views_of(visitor)
    require(len(found) == 1, f"a view that is allowed is stored {len(found)} times")
    stored = {f.name: str(getattr(found[0], f.attname)) for f in PageView._meta.concrete_fields}
    require(stored["path"] == PAGE, f"a view of {PAGE} is stored as {stored['path']}")
    for secret, name in ((visitor.address, "address"), (BROWSER, "browser’s name")):
        told = [column for column, value in stored.items() if secret in value]
        require(not told, f"the {name} of a visitor is stored in {told[:1]}")


def _views_go_after_thirty_days(site: RunningSite, token: str) -> None:
    purge_keeps("retention.visits")
    limit, a_minute = timezone.now() - timedelta(days=30), timedelta(minutes=1)
    numbers = {}
    for name, moment in (("over", limit - a_minute), ("not yet", limit + a_minute)):
        visitor = visitor_who_allows(site, ANALYTICS)
        report(visitor, token)
        PageView.objects.filter(visitor=visitor.cookies[VISITOR_COOKIE]).update(seen_at=moment)
        numbers[name] = visitor.cookies[VISITOR_COOKIE]
    purge_expired()
    kept = {n for n, key in numbers.items() if PageView.objects.filter(visitor=key).exists()}
    require("over" not in kept, "a view is still there after 30 days")
    require("not yet" in kept, "a view is deleted before its 30 days are over")


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
