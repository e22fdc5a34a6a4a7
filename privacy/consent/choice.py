"""What a visitor sent from the banner or the cookies page, read strictly.

There is no half-understood choice: a field, group or answer that no page of ours has is a bad
request, because a grant that rests on a guess is no consent. Two things are no fault of the
visitor's and no bad request: a form that showed another offer than today's, as a tab may have been
open for days, and answers of one group that do not go together. Such a form can refuse, never
grant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.core.exceptions import BadRequest
from django.http import QueryDict

from privacy.consent.decision import ConsentDecision
from privacy.consent.offer.building import OfferedGroup
from privacy.consent.offer.catalogue import GROUP_BY_KEY
from sens_site.lib.http.safe_next import safe_target

ACCEPT, REJECT, SOME = "accept", "reject", "some"
YES, NO, ONLY = "yes", "no", "some"
BANNER, PAGE = "banner", "page"
SHOWN = "shown"
"""The field in which a form says what it showed: the groups in their versions."""
_SHOWN = re.compile(r"(?:^|\|)([a-z]+)=([0-9a-z]{1,16})(?=\||$)")
MAX_SHOWN_LENGTH = 200


def service_field(group: str, service: str) -> str:
    """Name the field that asks about one service of a group which has several."""
    return f"{group}.{service}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a form says about the groups of today's offer.

    `answers` are the services allowed, none where the answer is no; a group that the form leaves
    alone is not in it. `typed` is the form as it was sent, `shown` the versions that it showed.
    `next` is empty where the
    answer is shown in the page itself. `explicit` says that each group was asked about by name. `stale` says that something is offered
    now that the form did not show so, and `unclear` which groups it answers in two ways.
    """

    answers: Mapping[str, frozenset[str]]
    typed: Mapping[str, str]
    shown: Mapping[str, str]
    explicit: bool
    method: str
    next: str
    stale: bool
    unclear: frozenset[str]

    @classmethod
    def read(cls, data: QueryDict, before: ConsentDecision) -> Self:
        """Read a form. Raises BadRequest for anything that our pages cannot have sent."""
        fields = [name for name in data if name not in ("choice", "next", SHOWN)]
        if any(len(data.getlist(name)) != 1 for name in data) or not all(map(_is_ours, fields)):
            raise BadRequest("A field that our page does not have.")
        typed = {name: str(data[name]) for name in fields}
        if any(value not in _values(name) for name, value in typed.items()):
            raise BadRequest("An answer that our page does not offer.")
        shown = dict(_SHOWN.findall(data.get(SHOWN, "")[:MAX_SHOWN_LENGTH]))
        groups = before.offer.by_key
        answers: dict[str, frozenset[str]] = {}
        unclear = set()
        match data.get("choice"):
            case "accept":
                asked = shown.keys() | before.undecided
                answers = {k: frozenset(o.service_keys) for k, o in groups.items() if k in asked}
            case "reject":
                answers = dict.fromkeys(groups, frozenset())
            case "some":
                asked = shown.keys() | {name.partition(".")[0] for name in fields}
                for key in groups.keys() & asked:
                    answers[key], clear = _answer(groups[key], typed, before.services)
                    unclear |= set() if clear else {key}
            case _:
                raise BadRequest("A choice that our page does not offer.")
        return cls(
            answers=answers,
            typed=typed,
            shown=shown,
            explicit=data["choice"] == SOME,
            method=PAGE if fields else BANNER,
            next=safe_target(data.get("next", "/")) if "next" in data else "",
            stale=not before.undecided <= shown.keys()
            or any(shown[key] != o.version for key, o in groups.items() if key in shown),
            unclear=frozenset(unclear),
        )

    def has_shown(self, offered: OfferedGroup) -> bool:
        """Tell whether the form showed a group as it is offered now."""
        return self.shown.get(offered.key) == offered.version


def _values(name: str) -> tuple[str, ...]:
    return (YES, NO) if "." in name else (YES, NO, ONLY)


def _is_ours(name: str) -> bool:
    """Tell whether some offer of ours asks about a field of this name."""
    group, mark, service = name.partition(".")
    if group not in GROUP_BY_KEY or GROUP_BY_KEY[group].required:
        return False
    return not mark or service in {s.key for s in GROUP_BY_KEY[group].services}


def _answer(
    offered: OfferedGroup, typed: Mapping[str, str], running: frozenset[str]
) -> tuple[frozenset[str], bool]:
    """Return the services that every reading of the answers allows, and whether there is but one.

    A box that is still ticked from an earlier choice does not speak against a No to its group.
    """
    said = {key: typed.get(service_field(offered.key, key)) for key in offered.service_keys}
    ticked = frozenset(key for key, value in said.items() if value == YES)
    match typed.get(offered.key):
        case "yes":
            refused = frozenset(key for key, value in said.items() if value == NO)
            return frozenset(offered.service_keys) - refused, not refused
        case "no":
            return frozenset(), ticked <= running
        case "some":
            return ticked, bool(ticked)
    return ticked, True
