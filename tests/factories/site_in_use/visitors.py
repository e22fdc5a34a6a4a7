"""Visitors: what they chose about cookies, what they looked at and what they searched for."""

from privacy.consent.offer.current import current_offer
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.site_in_use.clock import days_ago, spread
from visits import services

CHOOSERS, VISITS = 30, 40
CHOICES = (
    ("accept",), ("reject",), ("accept", "reject"), ("accept", "reject", "accept"), ("some",),
)  # fmt: skip


def visit() -> None:
    """Let visitors come: on all days those who choose, and in the last month those who allow counts."""
    for number in range(CHOOSERS):
        with days_ago(spread(number, CHOOSERS, first=700, last=0)):
            _choose(number)
    for number in range(VISITS):
        with days_ago(spread(number, VISITS, first=29, last=0)):
            _look_around(number)


def _choose(number: int) -> None:
    client = SiteClient(REMOTE_ADDR=f"10.0.{number}.1")
    for choice in CHOICES[number % len(CHOICES)]:
        said = {"choice": choice, "shown": current_offer().shown, "analytics": "yes"}
        answer = client.post("/cookies/choose/", said, headers=SAME_ORIGIN)
        assert answer.status_code == 303, answer.status_code
    if number % 10 == 0:
        client.get("/search/?q=nothing-like-this", headers=SAME_ORIGIN)


def _look_around(number: int) -> None:
    begins, host = ("/", "/about/", "/privacy/")[number % 3], ("", "google.example")[number % 2]
    first = services.begin_visit(visitor=None, path=begins, referring_host=host)
    for path in ("/about/", "/contact/", "/downloads/"):
        services.add_view(visit=first.visit, visitor=first.visitor, path=path)
    services.add_time(visitor=first.visitor, path="/contact/", seconds=3)
