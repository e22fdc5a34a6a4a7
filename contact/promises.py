"""Promises about the Contact Webmaster form. Each is tried with a message that is rolled back."""

import re
import secrets
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models.functions import Coalesce
from django.utils import timezone

from contact.models import ContactMessage, Quarantine, State
from outbox.models import OutboxMail
from privacy.datamap.promises.purging import (
    PURGE,
    done_by_the_job,
    months_from,
    nothing_is_over,
    purge_keeps,
    ran_lately,
)
from privacy.datamap.retention import purge_expired
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from sens_site.lib.forms.honeypot import TRAP

FORM = "/contact/webmaster/"


def message(**changes: str) -> dict[str, str]:
    """Return a message that nobody has sent before."""
    return {
        "name": "A check of the promises",
        "email": "check@example.com",
        "message": f"This is rolled back. {secrets.token_hex(8)}",
        **changes,
    }


def sent(visitor: Visitor, data: dict[str, str]) -> Answer:
    """Send the form and require the ordinary answer."""
    answer = visitor.post(FORM, data)
    require(answer.status == 303, f"the form answers {answer.status} to a good message")
    return answer


@promise("form.required-fields", look=Look.REHEARSAL)
def telephone_is_optional_and_the_rest_is_asked_for(site: RunningSite) -> Evidence:
    """Each required field is missed in turn; the telephone number is left out."""
    required = ("name", "email", "message")
    with site.rehearsal():
        before = ContactMessage.objects.count()
        for name in required:
            answer = site.visitor().post(FORM, message(**{name: ""}))
            require(answer.status == 422, f"without {name} the form answers {answer.status}")
            require(f'href="#id_{name}"' in answer.text, f"the page does not point at {name}")
        require(ContactMessage.objects.count() == before, "an incomplete message was stored")
        sent(site.visitor(), message())
        require(ContactMessage.objects.count() == before + 1, "a message was not stored")
    return Evidence(
        "A message without a telephone number was taken; one without a required field was not, "
        "and the page said which.",
        {"required fields": len(required)},
    )


@promise("form.only-to-contact", look=Look.REHEARSAL)
def a_message_signs_nobody_up(site: RunningSite) -> Evidence:
    """After a message, no row of another room holds its address."""
    with site.rehearsal():
        data = message(email=f"{secrets.token_hex(8)}@example.com")
        sent(site.visitor(), data)
        found = [
            model._meta.label
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            if field.get_internal_type() in ("CharField", "TextField", "EmailField")
            and model._base_manager.filter(
                **{f"{field.attname}__icontains": data["email"]}
            ).exists()
        ]
    allowed = {ContactMessage._meta.label, OutboxMail._meta.label}
    require(set(found) <= allowed, f"the address turned up in {sorted(set(found) - allowed)}")
    return Evidence(
        "After a message its address stands with the message and in the mail about it, and in no "
        "other table.",
        {"tables searched": len(apps.get_models())},
    )


@promise("form.contact-me-choice", look=Look.REHEARSAL)
def the_choice_is_stored_and_kept(site: RunningSite) -> Evidence:
    """Who did not ask to be contacted gets no mail."""
    with site.rehearsal():
        silent, wishing = (message(email=f"{secrets.token_hex(8)}@example.com") for _ in "ab")
        sent(site.visitor(), silent)
        sent(site.visitor(), {**wishing, "wants_contact": "on"})
        stored = [
            ContactMessage.objects.get(email=one["email"]).wants_contact
            for one in (silent, wishing)
        ]
        require(stored == [False, True], f"stored {stored} for no and yes")
        mailed = OutboxMail.objects.to_address(silent["email"]).count()
        require(mailed == 0, "a mail goes to a person who did not ask to be contacted")
    return Evidence("The choice is stored with the message, and a no sends nothing.")


@promise("form.field-left-empty", look=Look.REHEARSAL)
def the_trap_field_sets_a_message_aside(site: RunningSite) -> Evidence:
    """A filled trap gets the same answer, is held, and mails nobody."""
    page = site.get(FORM).text
    field = re.search(rf"<input[^>]*name=\"{TRAP}\"[^>]*>", page)
    tag = field[0] if field else ""
    require(tag, "the form has no trap field")
    require('tabindex="-1"' in tag, "a person reaches the trap field with the Tab key")
    with site.rehearsal():
        honest = sent(site.visitor(), message())
        mails = OutboxMail.objects.count()
        data = message(**{TRAP: "filled"})
        caught = sent(site.visitor(), data)
        same = (honest.status, honest.header("Location")) == (
            caught.status,
            caught.header("Location"),
        )
        require(same, "the answer tells a program that it was caught")
        held = ContactMessage.objects.get(message=data["message"])
        require(held.state == State.SPAM and held.is_held, "the message was not set aside")
        require(OutboxMail.objects.count() == mails, "a mail went out")
    return Evidence("The message was set aside for a person, nothing was mailed, and the answer "
                    "was the ordinary one.")  # fmt: skip


