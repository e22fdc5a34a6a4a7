"""Promises about the Contact Webmaster form. Each is tried with a message that is rolled back."""

import csv
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils import timezone

from contact import (  # noqa: F401 - register theirs
    promises_of_departments,
    promises_of_periods,
    promises_of_replies,
)
from contact.export import messages_as_csv
from contact.models import ContactMessage, State
from contact.promises_of_departments import forms_in_the_file
from outbox.models import OutboxMail
from privacy.datamap.promises.raw_rows import Database
from privacy.datamap.retention import purge_expired
from privacy.datamap.stored_mail import mail_text
from privacy.promises.page_reader import fields_of
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.promises.seen_links import fields_are_seen
from sens_site.lib.forms.honeypot import TRAP

FORM = "/contact/webmaster/"


def message(**changes: str) -> dict[str, str]:
    """Return a message that nobody has sent before."""
    return {
        "name": "A check of the promises",
        "email": "check@example.com",
        "phone": "1",
        "message": f"This is rolled back. {secrets.token_hex(8)}",
        **changes,
    }


@contextmanager
def at_the_inbox(site: RunningSite) -> Iterator[None]:
    """Rehearse beside a quiet inbox: when very many write, what comes in is held for a person."""
    now = timezone.now()
    with site.rehearsal():
        lately = ContactMessage.objects.filter(received_at__gt=now - timedelta(hours=2))
        lately.update(received_at=now - timedelta(hours=2))
        yield


MAILBOXES = ("gmail.com", "gmx.de", "icloud.com", "outlook.com", "qq.com", "yahoo.com")
"""Where people have mailboxes who write for no company."""


def sent(visitor: Visitor, data: dict[str, str]) -> Answer:
    """Send the form and require the ordinary answer."""
    answer = visitor.post(FORM, data)
    require(answer.status == 303, f"the form answers {answer.status} to a good message")
    return answer


@promise("form.required-fields", look=Look.REHEARSAL)
def telephone_is_optional_and_the_rest_is_asked_for(site: RunningSite) -> Evidence:
    """Each required field is missed in turn; the telephone number is left out."""
    required = ("name", "email", "message")
    for page in (FORM, "/privacy/"):
        opened = site.get(page)
        forms = opened.page.forms(FORM)
        require(len(forms) == 1, f"{page} holds {len(forms)} such forms")
        fields_are_seen(site, opened, forms[0], *required, "phone")
        demanded = {one.name for one in fields_of(forms[0]) if one.required}
        require(demanded == set(required), f"{page} demands {', '.join(sorted(demanded))}")
    with at_the_inbox(site):
        before = ContactMessage.objects.count()
        for name in required:
            answer = site.visitor().post(FORM, message(**{name: ""}))
            require(answer.status == 422, f"without {name} the form answers {answer.status}")
            require(f'href="#id_{name}"' in answer.text, f"the page does not point at {name}")
        require(ContactMessage.objects.count() == before, "an incomplete message was stored")
        sent(site.visitor(), message(phone=""))
        sent(site.visitor(), message(phone="", wants_contact="on"))
        without = message()
        without.pop("phone")
        sent(site.visitor(), without)
        for domain in MAILBOXES:
            sent(site.visitor(), message(phone="", email=f"check@{domain}"))
        stored = ContactMessage.objects.count() - before
        require(stored == 3 + len(MAILBOXES), "a message was not stored")
    return Evidence(
        "Played through for this check, a message without a telephone number was taken; one "
        "without a required field was not, and the page said which.",
        {"required fields": len(required)},
    )


@promise("form.required-fields", look=Look.ROWS)
def every_message_has_its_sender_and_words(site: RunningSite) -> Evidence:
    """What is stored holds a name, an address and a text, as the form asks for them."""
    incomplete = ContactMessage.objects.filter(Q(name="") | Q(email="") | Q(message="")).count()
    require(not incomplete, f"{incomplete} stored messages lack what the form asks for")
    return Evidence("Every stored message has a name, an address and a text.", {"incomplete": 0})


@promise("form.only-to-contact", look=Look.REHEARSAL)
def a_message_signs_nobody_up(site: RunningSite) -> Evidence:
    """After a message, its address and number stand in no table but two, and nothing goes there."""
    with at_the_inbox(site):
        word = secrets.token_hex(8)
        data = message(email=f"{word}@example.com", phone=f"+1 555 {word}")
        sent(site.visitor(), {**data, "wants_contact": "on"})
        database = Database.as_it_stands()
        found = set(database.naming([word]))
        mails = list(OutboxMail.objects.to_address(data["email"]).values_list("subject", flat=True))
        told = OutboxMail.objects.exclude(recipient=data["email"]).order_by("-pk")[0]
    allowed = {ContactMessage._meta.db_table, OutboxMail._meta.db_table}
    require(found <= allowed, f"what was given turned up in {sorted(found - allowed)}")
    require(mails == ["We have your message"], f"a message sets off the mails {mails}")
    require(told.recipient == settings.WEBMASTER_EMAIL, "a message is told to somebody else, too")
    _an_account_learns_nothing(site, database, allowed)
    return Evidence(
        "Played through for this check, the address and number of a message stood with the message "
        "and in the mails about it, and in no other table of the database.",
        {"tables searched": len(database.tables)},
    )


