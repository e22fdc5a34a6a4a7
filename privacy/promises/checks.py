"""System checks of the promises."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from privacy.policy.models import OWN, PolicyClaim
from privacy.promises.checked_words import FILE, differences, words_now, words_read
from privacy.promises.claims import bundled_claims
from privacy.promises.registry import discover, registered_checks
from sens_site.lib.content import ContentError


@register()
def check_promise_ids(**kwargs: Any) -> list[CheckMessage]:
    """promises.E201: each registered check stands for a claim that exists.

    E202: a statement of the company (class O) cannot be checked by software, so none may pretend
    to. E203: shipped claims leave the numbers of those that staff make.
    """
    discover()
    try:
        claims = bundled_claims()
    except ContentError:
        return []  # sens_site.E003 says what is missing
    found: list[CheckMessage] = [
        Error(
            f"Claim “{claim.id}” has the number {claim.number}.",
            hint=f"Numbers from {PolicyClaim.FIRST} on are those of claims made in the admin.",
            id="promises.E203",
        )
        for claim in claims.values()
        if claim.number >= PolicyClaim.FIRST
    ]
    for claim_id, checks in registered_checks().items():
        if claim_id.startswith(OWN):
            continue  # it stands in the database, which a check of the code does not read
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


@register()
def check_words(**kwargs: Any) -> list[CheckMessage]:
    """promises.E204: text, class and meaning of each claim are what was read beside its checks."""
    try:
        read = words_read(settings.CONTENT_DIR)
        found = differences(read, words_now(settings.CONTENT_DIR)) if read else ()
        return [
            Error(
                f"{what} is not as it was when its checks were written.",
                hint=f"Read it with its checks, mend what they expect, and note in {FILE}: {line}",
                id="promises.E204",
            )
            for what, line in found
        ]
    except ContentError:
        return []  # sens_site.E003 says what is missing
