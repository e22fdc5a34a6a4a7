"""Visitors for the walk of the promises: who has allowed all, is asked again, and comes too often."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest

from privacy.consent.idempotency import LIMIT
from privacy.consent.offer.building import build_offer
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.current import current_offer, rehearse_offer
from privacy.promises.visitor import Visitor
from privacy.promises.witness.cast import STRANGER, Send, plays, walks_as

MORE_THAN_ANY_LIMIT = 1000


@walks_as("a visitor who has allowed everything")
def allow_everything(visitor: Visitor) -> None:
    """Press the button of the banner."""
    data = {"choice": "accept", "next": "/", "shown": current_offer().shown}
    visitor.post("/cookies/choose/", data)


@plays(STRANGER, "/cookies/")
def is_asked_again(visitor: Visitor, send: Send) -> None:
    """Allow everything, and come back when more is offered than then."""
    offer = current_offer()
    send("POST", "/cookies/choose/", {"choice": "accept", "next": "/", "shown": offer.shown})
    groups = [
        replace(
            one,
            policy_words=(*one.policy_words, "More than before."),
            earlier=frozenset({one.version}),
            changed="The policy says more of it.",
            compared="/privacy/compare/1/2/",
        )
        for one in offer.groups
    ]
    with rehearse_offer(replace(offer, groups=tuple(groups))):
        send("GET", "/")
        send("GET", "/cookies/")


@plays(STRANGER, "/cookies/load-once/")
def asks_for_a_thing_of_an_older_page(visitor: Visitor, send: Send) -> None:
    """Want to see a video whose question has changed since, and be asked anew."""
    services = [one for group in GROUPS for one in group.services if one.identifier]
    with rehearse_offer(build_offer({one.key: one.nobodys for one in services})):
        asked = {"service": "youtube", "reference": "check-check", "next": "/", "shown": ""}
        send("POST", "/cookies/load-once/", asked)


@plays(STRANGER, "/cookies/choose/")
def comes_too_often(visitor: Visitor, send: Send) -> None:
    """Allow everything from a network from which more has come than is written down."""
    request, proxies = HttpRequest(), max(settings.TRUSTED_PROXY_COUNT - 1, 0)
    hops = ", ".join([visitor.address, *["192.0.2.1"] * proxies])
    request.META.update(REMOTE_ADDR=visitor.address, HTTP_X_FORWARDED_FOR=hops)
    for _ in range(MORE_THAN_ANY_LIMIT):
        LIMIT.take(LIMIT.client(request))
    visitor.headers["Accept-Language"] = "en-US"  # the same act within ten seconds counts as one
    data = {"choice": "accept", "shown": current_offer().shown}
    send("POST", "/cookies/choose/", {**data, "next": "/"})
    send("POST", "/cookies/choose/", data)
