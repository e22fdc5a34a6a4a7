"""Visits that checks of the promises play: a browser that opens a page, and what the page reports."""

import re

from privacy.consent.offer.catalogue import VISIT_COOKIE, VISITOR_COOKIE
from privacy.consent.offer.parts import ANALYTICS
from privacy.consent.promises.all_services_on import visitor_who_allows
from privacy.promises.registry import require
from privacy.promises.running_site import Answer, RunningSite, Visitor
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
