"""Promises about leaving and about a corrected address: what is told, and how far it reaches."""

import re
import secrets
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.erasure import erase_account
from accounts.models import User
from accounts.promises import Person, deleted, registered
from accounts.services import verified_addresses
from contact.models import ContactMessage
from outbox.models import OutboxMail
from privacy.datamap import ledger
from privacy.datamap.promises.recipients import goes_to_nobody_else
from privacy.datamap.replay import replay
from privacy.promises.page_reader import Element
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.context import render_without_request
from sens_site.promises.desk_corrections import the_desk_corrects
from sens_site.promises.desk_traces import what_the_desk_changed_is_forgotten
from sens_site.promises.every_form import PASSPHRASE


def _word() -> str:
    return f"check{secrets.token_hex(6)}"


def _addresses() -> Any:
    return apps.get_model("account", "EmailAddress").objects


KEPT_BY_THE_POLICY = (
    "consent receipts", "your privacy requests", "erasure ledger", "access logs", "backups",
)  # fmt: skip
"""What the policy lists as kept after a deletion, and whatever has happened, as the report calls it.
A hash of a newsletter's address and a message that is needed for a claim are kept of few."""

KEPT_FOR = {"access logs": "30 days", "backups": "35 days", "erasure ledger": "35 days"}
"""For how long, as the policy says of them, where the report names a period."""
A_PERIOD = re.compile(r"\b\d+ (?:hour|day|week|month|year)s?\b")


def _periods_are_those_of_the_policy(where: str, words: str) -> None:
    """Require that a report gives each period as the policy does, and no other."""
    kept = words[words.index("kept, and why") :]
    for title, period in KEPT_FOR.items():
        said = A_PERIOD.search(kept, kept.index(f"{title}:"))
        require(said and said[0] == period, f"the {where} does not keep {title} for {period}")
    beside = sorted(set(A_PERIOD.findall(kept)) - set(KEPT_FOR.values()))
    require(not beside, f"the {where} says that something is kept for {beside[:1]}")


def _lines_of(main: Element) -> list[str]:
    """Return what is listed on a page, but for its path."""
    path = {line.text for way in main.all("nav") for line in way.all("li")}
    return [" ".join(one.text.lower().split()) for one in main.all("li") if one.text not in path]


def _a_long_report_is_mailed_whole() -> None:
    """Require it of one that is longer than that of anybody who was played."""
    report = SimpleNamespace(as_text="\n".join(f"- Line {n} of a check" for n in range(1000)))
    for idle in (False, True):
        text = render_without_request("accounts/deleted.txt", {"report": report, "idle": idle})
        require(report.as_text in text, "the mail leaves out the end of a long report")


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
        goes_to_nobody_else(person.email)
        payload: Any = mails[0].as_message().message().get_payload(decode=True)
    shown, mailed = page.page.text.lower(), " ".join(payload.decode().lower().split())
    main = page.page.first("main")
    lines = _lines_of(main) if main is not None else []
    require(len(lines) >= len(KEPT_BY_THE_POLICY), "the page has no list of what is kept")
    silent = [line for line in lines if line not in mailed]
    require(not silent, f"the mail does not say what the page says: {silent[:1]}")
    _a_long_report_is_mailed_whole()
    for where, words in (("page", shown), ("mail", mailed)):
        for heading in ("deleted", "kept, and why"):
            require(heading in words, f"the {where} does not say what is {heading}")
        missing = [one for one in KEPT_BY_THE_POLICY if one not in words]
        require(not missing, f"the {where} does not say that {missing[:1]} are kept")
        _periods_are_those_of_the_policy(where, words)
        require(
            "account and profile" in words, f"the {where} does not say that the account is gone"
        )
    require(person.username not in shown, "the address of the report names the person")
    return Evidence(
        "Played through for this check, one mail and one page listed what was deleted and what is "
        "kept, for no other periods than the policy gives.",
        {"mails": 1, "kinds listed as kept": len(KEPT_BY_THE_POLICY)},
    )


def _told(user: User) -> set[str]:
    """Return the addresses to which notices go, of the last people who have registered."""
    return {address for _, address in verified_addresses(user.pk - 1)}


