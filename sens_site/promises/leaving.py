"""Promises about leaving and about a corrected address: what is told, and how far it reaches."""

import secrets
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.erasure import erase_account
from accounts.models import User
from accounts.promises import deleted, registered
from accounts.services import verified_addresses
from outbox.models import OutboxMail
from privacy.datamap import ledger
from privacy.datamap.replay import replay
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite


def _word() -> str:
    return f"check{secrets.token_hex(6)}"


def _addresses() -> Any:
    return apps.get_model("account", "EmailAddress").objects


KEPT_BY_THE_POLICY = (
    "consent receipts", "your privacy requests", "erasure ledger", "access logs", "backups",
)  # fmt: skip
"""What the policy lists as kept after a deletion, and whatever has happened, as the report calls it.
A hash of a newsletter's address and a message that is needed for a claim are kept of few."""


@promise("account.kept-after-deletion", look=Look.REHEARSAL)
def the_report_is_shown_and_mailed(site: RunningSite) -> Evidence:
    """One mail and one page say what was deleted and what is kept, line for line."""
    with site.rehearsal():
        person = registered(site)
        asked = {
            "kind": "question",
            "name": "A check",
            "email": person.email,
            "text": "Rolled back.",
        }
        site.visitor().post("/privacy/choices/", asked)
        answer = deleted(person)
        page = person.visitor.get(answer.header("Location"))
        require(page.status == 200, f"the report answers {page.status}")
        mails = list(OutboxMail.objects.to_address(person.email))
        require(len(mails) == 1, f"{len(mails)} mails are left to the person who was deleted")
        payload: Any = mails[0].as_message().message().get_payload(decode=True)
    shown, mailed = page.page.text.lower(), " ".join(payload.decode().lower().split())
    for where, words in (("page", shown), ("mail", mailed)):
        for heading in ("deleted", "kept, and why"):
            require(heading in words, f"the {where} does not say what is {heading}")
        missing = [one for one in KEPT_BY_THE_POLICY if one not in words]
        require(not missing, f"the {where} does not say that {missing[:1]} are kept")
        require(
            "account and profile" in words, f"the {where} does not say that the account is gone"
        )
    require(person.username not in shown, "the address of the report names the person")
    return Evidence(
        "Played through for this check, one mail and one page listed what was deleted and what is "
        "kept.",
        {"mails": 1, "kinds listed as kept": len(KEPT_BY_THE_POLICY)},
    )


@promise("rights.correction", "account.kept-after-deletion", look=Look.REHEARSAL)
def a_corrected_address_counts_everywhere(site: RunningSite) -> Evidence:
    """The new address replaces the old one wherever the person is written to or found.

    What came from the old one before is still theirs: it goes with the account, and once more with
    a restored backup. What comes from it later is somebody else's.
    """
    with site.rehearsal(), TemporaryDirectory() as folder:
        person = registered(site)
        old, person.email = person.email, f"{_word()}@example.com"
        before, after = _word(), _word()
        _writes(site, old, before)
        page = person.visitor.fill_in("/accounts/email/", {"email": person.email, "action_add": ""})
        require(page.status in (302, 303), f"a new address is answered with {page.status}")
        user = User.objects.get(username=person.username)
        require(user.email == old, "an address counts before it is confirmed")
        person.visitor.post(person.mailed_link(), {})
        user.refresh_from_db()
        stored = set(_addresses().filter(user=user).values_list("email", "verified"))
        require(stored == {(person.email, True)}, "the old address still stands at the account")
        require(user.email == person.email, "the new address does not stand at the account")
        told = {address for _, address in verified_addresses(user.pk - 1)}
        require(person.email in told and old not in told, "notices go to the old address")
        ContactMessage = apps.get_model("contact", "ContactMessage")
        ConfirmedAddress.objects.filter(user=user, replaced_at__isnull=False).update(
            replaced_at=timezone.now()
        )
        _writes(site, old, after)
        later = ContactMessage.objects.filter(message=after)
        later.update(received_at=timezone.now() + timedelta(minutes=1))
        with ledger.rehearsing(into=Path(folder) / "ledger"):
            backup = transaction.savepoint()
            erase_account(user)
            left = ContactMessage.objects.filter(message__in=[before, after])
            kept = set(left.values_list("message", flat=True))
            require(kept == {after}, "a deletion forgets what came from an earlier address")
            transaction.savepoint_rollback(backup)
            replay()
            kept = set(left.all().values_list("message", flat=True))
            require(kept == {after}, "a restored backup keeps what came from an earlier address")
    return Evidence(
        "Played through for this check, a corrected address replaced the old one everywhere; what "
        "had come from the old one went with the account, also out of a restored backup.",
        {"addresses": 2},
    )


def _writes(site: RunningSite, email: str, words: str) -> None:
    data = {"name": "A check", "email": email, "message": words}
    answer = site.visitor().post("/contact/webmaster/", data)
    require(answer.status == 303, f"a message is answered with {answer.status}")


@promise("rights.correction", look=Look.ROWS)
def accounts_have_one_address(site: RunningSite) -> Evidence:
    """The address of an account is the one that its person has confirmed."""
    primary = _addresses().filter(primary=True, verified=True)
    differing = primary.exclude(email=F("user__email")).count()
    require(not differing, f"{differing} accounts have another address than was confirmed")
    return Evidence(
        "Every account has the address that its person confirmed.",
        {"accounts": primary.count(), "differing": differing},
    )
