"""What a receipt says, in the fields of ISO/IEC TS 27560, and the notice that it names.

The document is the receipt: a visitor can download it, and what its SHA-256 is stands in the
chain. It holds no address, no browser's name, no page and no account. What is the same for all who
were shown the same (the words, who we are, what each service does with what) stands in the notice,
which the receipt names by its SHA-256; so a receipt is short, and no field of the standard is lost.
"""

import json
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

SCHEMA = "ISO/IEC TS 27560:2023, site 2"
LANGUAGE = "en"
CONTROLLER = "controller"
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
    offered = decision.offer.groups
    content = canonical_json(
        {
            "shown": render_to_string(template, context),
            "groups": {group.key: group.material for group in offered},
            "services": {s.key: _service(s) for group in offered for s in group.services},
            "language": LANGUAGE,
            "method": method,
            **_terms(),
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


def _terms() -> dict[str, Any]:
    """Return what holds for every consent on this site."""
    origin, company = settings.SITE_ORIGIN, settings.COMPANY
    return {
        # A receipt is its own record, and nobody is named in it: its number stands for all three.
        "record_id": "receipt_id",
        "pii_principal_id": "receipt_id",
        "entity_id": CONTROLLER,
        "policy_policy": f"{origin}/privacy/",
        "lawful_basis": "consent",
        "controllers": [
            {
                "id": CONTROLLER,
                "name": company.formal_name,
                "address": f"{company.address_line}, {company.country_code}",
                "contact": f"{origin}/contact/webmaster/",
                "type": "PII controller",
            }
        ],
        "storage_locations": [company.country],
        "jurisdiction": "US-CO",
        "retention": f"{KEPT.words} after the consent ends",
        "withdrawal_method": f"{origin}/cookies/",
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
    granted = [offer.by_key[key] for key in outcome.granted]
    return {
        "schema": SCHEMA,
        "receipt_id": str(receipt_id),
        "notice": {
            "policy_version": policy_version,
            "snapshot": notice_shown_in(outcome).digest,
        },
        "purposes": [
            {
                "group": offered.key,
                "version": offered.version,
                "services": [key for key in offered.service_keys if key in outcome.services],
            }
            for offered in granted
        ],
        "declined": list(outcome.declined),
        "withdrawn": sorted(outcome.withdrawn),
        "collection_method": outcome.choice.method,
        "opt_out_signal": {"gpc": outcome.before.gpc, "overridden": list(outcome.overridden)},
        "account_refusal_overridden": [key for key in outcome.granted if outcome.grants[key].after],
        "replaces": str(replaces) if replaces else None,
        "event": {
            "time": at.isoformat(timespec="seconds"),
            "type": "explicit",
            "state": GIVEN if granted else WITHDRAWN,
            "validity_duration": f"P{CHOICE_DAYS}D",
        },
        "keep_until": keep_until(at, granted=bool(granted)).isoformat(),
    }


def says_given(document: str) -> bool:
    """Tell whether a receipt proves a consent, and not that one was taken back."""
    return bool(json.loads(document)["event"]["state"] == GIVEN)


def keep_until(at: datetime, *, granted: bool) -> date:
    """Return the last day on which a receipt is kept, if nothing ends the consent before its time.

    A receipt of taking consent back is kept from that very day on.
    """
    return KEPT.after(at + timedelta(days=CHOICE_DAYS if granted else 0)).date()


def policy_version_now() -> int | None:
    number: int | None = PolicyVersion.objects.in_force_number(PRIVACY)
    return number
