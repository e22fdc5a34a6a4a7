"""Atom feeds as caches need them: the same bytes for everybody, at every moment (law 4).

A browser that shows a feed draws it by a style sheet of ours. That is plain CSS: browsers give up
the other way, which turned a feed into a page of HTML.
"""

from datetime import UTC, datetime
from typing import Any, cast

from django.http import HttpResponse
from django.templatetags.static import static
from django.utils.feedgenerator import Atom1Feed, Stylesheet

from sens_site.lib.http.csp import FILE_POLICY, SELF, extended
from sens_site.lib.http.types import SiteResponse

BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)
LOOK = "css/feed.css"


class AtomFeed(Atom1Feed):
    """A feed that bears no clock: Django dates an empty one by the moment at which it is read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        look = Stylesheet(static(LOOK), mimetype="text/css", media=None)
        super().__init__(*args, stylesheets=[look], **kwargs)

    def latest_post_date(self) -> datetime:
        """Return when the newest entry changed, or a day before there was any."""
        if not self.items:
            return BEFORE_ALL
        latest: datetime = super().latest_post_date()
        return latest


def answer_with(feed: str) -> HttpResponse:
    """Send a feed that was written, with leave to load its style sheet."""
    response = HttpResponse(feed, content_type="application/atom+xml; charset=utf-8")
    cast("SiteResponse", response)._csp_config = extended(FILE_POLICY, {"style-src": (SELF,)})
    return response
