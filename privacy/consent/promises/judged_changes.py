"""What staff may call a change of wording: of a group that was allowed before, facts stay the same."""

import secrets
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from django.core.exceptions import ValidationError

from privacy.consent.models import EditorialNote, GroupVersion
from privacy.consent.offer.switches import declare_editorial
from privacy.consent.promises.played_choices import somebody
from privacy.promises.registry import require

GROUP = "analytics"
ALLOWED: Mapping[str, Any] = {
    "purpose": "To count.",
    "policy": "A sentence of the policy.",
    "services": [
        {
            "key": "a-service", "purpose": "To count.", "retention": "a day", "recipient": "A firm",
            "country": "Germany", "gpc_covered": True, "origins": {},
            "items": [{"kind": "cookie", "name": "number", "purpose": "A number.", "seconds": 86400}],
        }
    ],
}  # fmt: skip
TOLD = "the judgement of a check"


def facts_are_no_wording() -> int:
    """Require that no change of a fact can be called one of wording; return how many were tried. In a rehearsal."""
    staff = somebody()
    changes = list(_changes_of(ALLOWED))
    for what, changed in changes:
        for material in (ALLOWED, changed):
            GroupVersion.objects.create(
                group=GROUP, version=secrets.token_hex(8), material=material
            )
        refused = _judged_by(staff) is None
        require(
            refused, f"staff can call {what} a change of wording, so that nobody is asked again"
        )
    return len(changes)


def _judged_by(staff: Any) -> EditorialNote | None:
    try:
        return declare_editorial(GROUP, reason=TOLD, by=staff)
    except ValidationError:
        return None


def _changes_of(material: Any) -> Iterator[tuple[str, Any]]:
    """Yield versions of a group with one fact changed: who gets it, where, for how long, and what else."""
    for name, value in (
        ("recipient", "Another firm"),
        ("country", "Atlantis"),
        ("gpc_covered", None),
    ):
        changed = deepcopy(material)
        for service in changed["services"]:
            service[name] = value
        yield f"another {name}", changed
    kept = deepcopy(material)
    for item in (one for service in kept["services"] for one in service["items"]):
        item["seconds"] = 2 * 365 * 24 * 3600
    yield "a longer life", kept
    more = deepcopy(material)
    more["services"].append({**deepcopy(material["services"][0]), "key": "another-service"})
    yield "a service more", more
