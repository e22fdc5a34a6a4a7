"""To whom nothing is written for a time, whoever wants to: higher rooms register who says so."""

import logging
from collections.abc import Callable

from sens_site.lib.email_address import as_stored

logger = logging.getLogger(__name__)

Silence = Callable[[str], frozenset[str]]
"""Of a purpose of mails, the addresses to which no such mail goes."""
_silences: list[Silence] = []


def register_silence(silence: Silence) -> Silence:
    """Ask something, before a mail is stored, to whom it must not go."""
    _silences.append(silence)
    return silence


def without_silenced(addresses: list[str], *, purpose: str) -> list[str]:
    """Return the addresses to which a mail of a purpose may go; how many may not is logged."""
    silenced = {as_stored(one) for silence in _silences for one in silence(purpose)}
    left = [address for address in addresses if address not in silenced]
    if len(left) < len(addresses):
        logger.info("%d mails not stored: their people are held", len(addresses) - len(left))
    return left