@promise("information.communications-kept", look=Look.REHEARSAL)
def a_message_is_kept_until_its_time_is_over(site: RunningSite) -> Evidence:
    """A message is stored; the purge leaves it while it is young."""
    with site.rehearsal():
        data = message()
        sent(site.visitor(), data)
        purge_expired()
        kept = ContactMessage.objects.filter(message=data["message"]).count()
        require(kept == 1, "the message is gone")
    return Evidence(
        "A message is stored and stays until its time is over.",
        {"months after it is closed": 24},
    )


def _kinds_of_messages() -> dict[str, dict[str, Any]]:
    """Return the columns of a message of each kind that is closed 24 months ago, or that waits."""
    limit, a_day = months_from(timezone.now(), -24), timedelta(days=1)
    held = {f"held ({why.value})": {"quarantined_because": why} for why in Quarantine if why.value}
    played: dict[str, dict[str, Any]] = {
        "waiting": {"received_at": months_from(limit, -24)},
        "answered, though received long ago, not yet": {
            "state": State.ANSWERED,
            "received_at": months_from(limit, -24),
            "answered_at": limit + a_day,
        },
    }
    for name, moment in (("over", limit - a_day), ("not yet", limit + a_day)):
        answered = {"state": State.ANSWERED, "answered_at": moment}
        played[f"answered, {name}"] = answered
        played[f"answered with a note of staff, {name}"] = {**answered, "answer_note": "Called."}
        played[f"answered, no contact wanted, {name}"] = {**answered, "wants_contact": False}
        for kind, columns in {"spam": {}, **held}.items():
            played[f"{kind}, {name}"] = {**columns, "state": State.SPAM, "received_at": moment}
    return played


@promise("retention.messages", look=Look.REHEARSAL)
def messages_go_after_their_time(site: RunningSite) -> Evidence:
    """Of each kind of closed message the older one goes; one that waits stays, however old."""
    purge_keeps("retention.messages")
    with site.rehearsal():
        keys = {}
        for name, columns in _kinds_of_messages().items():
            row = ContactMessage.objects.create(
                name="A check of the promises",
                email="check@example.com",
                message="This is rolled back.",
                fingerprint=secrets.token_hex(32),
            )
            ContactMessage.objects.filter(pk=row.pk).update(wants_contact=True)
            ContactMessage.objects.filter(pk=row.pk).update(**columns)
            keys[row.pk] = name
        done_by_the_job(PURGE)
        left = ContactMessage.objects.filter(pk__in=keys).values_list("pk", flat=True)
        kept = {keys[pk] for pk in left}
    late = sorted(name for name in kept if name.endswith(", over"))
    require(not late, f"a message is still there after its time ({', '.join(late)})")
    early = sorted(n for n in {*keys.values()} - kept if not n.endswith(", over"))
    require(not early, f"a message is deleted before its time ({', '.join(early)})")
    return Evidence(
        "Played through for this check: a message of each kind was deleted when its time was "
        "over; a younger one and one that waits stayed.",
        {"months after it is closed": 24, "messages": len(keys)},
    )


@promise("retention.messages", look=Look.ROWS)
def no_stored_message_is_over(site: RunningSite) -> Evidence:
    """None was closed more than 24 months ago, and none has waited so long that nobody closes it."""
    limit = months_from(timezone.now(), -24)
    rows = ContactMessage._base_manager
    waiting = rows.filter(state="waiting")
    forgotten = nothing_is_over(
        "messages that have waited for an answer for more than 24 months",
        waiting, "received_at", before=limit,
    )  # fmt: skip
    closed = rows.exclude(state="waiting").annotate(
        closed_at=Coalesce("answered_at", "received_at")
    )
    return Evidence(
        "No stored message was closed more than 24 months ago.",
        {
            **forgotten,
            **nothing_is_over(
                "messages closed more than 24 months ago", closed, "closed_at", before=limit
            ),
            **ran_lately(PURGE),
        },
    )


@promise("use.answer-inquiries", look=Look.REHEARSAL)
def staff_see_what_waits_and_how_long(site: RunningSite) -> Evidence:
    """The inbox shows a waiting message with its age, the oldest first."""
    with site.rehearsal():
        data = message(name=f"check{secrets.token_hex(4)}")
        sent(site.visitor(), data)
        long_ago = timezone.now() - timedelta(days=730)
        ContactMessage.objects.filter(message=data["message"]).update(received_at=long_ago)
        oldest = ContactMessage.objects.waiting().filter(name=data["name"]).first()
        require(oldest is not None, "nothing waits")
        row: Any = admin.site.get_model_admin(ContactMessage)
        require("age" in row.list_display, "the inbox does not show how long a message waits")
        require(
            list(row.ordering or ())[:1] == ["received_at"],
            "the inbox does not begin with the oldest",
        )
        require("2" in str(row.age(oldest)), "the age of a message is wrong")
    return Evidence("The inbox shows each waiting message with its age, the oldest first.")
