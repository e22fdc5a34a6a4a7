"""What a visitor sent from the banner or the cookies page, read strictly.

There is no half-understood choice: a field, group or answer that the page does not have is a bad
request, because a grant that rests on a guess is no consent. A form of another offer than today's
is no fault of the visitor's: a tab may have been open for days. It can refuse, never grant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.core.exceptions import BadRequest
from django.http import QueryDict

from privacy.consent.offer.building import Offer, OfferedGroup
from privacy.consent.offer.catalogue import GROUP_BY_KEY
from sens_site.lib.http.safe_next import safe_target

SOME = "some"
YES, NO = "yes", "no"
BANNER, PAGE = "banner", "page"
SHOWN = "shown"
"""The field in which a form says what it showed: `Offer.shown`."""


def service_field(group: str, service: str) -> str:
    """Name the field that asks about one service of a group which has several."""
    return f"{group}.{service}"


@dataclass(frozen=True, slots=True)
class Choice:
    """The services allowed in each group that is offered, none where the answer is no.

    `explicit` says that each group was asked about by name. `stale` says that the form showed
    another offer than today's, and `asked` which of today's groups it answers all the same.
    """

    answers: Mapping[str, frozenset[str]]
    explicit: bool
    method: str
    next: str
    stale: bool
    asked: frozenset[str]

    @classmethod
    def read(cls, data: QueryDict, offer: Offer) -> Self:
        """Read a form. Raises BadRequest for anything that our pages cannot have sent."""
        fields = [name for name in data if name not in ("choice", "next", SHOWN)]
        if any(len(data.getlist(name)) != 1 for name in data) or not all(map(_is_ours, fields)):
            raise BadRequest("A field that our page does not have.")
        if any(data[name] not in (YES, NO) for name in fields):
            raise BadRequest("An answer that our page does not offer.")
        stale = data.get(SHOWN) != offer.shown
        asked = frozenset(offer.by_key)
        match data.get("choice"):
            case "accept":
                answers = {o.key: frozenset(o.service_keys) for o in offer.groups}
            case "reject":
                answers = dict.fromkeys(offer.by_key, frozenset())
            case "some":
                answers = {o.key: _allowed(o, data) for o in offer.groups}
                if stale:
                    asked &= {name.partition(".")[0] for name in fields}
            case _:
                raise BadRequest("A choice that our page does not offer.")
        return cls(
            answers=answers,
            explicit=data["choice"] == SOME,
            method=PAGE if fields else BANNER,
            next=safe_target(data.get("next", "/")),
            stale=stale,
            asked=asked,
        )


def _is_ours(name: str) -> bool:
    """Tell whether some offer of ours asks about a field of this name."""
    group, mark, service = name.partition(".")
    if group not in GROUP_BY_KEY or GROUP_BY_KEY[group].required:
        return False
    return not mark or service in {s.key for s in GROUP_BY_KEY[group].services}


def _allowed(offered: OfferedGroup, data: QueryDict) -> frozenset[str]:
    """Return the services that a form allows in a group; without an answer, none."""
    if data.get(offered.key) == YES:
        return frozenset(offered.service_keys)
    fields = {key: service_field(offered.key, key) for key in offered.service_keys}
    return frozenset(key for key, field in fields.items() if data.get(field) == YES)
