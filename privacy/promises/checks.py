"""System checks of the promises."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from privacy.promises.claims import all_claims
from privacy.promises.registry import discover, registered_checks
from sens_site.lib.content import ContentError


@register()
def check_promise_ids(**kwargs: Any) -> list[CheckMessage]:
    """promises.E201: each registered check stands for a claim that exists.

    A statement of the company (class O) cannot be checked by software, so none may pretend to.
    """
    discover()
    try:
        claims = all_claims()
    except ContentError:
        return []  # sens_site.E003 says what is missing
    found: list[CheckMessage] = []
    for claim_id, checks in registered_checks().items():
        where = ", ".join(check.name for check in checks)
        claim = claims.get(claim_id)
        if claim is None:
            found.append(
                Error(
                    f"{where} checks “{claim_id}”, which no claim is named.",
                    hint="Mend the id, or add the claim to claims.toml of the company.",
                    id="promises.E201",
                )
            )
        elif claim.kind == "O":
            found.append(
                Error(
                    f"{where} checks “{claim_id}”, a statement that software cannot show.",
                    hint="Change the claim's class in claims.toml, or remove the check.",
                    id="promises.E202",
                )
            )
    return found
