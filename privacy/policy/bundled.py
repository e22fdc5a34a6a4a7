"""The claims that the shipped texts make: what each mark means, who answers for it."""

from functools import cache
from typing import Any

from django.conf import settings

from privacy.policy.rendering import promise_ids
from sens_site.lib.content import read_claims

PLAIN = "plain"
TEXT_DIR = settings.CONTENT_DIR / "policy"


@cache
def shipped_claims() -> dict[str, dict[str, Any]]:
    """Return the shipped register of claims by id."""
    return {claim["id"]: claim for claim in read_claims(settings.CONTENT_DIR)}


def claims_in(source: str) -> list[dict[str, Any]]:
    """Return what is sealed of each mark of a text: its class, number, owner and review date.

    A mark that the register does not know is kept by its id alone; `plain` says that a sentence
    claims nothing.
    """
    ids = dict.fromkeys(promise_ids(source))
    return [_sealed_form(promise_id) for promise_id in ids if promise_id != PLAIN]


def _sealed_form(promise_id: str) -> dict[str, Any]:
    claim = shipped_claims().get(promise_id, {})
    form: dict[str, Any] = {"id": promise_id}
    for key in ("number", "class", "owner", "review_on"):
        if key in claim:
            value = claim[key]
            form[key] = value.isoformat() if key == "review_on" else value
    return form
