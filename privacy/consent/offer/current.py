"""The offer of this process: read from the database when the content stamp changes, never else.

A request that finds no database still gets a decision, made by the offer that was read last; a
process that has read none offers no third party at all.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DatabaseError, connection

from privacy.consent.offer.building import Offer, build_offer
from privacy.consent.offer.loading import load_offer
from sens_site.lib.cache.content_stamp import stamp_of_today

logger = logging.getLogger(__name__)

_offer: Offer = build_offer()
_stamp: str | None = None
_rehearsed: ContextVar[Offer | None] = ContextVar("rehearsed offer", default=None)


def current_offer() -> Offer:
    """Return what is offered now. Costs no query."""
    return _rehearsed.get() or _offer


@contextmanager
def rehearse_offer(offer: Offer) -> Iterator[None]:
    """Offer something to the visitors of a rehearsal, and to nobody else."""
    token = _rehearsed.set(offer)
    try:
        yield
    finally:
        _rehearsed.reset(token)


def use_offer(offer: Offer) -> Offer:
    """Make an offer the one of this process, unless it is the same; return the one in use."""
    global _offer  # noqa: PLW0603 - one value a process
    if offer.stamp != _offer.stamp:
        _offer = offer
    return _offer


def refresh_offer() -> Offer:
    """Read the offer from the database."""
    return use_offer(load_offer())


def follow_stamp(stamp: str) -> None:
    """Read the offer again if the stamp is new. Called outside requests, so it closes after itself.

    After a failure the stamp counts as not seen, so that the next look tries again.
    """
    global _stamp  # noqa: PLW0603 - one value a process
    if stamp == _stamp:
        return
    try:
        refresh_offer()
        _stamp = stamp
    except DatabaseError:
        logger.warning("The consent catalogue cannot be read; the last one stands.")
    except Exception:
        logger.exception("Rows of the consent catalogue are spoiled; the last one stands.")
    finally:
        if not connection.in_atomic_block:
            connection.close()


def stamp_and_offer() -> str:
    """Return today's content stamp, and follow it: what a server process looks at once a second."""
    stamp = stamp_of_today()
    follow_stamp(stamp)
    return stamp
