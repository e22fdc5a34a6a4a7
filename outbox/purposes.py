"""What mails are for, and which right it takes to see that they were sent.

A subject line says much: "Your request is refused", with an address beside it, is no matter of whoever
looks after the delivery. So the room that sends names the right, as it would for its own pages. A
purpose that nobody has registered is seen by superusers alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from outbox.models import NOTICE, SERVICE

LOOK = "outbox.view_outboxmail"
"""The right to look at mails at all. Some need another one besides."""


class HasRights(Protocol):
    """Whoever looks."""

    def has_perm(self, perm: str) -> bool:
        """Tell whether they hold a right."""
        ...


@dataclass(frozen=True, slots=True)
class Audience:
    """Which right it takes, and what the mails are called at the desk."""

    right: str
    about: str = ""


_registry: dict[str, Audience] = {}


def register_purpose(purpose: str, *, right: str, about: str = "") -> str:
    """Say who may see the mails of a purpose; return the purpose."""
    audience = Audience(right, about)
    if _registry.setdefault(purpose, audience) != audience:
        raise ValueError(f"The purpose {purpose!r} is registered twice.")
    return purpose


def audiences() -> Mapping[str, Audience]:
    """Return the audience of each purpose that a room has registered."""
    return _registry


def purposes_of(viewer: HasRights) -> list[str]:
    """Return the purposes whose mails somebody may see."""
    return sorted(name for name, who in _registry.items() if viewer.has_perm(who.right))


register_purpose(SERVICE, right=LOOK)
register_purpose(NOTICE, right=LOOK)