def _moved(site: RunningSite) -> tuple[Person, User, str, bool]:
    """Play somebody who has written, and then gives another address.

    Return the old one, too, and whether notices went there.
    """
    person = registered(site)
    old, person.email = person.email, f"{_word()}@example.com"
    _writes(site, old, person.details["position"])
    new = {"email": person.email, "action_add": ""}
    answer = person.visitor.fill_in("/accounts/email/", new)
    require(answer.status in (302, 303), f"a new address is answered with {answer.status}")
    user = User.objects.get(username=person.username)
    require(user.email == old, "an address counts before it is confirmed")
    was_told = old in _told(user)
    person.visitor.post(person.mailed_link(), {})
    user.refresh_from_db()
    return person, user, old, was_told


@promise("rights.correction", look=Look.REHEARSAL)
def a_corrected_address_counts_everywhere(site: RunningSite) -> Evidence:
    """The new address replaces the old one wherever the person is written to, shown or let in.

    What staff correct at the person's request is treated alike.
    """
    with site.rehearsal():
        person, user, old, was_told = _moved(site)
        stored = set(_addresses().filter(user=user).values_list("email", "verified"))
        require(stored == {(person.email, True)}, "the old address still stands at the account")
        require(user.email == person.email, "the new address does not stand at the account")
        told = _told(user)
        # Who is told of nothing at all has no wrong address: other promises are about that.
        require(
            (person.email in told) is was_told and old not in told, "notices go to the old address"
        )
        words = person.visitor.get("/accounts/data/").page.text
        require(person.email in words and old not in words, "the old address is still shown")
        for login, status in ((old, 422), (person.email, 303)):
            answer = site.visitor().post(
                "/accounts/login/", {"login": login, "password": PASSPHRASE}
            )
            require(
                answer.status == status, "the old address still lets in, and the new one does not"
            )
        by_staff = the_desk_corrects(site, person.visitor, user)
    return Evidence(
        "Played through for this check, a corrected address replaced the old one wherever the "
        "person is written to, shown or let in; staff, once it was shown who asks, corrected "
        "profile and address, told the person what, and changed nothing else and nobody else.",
        {"addresses": 2, "items corrected by staff": by_staff},
    )


@promise("account.kept-after-deletion", look=Look.REHEARSAL)
def an_earlier_address_is_forgotten_too(site: RunningSite) -> Evidence:
    """What came from an earlier address goes with the account, and from a restored backup.

    What comes from there later is somebody else's: the mailbox may have another owner.
    """
    with site.rehearsal(), TemporaryDirectory() as folder:
        person, user, old, _ = _moved(site)
        before, after = person.details["position"], _word()
        _writes(site, old, after)
        second, words = f"{_word()}@example.com", _word()
        _addresses().create(user=user, email=second, verified=True)
        _writes(site, second, words)
        _writes(site, person.email, f"{words} again")
        messages = ContactMessage.objects.filter(
            message__in=[before, after, words, f"{words} again"]
        )
        later = timezone.now() + timedelta(minutes=1)
        messages.filter(message=after).update(received_at=later)
        waiting = f"{_word()}@example.com"
        person.visitor.fill_in("/accounts/email/", {"email": waiting, "action_add": ""})
        mails = OutboxMail.objects.to_address(waiting)
        require(mails.exists(), "an address that is typed is not asked to confirm")
        with ledger.rehearsing(into=Path(folder) / "ledger"):
            backup = transaction.savepoint()
            erase_account(user)
            kept = set(messages.values_list("message", flat=True))
            require(kept == {after}, "a deletion forgets what came from an earlier address")
            require(not mails.exists(), "a deletion forgets an address that was never confirmed")
            transaction.savepoint_rollback(backup)
            replay()
            kept = set(messages.values_list("message", flat=True))
            require(kept == {after}, "a restored backup keeps what came from an earlier address")
            transaction.savepoint_rollback(backup)
            User.objects.filter(pk=user.pk).delete()
            replay()
            left = messages.exclude(message=after).values_list("email", flat=True)
            told = {old: "an earlier", second: "a second", person.email: "the first"}
            require(
                not left,
                f"what comes back without its account from {told.get(left[0])} address stays"
                if left
                else "",
            )
            require(messages.exists(), "what came later from an earlier address is forgotten")
            changed = what_the_desk_changed_is_forgotten(site)
    return Evidence(
        "Played through for this check, what had come from each of three addresses went with the "
        "account, also out of a restored backup, with its account or without; what came from an "
        "earlier one later stayed. No word that staff had changed was found anywhere afterwards.",
        {"addresses": 3, "words changed at the desk": changed},
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
