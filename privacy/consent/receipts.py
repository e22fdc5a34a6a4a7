"""What a receipt says, in the fields of ISO/IEC TS 27560, and the notice that it points to.

The document is the receipt: a visitor can download it, and what its SHA-256 is stands in the
chain. It holds no address, no browser's name, no page and no account.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

from privacy.consent.choice import BANNER
from privacy.consent.decision import ConsentDecision
from privacy.consent.models import CHOICE_DAYS, KEPT
from privacy.consent.offer.building import Question
from privacy.consent.offer.parts import Service
from privacy.consent.outcome import Outcome
from privacy.consent.questions import rows_of
from privacy.policy.addresses import PRIVACY
from privacy.policy.models import PolicyVersion
from sens_site.lib.canonical_json import canonical_json

SCHEMA = "ISO/IEC TS 27560:2023, site 1"
LANGUAGE = "en"
GIVEN, WITHDRAWN = "given", "withdrawn"


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Notice:
    """What was shown, as one text, and its name."""

    digest: str
    content: str


def notice_shown_in(outcome: Outcome) -> Notice:
    """Return the notice to which a choice answers, choices included."""
    groups = outcome.before.offer.groups
    shown = tuple(offered.key for offered in groups if outcome.choice.has_shown(offered))
    return _notice(outcome.before, outcome.choice.method, shown)


@lru_cache(maxsize=64)
def _notice(decision: ConsentDecision, method: str, shown: tuple[str, ...]) -> Notice:
    context = {
        "consent": decision,
        "decision": decision,
        "rows": rows_of(decision),
        "question": Question(tuple(decision.offer.by_key[key] for key in shown)),
    }
    template = "partials/cookie_banner.html" if method == BANNER else "privacy/consent/choices.html"
    content = canonical_json(
        {
            "shown": render_to_string(template, context),
            "groups": {offered.key: offered.material for offered in decision.offer.groups},
            "language": LANGUAGE,
            "method": method,
        }
    )
    return Notice(hash_of(content), content)


def _service(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "purpose": service.purpose,
        "recipient": service.recipient,
        "country": service.country,
        "retention": service.retention,
        "pii_types": [item.shown_name for item in service.items],
    }


def document_of(
    outcome: Outcome,
    *,
    receipt_id: UUID,
    at: datetime,
    replaces: UUID | None,
    policy_version: int | None,
) -> dict[str, Any]:
    """Return a receipt as plain data."""
    offer = outcome.before.offer
    origin = settings.SITE_ORIGIN
    policy = f"{origin}/privacy/" + (f"v/{policy_version}/" if policy_version else "")
    granted = [offer.by_key[key] for key in outcome.granted]
    party = {
        "id": "controller",
        "name": settings.COMPANY.formal_name,
        "address": f"{settings.COMPANY.address_line}, {settings.COMPANY.country_code}",
        "contact": f"{origin}/contact/webmaster/",
        "type": "PII controller",
    }
    return {
        "schema": SCHEMA,
        "record_id": str(receipt_id),
        "receipt_id": str(receipt_id),
        "pii_principal_id": str(receipt_id),
        "notice": {
            "policy_policy": policy,
            "policy_version": policy_version,
            "snapshot": notice_shown_in(outcome).digest,
            "language": LANGUAGE,
        },
        "purposes": [
            {
                "group": offered.key,
                "version": offered.version,
                "purpose": offered.group.purpose,
                "lawful_basis": "consent",
                "services": [_service(s) for s in offered.services if s.key in outcome.services],
            }
            for offered in granted
        ],
        "declined": list(outcome.declined),
        "controllers": [party],
        "recipients": sorted(
            {s.recipient for o in granted for s in o.services if s.key in outcome.services}
        ),
        "storage_locations": [settings.COMPANY.country],
        "jurisdiction": "US-CO",
        "retention": f"{KEPT.words} after the consent ends",
        "withdrawal_method": f"{origin}/cookies/",
        "collection_method": outcome.choice.method,
        "opt_out_signal": {"gpc": outcome.before.gpc, "overridden": list(outcome.overridden)},
        "replaces": str(replaces) if replaces else None,
        "event": {
            "time": at.isoformat(timespec="seconds"),
            "type": "explicit",
            "state": GIVEN if granted else WITHDRAWN,
            "validity_duration": f"P{CHOICE_DAYS}D",
            "entity_id": party["id"],
        },
        "keep_until": keep_until(at, granted=bool(granted)).isoformat(),
    }


def keep_until(at: datetime, *, granted: bool) -> date:
    """Return the last day on which a receipt is kept, if nothing ends the consent before its time.

    A receipt of taking consent back is kept from that very day on.
    """
    return KEPT.after(at + timedelta(days=CHOICE_DAYS if granted else 0)).date()


def policy_version_now() -> int | None:
    number: int | None = PolicyVersion.objects.in_force_number(PRIVACY)
    return number
