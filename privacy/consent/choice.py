"""What a visitor sent from the banner or the cookies page, read strictly.

There is no half-understood choice: a field, group or answer that the page does not have is a bad
request, because a grant that rests on a guess is no consent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.core.exceptions import BadRequest
from django.http import QueryDict

from privacy.consent.offer.building import Offer
from sens_site.lib.http.safe_next import safe_target

SOME = "some"
YES, NO = "yes", "no"
BANNER, PAGE = "banner", "page"


@dataclass(frozen=True, slots=True)
class Choice:
    """A yes or no to every group. `explicit` says that each group was asked about by name."""

    answers: Mapping[str, bool]
    explicit: bool
    method: str
    next: str

    @classmethod
    def read(cls, data: QueryDict, offer: Offer) -> Self:
        """Read a form. Raises BadRequest for anything that our pages cannot have sent."""
        known = {"choice", "next", *offer.by_key}
        if not known.issuperset(data) or any(len(data.getlist(name)) != 1 for name in data):
            raise BadRequest("A field that our page does not have.")
        radios = {key: data[key] for key in offer.by_key if key in data}
        if any(value not in (YES, NO) for value in radios.values()):
            raise BadRequest("An answer that our page does not offer.")
        match data.get("choice"):
            case "accept":
                answers = dict.fromkeys(offer.by_key, True)
            case "reject":
                answers = dict.fromkeys(offer.by_key, False)
            case "some":
                answers = {key: radios.get(key) == YES for key in offer.by_key}
            case _:
                raise BadRequest("A choice that our page does not offer.")
        return cls(
            answers=answers,
            explicit=data["choice"] == SOME,
            method=PAGE if radios else BANNER,
            next=safe_target(data.get("next", "/")),
        )
