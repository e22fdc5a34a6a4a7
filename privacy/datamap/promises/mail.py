"""Promises about mail and about what is left of a visit: beacons, addresses, periods."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from pathlib import Path

from django.template import engines
from django.utils import timezone

from outbox.models import OutboxMail
from outbox.services import record_sent, store_mail
from privacy.consent.promises.all_services_on import choose
from privacy.datamap.promises.purging import purge_keeps
from privacy.datamap.retention import purge_expired
from privacy.datamap.search import hits
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

_REMOTE = re.compile(r"<img\b|<link\b|<iframe\b|url\(|\bsrc\s*=", re.IGNORECASE)
IN_MAIL = ("mail", "email")


def mail_templates() -> Iterator[tuple[str, str]]:
    """Yield the templates of mails with their sources."""
    for folder in engines["django"].template_dirs:
        root = Path(folder)
        for file in sorted(root.rglob("*")):
            name = file.relative_to(root)
            if file.is_file() and (file.suffix == ".txt" or set(name.parts[:-1]) & set(IN_MAIL)):
                yield str(name), file.read_text(encoding="utf-8")


def parts_of(mail: OutboxMail) -> Iterator[Message]:
    """Yield the readable parts of a stored mail."""
    return (part for part in mail.as_message().message().walk() if not part.is_multipart())


@promise("beacons.in-mail", look=Look.REHEARSAL)
def mails_load_nothing(site: RunningSite) -> Evidence:
    """No template of a mail holds a picture; mails written in a rehearsal and waiting ones hold none."""
    own = [(n, s) for n, s in mail_templates() if "site-packages" not in n]
    require(own, "no template of a mail was found")
    for name, source in own:
        require(not _REMOTE.search(source), f"the mail {name} loads something")
    with site.rehearsal():
        data = {"name": "A check", "email": "check@example.com", "message": "Rolled back."}
        site.visitor().post("/contact/webmaster/", {**data, "wants_contact": "on"})
        account = {"username": "check-mail", "email": "check-mail@example.com"}
        site.visitor().fill_in("/accounts/register/", {**account, "password1": "plover lantern 42"})
        mails = list(OutboxMail.objects.waiting().order_by("-pk")[:50])
        require(len(mails) >= 2, "no mail was written")
        for mail in mails:
            for part in parts_of(mail):
                payload = part.get_payload(decode=True)
                words = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
                plain = part.get_content_type() == "text/plain"
                require(plain or not _REMOTE.search(words), "a mail loads something from a server")
                require(part.get_content_maintype() == "text", "a mail holds something beside text")
    return Evidence(
        "No e-mail holds a picture or anything else that is loaded from a server.",
        {"templates read": len(own), "mails read": len(mails)},
    )


@promise("usage.ip-address", look=Look.REHEARSAL)
def an_address_is_stored_nowhere_else(site: RunningSite) -> Evidence:
    """After a visit with forms and choices, no table holds the visitor's address."""
    with site.rehearsal():
        visitor = site.visitor()
        network = visitor.address.removesuffix("::1")
        visitor.get("/privacy/")
        choose(visitor, "accept")
        data = {
            "name": "A check",
            "email": "check@example.com",
            "message": f"Rolled back {network[-4:]}",
        }
        visitor.post("/contact/webmaster/", data)
        wrong = {"login": "nobody", "password": "not a password"}
        visitor.post("/accounts/login/", wrong)
        account = {"username": "check-address", "email": "check-address@example.com"}
        visitor.fill_in("/accounts/register/", {**account, "password1": "plover lantern 42"})
        places = sorted(hits({f"{network}:"}))
    require(not places, f"the visitor’s address stands in {', '.join(places)}")
    return Evidence(
        "After a visit with messages, choices and a registration, no table held the visitor’s "
        "address.",
        {"acts": 4, "places with the address": 0},
    )


@promise("retention.sent-mail", look=Look.REHEARSAL)
def sent_mail_is_blanked_and_goes(site: RunningSite) -> Evidence:
    """The text goes when the mail is sent; the row goes after 14 days, and not before."""
    purge_keeps("retention.sent-mail")
    with site.rehearsal():
        old, young, given_up, waiting = (
            _stored(f"check-{name}@example.com") for name in ("old", "young", "parked", "waiting")
        )
        for mail in (old, young):
            record_sent(mail)
            mail.refresh_from_db()
            require(bytes(mail.message) == b"", "the text of a sent mail stays")
        now = timezone.now()
        played = (
            (old, {"sent_at": now - timedelta(days=15)}),
            (young, {"sent_at": now - timedelta(days=13)}),
            (given_up, {"parked_at": now - timedelta(days=15)}),
            (waiting, {"created_at": now - timedelta(days=15)}),
        )
        for mail, fields in played:
            OutboxMail.objects.filter(pk=mail.pk).update(**fields)
        purge_expired()
        keys = [mail.pk for mail, _ in played]
        left = set(OutboxMail.objects.filter(pk__in=keys).values_list("pk", flat=True))
        require(left == {young.pk, waiting.pk}, "the log is not kept for 14 days exactly")
    return Evidence(
        "The text of a mail went when it was sent; its entry went after 14 days and not before.",
        {"days": 14},
    )


def _stored(address: str) -> OutboxMail:
    from django.core.mail import EmailMessage  # noqa: PLC0415 - used here alone

    store_mail(EmailMessage("A check", "Rolled back.", to=[address]))
    return OutboxMail.objects.to_address(address).get()