def _an_account_learns_nothing(site: RunningSite, database: Database, allowed: set[str]) -> None:
    """Require that no account takes what a message says: not that of its address, nor of who sends it."""
    with at_the_inbox(site):
        word, typed = f"check{secrets.token_hex(8)}", f"check{secrets.token_hex(8)}"
        user = get_user_model().objects.create_user(username=word, email=f"{word}@example.com")
        apps.get_model("account", "EmailAddress").objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
        member = site.visitor()
        member.sign_in(user)
        before = database.naming([word])
        sent(site.visitor(), message(email=user.email, phone=f"+1 555 {typed}"))
        sent(member, message(email=f"{typed}@example.com", phone=f"+1 555 {typed}"))
        learnt = set(database.naming([typed])) - allowed
        after = database.naming([word])
    require(not learnt, f"what a message says is added to {sorted(learnt)[:1]}")
    same = {name: rows for name, rows in after.items() if name not in allowed} == before
    require(same, "a message changes what is stored of an account")


@promise("form.contact-me-choice", look=Look.REHEARSAL)
def the_choice_is_stored_and_kept(site: RunningSite) -> Evidence:
    """Who did not ask to be contacted gets no mail, and nobody is given the way to write one."""
    for page in (FORM, "/privacy/"):
        answer = site.get(page)
        boxes = [b for b in answer.page.all("input") if b.get("name") == "wants_contact"]
        require(len(boxes) == 1, f"{page} does not ask whether to be contacted")
        require("checked" not in boxes[0].attrs, f"{page} has chosen already")
        fields_are_seen(site, answer, answer.page, "wants_contact")
    with at_the_inbox(site):
        desk = _webmaster(site)
        for wish in (False, True):
            word = secrets.token_hex(8)
            data = message(email=f"{word}@example.com", phone=f"+1 555 {word}")
            sent(site.visitor(), data | ({"wants_contact": "on"} if wish else {}))
            stored = ContactMessage.objects.get(email=data["email"])
            require(stored.wants_contact is wish, f"{wish} is stored as {stored.wants_contact}")
            to_us = OutboxMail.objects.exclude(recipient=data["email"]).order_by("-pk")[0]
            # As it is read: its transfer encoding hides an address from who searches the bytes.
            given = word in mail_text(to_us.message)
            require(given is wish, "the webmaster is given the way to write to who said no")
            shown = desk.get(f"/admin/contact/contactmessage/{stored.pk}/change/")
            require(shown.status == 200, f"the desk answers {shown.status}")
            links = [one for one in shown.page.links if one.startswith("mailto:")]
            require(bool(links) is wish, "the desk offers to write to who said no")
            said = "did not ask to be contacted" in shown.shown
            require(said is not wish, "the desk does not say who does not want to be contacted")
            _in_a_file(stored, word, wish=wish)
            closed = _took(desk, stored, "answer", note="A check")
            require(closed, "a message cannot be closed")
            mails = OutboxMail.objects.to_address(data["email"]).count()
            require(mails == int(wish), f"{mails} mails go to a person whose wish is {wish}")
            _took(desk, stored, "reply", text="This is rolled back.")
            replied = _took(desk, stored, "send")
            require(replied is wish, "the desk replies to who said no, or not to who said yes")
            more = OutboxMail.objects.to_address(data["email"]).count() - mails
            require(more == int(wish), f"{more} replies go to a person whose wish is {wish}")
        forms = _departments_heed_it(site)
    return Evidence(
        "Played through for this check, a no sent nothing, and neither the mail to the webmaster "
        "nor the desk nor a file for a spreadsheet gave a way to write; a yes did. So it was with "
        "messages to each department that asks.",
        {"answers tried": 2, "forms of departments": forms},
    )


def _departments_heed_it(site: RunningSite) -> int:
    """Require of each form of a department that asks it that a no is a no; return how many do."""
    pages = {path: site.get(path) for path in forms_in_the_file()}
    asking = {path: one for path, one in pages.items() if "wants_contact" in _boxes(one)}
    for path, opened in asking.items():
        fields_are_seen(site, opened, opened.page, "wants_contact")
        word = secrets.token_hex(8)
        data = message(email=f"{word}@example.com", phone=f"+1 555 {word}")
        answer = site.visitor().fill_in(path, data)
        require(answer.status == 303, f"{path} answers {answer.status} to a good message")
        stored = ContactMessage.objects.filter(email=data["email"])
        require(stored.filter(wants_contact=False).exists(), f"{path} takes no answer for a yes")
        written = OutboxMail.objects.to_address(data["email"]).exists()
        require(not written, f"who said no at {path} is written to")
        told = OutboxMail.objects.order_by("-pk")[0]
        given = word in mail_text(told.message)
        require(not given, f"the department is given the way to write to who said no at {path}")
    return len(asking)


def _boxes(answer: Answer) -> set[str]:
    return {box.get("name") for box in answer.page.all("input")}


