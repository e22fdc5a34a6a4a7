"""What the person behind an account refuses, in this browser or in another.

Pure but for `refusals_of`, which reads what came along with the session and asks no query of its
own. It is written in `personal_services`.

The account counts, for each group, how often it has been refused. A yes carries the count that it
overrides, so a later no makes every earlier yes worthless, in whichever browser it was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Self

from django.conf import settings
from django.db import InterfaceError, OperationalError, models
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from privacy.consent.offer.catalogue import GROUP_BY_KEY, GROUPS
from privacy.consent.offer.parts import optional
from sens_site.lib.dates import date_there


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a person has refused a group, wherever that was.

    `count` is how many times, at least 1. `allowed_after` is the count at which the person last
    said yes to the group, 0 for never: only a yes that is newer than the newest refusal, and that
    this person gave, switches the group on again, in the browser in which it was given.
    """

    group: str
    count: int
    allowed_after: int = 0


Refusals = tuple[Refusal, ...]
"""What one account refuses, in a fixed order: equal for all who refuse the same."""

UNREADABLE: Refusals = tuple(Refusal(group.key, 10_000) for group in optional(GROUPS))
"""Stands where the account cannot be asked: no yes in a cookie carries that count."""


class How(models.TextChoices):
    """In which way a group was refused last."""

    REFUSED = "refused", "you refused it"
    WITHDRAWN = "withdrawn", "you took your consent back"
    SIGNAL = "signal", "your browser sent its opt-out preference signal"
    OBJECTED = "objected", "you objected to the sale and sharing of your information"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands to one group.

    `over_signal` says that the newest yes was given in spite of the browser's signal: the signal
    goes on being sent, and is no new refusal.
    """

    count: int = 0
    allowed_after: int = 0
    how: str = ""
    at: str = ""
    over_signal: bool = False

    @property
    def refuses(self) -> bool:
        """Tell whether the newest word of the person is a no."""
        return self.count > self.allowed_after

    def refused(self, how: How, at: datetime) -> Self:
        """Return the standing after a no. One that stands already is not said again."""
        if self.refuses:
            return self
        said = at.isoformat(timespec="seconds")
        return replace(self, count=self.count + 1, how=how, at=said, over_signal=False)

    def allowed(self, *, over_signal: bool) -> Self:
        """Return the standing after a yes."""
        return replace(self, allowed_after=self.count, over_signal=over_signal or self.over_signal)

    def sentence(self, group: str, language: str | None, zone: tzinfo) -> str:
        """Say it to the person."""
        name = GROUP_BY_KEY[group].name if group in GROUP_BY_KEY else group
        day = date_there(datetime.fromisoformat(self.at), "DATE_FORMAT", language, zone)
        said = f"{name}: {How(self.how).label} on {day}."
        if self.refuses:
            return f"{said} It is off wherever you are logged in."
        return f"{said} You have allowed it again since, in a browser in which you said so."


Standings = Mapping[str, Standing]


def refusals_in(standings: Standings) -> Refusals:
    """Return what a decision has to know of an account."""
    return tuple(
        Refusal(key, standings[key].count, standings[key].allowed_after)
        for key in sorted(standings)
        if standings[key].count
    )


def _refusals_stored(groups: Mapping[str, Mapping[str, Any]]) -> Refusals:
    """Return what `refusals_in` makes of the same standings: each page of a member asks for it."""
    return tuple(
        Refusal(key, groups[key]["count"], groups[key].get("allowed_after", 0))
        for key in sorted(groups)
        if groups[key].get("count")
    )


def refusals_of(request: HttpRequest) -> Refusals:
    """Return what the account of the person who is logged in refuses; nothing for others.

    A request without a session touches neither session nor user. With one, the row has come along
    with both, in the one query of such a page (`accounts.session_lookup`).
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ()
    try:
        return refusals_of_person(getattr(request, "user", None))
    except (OperationalError, InterfaceError):
        return UNREADABLE


def refusals_of_person(person: Any) -> Refusals:
    """Return what one account refuses; nothing for somebody who is not logged in."""
    row = getattr(person, "refusals", None)
    return () if row is None else _refusals_stored(row.groups)


def standings_in(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Standing]:
    """Read what is stored of the groups."""
    return {key: Standing(**entry) for key, entry in groups.items()}


def sentences_of(groups: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say to the person what is stored of the groups."""
    found, here = standings_in(groups), (get_language(), get_current_timezone())
    return [one.sentence(key, *here) for key, one in sorted(found.items()) if one.count]