def _in_a_file(stored: ContactMessage, word: str, *, wish: bool) -> None:
    """Require that a file for a spreadsheet says what somebody wants, and goes by it."""
    text = messages_as_csv(ContactMessage.objects.filter(pk=stored.pk))
    (row,) = csv.DictReader(text.lstrip("\ufeff").splitlines())
    said = row.get("Wants to be contacted")
    require(said == ("yes" if wish else "no"), f"a file says “{said}” of who said {wish}")
    require(
        (word in text) is wish, "a file gives the way to write to who said no, or not to others"
    )


def _webmaster(site: RunningSite) -> Visitor:
    """Play a member of staff at the inbox."""
    name = f"check{secrets.token_hex(6)}"
    user = get_user_model().objects.create_user(
        username=name, email=f"{name}@example.com", is_staff=True
    )
    user.groups.add(*Group.objects.filter(name="Webmaster"))
    apps.get_model("mfa", "Authenticator").objects.create(user=user, type="totp", data={})
    visitor = site.visitor()
    visitor.sign_in(user)
    return visitor


def _took(desk: Visitor, stored: ContactMessage, step: str, **typed: str) -> bool:
    """Have the webmaster take a step by the desk's own page; return whether it was taken."""
    path = f"/admin/contact/contactmessage/{stored.pk}/{step}/"
    boxes = desk.get(path).page.all("input")
    shown = {box.get("name"): box.get("value") for box in boxes if box.get("name")}
    return desk.post(path, {**shown, **typed}).status == 303


@promise("form.contact-me-choice", look=Look.ROWS)
def nobody_was_written_to_who_said_no(site: RunningSite) -> Evidence:
    """No stored message of somebody who said no was acknowledged or answered by mail."""
    against = ContactMessage.objects.filter(wants_contact=False).filter(
        Q(acknowledged_at__isnull=False) | Q(replies__kind="sent")
    )
    require(not against.exists(), f"{against.count()} people were written to who said no")
    return Evidence("Nobody was written to who said no.", {"mails against a wish": 0})


@promise("form.field-left-empty", look=Look.REHEARSAL)
def the_trap_field_sets_a_message_aside(site: RunningSite) -> Evidence:
    """A filled trap gets the same answer, is held, and mails nobody."""
    page = site.get(FORM).text
    field = re.search(rf"<input[^>]*name=\"{TRAP}\"[^>]*>", page)
    tag = field[0] if field else ""
    require(tag, "the form has no trap field")
    require('tabindex="-1"' in tag, "a person reaches the trap field with the Tab key")
    with at_the_inbox(site):
        honest = sent(site.visitor(), message())
        mails = OutboxMail.objects.count()
        data = message(**{TRAP: "filled"})
        caught = sent(site.visitor(), data)
        same = (honest.status, *_read_after(site, honest)) == (
            caught.status,
            *_read_after(site, caught),
        )
        require(same, "the answer tells a program that it was caught")
        held = ContactMessage.objects.get(message=data["message"])
        require(held.state == State.SPAM and held.is_held, "the message was not set aside")
        require(OutboxMail.objects.count() == mails, "a mail went out")
    return Evidence("Played through for this check, the message was set aside for a person, nothing "
                    "was mailed, and the answer was the ordinary one.")  # fmt: skip


def _read_after(site: RunningSite, answer: Answer) -> tuple[str, int, str]:
    """Return where an answer leads and what is read there: its query holds the time of the press."""
    address, _, _ = answer.header("Location").partition("#")
    page = site.get(address)
    return address.partition("?")[0], page.status, page.text


@promise("form.field-left-empty", look=Look.ROWS)
def what_was_held_was_mailed_to_nobody(site: RunningSite) -> Evidence:
    """What a program set aside waits for a person, and nobody was written to about it."""
    held = ContactMessage.objects.held()
    loose = held.filter(Q(acknowledged_at__isnull=False) | ~Q(state=State.SPAM)).count()
    require(not loose, f"{loose} messages that were set aside were treated as others")
    return Evidence("What the field set aside was mailed to nobody.", {"held": held.count()})


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


@promise("use.answer-inquiries", look=Look.REHEARSAL)
def staff_see_what_waits_and_how_long(site: RunningSite) -> Evidence:
    """The inbox shows a waiting message with its age, the oldest first."""
    with site.rehearsal():
        data = message(name=f"check{secrets.token_hex(4)}")
        sent(site.visitor(), data)
        long_ago = timezone.now() - timedelta(days=800)
        ContactMessage.objects.filter(message=data["message"]).update(received_at=long_ago)
        oldest = ContactMessage.objects.waiting().filter(name=data["name"]).first()
        require(oldest is not None, "nothing waits")
        row: Any = admin.site.get_model_admin(ContactMessage)
        require("age" in row.list_display, "the inbox does not show how long a message waits")
        require(
            list(row.ordering or ())[:1] == ["received_at"],
            "the inbox does not begin with the oldest",
        )
        age = str(row.age(oldest)).replace("\N{NO-BREAK SPACE}", " ")
        require(age.startswith("2 years"), f"a message of 800 days ago is {age} old")
    return Evidence("The inbox shows each waiting message with its age, the oldest first.")
