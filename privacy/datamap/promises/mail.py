"""Promises about what is left of a visit and of a mail: addresses, periods."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from outbox.bulk import without_held_back
from outbox.models import OutboxMail
from outbox.services import record_sent, store_mail
from privacy.consent.promises.all_services_on import choose
from privacy.datamap.promises.filled_rows import fill
from privacy.datamap.promises.purging import (
    AN_HOUR,
    LATE,
    PURGE,
    done_by_the_job,
    nothing_is_over,
    purge_keeps,
    ran_lately,
)
from privacy.datamap.promises.used_hosts import is_public
from privacy.datamap.search import hits
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

OUTBOX, PRINTED = "outbox.backend.OutboxBackend", "outbox.terminal.TerminalBackend"
DJANGOS_OWN = "django.core.mail.backends."
SMTP = f"{DJANGOS_OWN}smtp.EmailBackend"
ON_ONES_OWN_MACHINE = (
    PRINTED, *(f"{DJANGOS_OWN}{one}.EmailBackend" for one in ("console", "dummy", "locmem")),
)  # fmt: skip
"""What a developer's machine does with mail: it shows it, or drops it. No file is written."""
FILLED = "check-with-all-filled-in"


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


def _mail_is_kept_by_nothing_else() -> None:
    """Require that mail is stored by the outbox, and handed on by what keeps no copy."""
    require(settings.EMAIL_BACKEND == OUTBOX, f"mail goes by {settings.EMAIL_BACKEND}")
    own = settings.MAIL_TRANSPORT.startswith(DJANGOS_OWN) or settings.MAIL_TRANSPORT == PRINTED
    allowed = (SMTP,) if is_public(settings.SITE_HOST) else (SMTP, *ON_ONES_OWN_MACHINE)
    require(
        settings.MAIL_TRANSPORT in allowed or not own,
        f"each mail is handed to {settings.MAIL_TRANSPORT}, where its text stays",
    )


@promise("retention.sent-mail", look=Look.REHEARSAL)
def sent_mail_is_blanked_and_goes(site: RunningSite) -> Evidence:
    """The text goes when the mail is sent; the row goes after 14 days, and not before."""
    purge_keeps("retention.sent-mail")
    _mail_is_kept_by_nothing_else()
    limit = timezone.now() - timedelta(days=14)
    ends = {"sent": "sent_at", "given up": "parked_at"}
    with site.rehearsal():
        played = {}
        for purpose in ("service", "notice", "check-of-its-own", FILLED):
            for end, column in ends.items():
                for name, moment in (("over", limit - AN_HOUR), ("not yet", limit + AN_HOUR)):
                    mail = _stored(f"check-{secrets.token_hex(8)}@example.com", purpose)
                    row = OutboxMail.objects.filter(pk=mail.pk)
                    if end == "sent":
                        record_sent(mail)
                        require(row.filter(message=b"").exists(), "the text of a sent mail stays")
                    row.update(**{column: moment})
                    if purpose == FILLED:
                        fill(mail, but={"message", *ends.values()})
                    played[mail.pk] = f"{purpose}, {end}, {name}"
        waiting = _stored(f"check-{secrets.token_hex(8)}@example.com", "service")
        OutboxMail.objects.filter(pk=waiting.pk).update(created_at=limit - AN_HOUR, attempts=3)
        played[waiting.pk] = "waits for its next try, not yet"
        done_by_the_job(PURGE)
        left = OutboxMail.objects.filter(pk__in=played).values_list("pk", flat=True)
        kept = {played[pk] for pk in left}
    late = sorted(name for name in kept if name.endswith(", over"))
    require(not late, f"an entry is still there after 14 days ({', '.join(late)})")
    early = sorted(n for n in {*played.values()} - kept if not n.endswith(", over"))
    require(not early, f"an entry goes before its 14 days are over ({', '.join(early)})")
    return Evidence(
        "Played through for this check: the text of a mail went when it was sent; its entry went "
        "after 14 days and not before, and so did the entry of one that was given up.",
        {"days": 14, "mails": len(played)},
    )


@promise("retention.sent-mail", look=Look.ROWS)
def no_entry_of_a_mail_is_over(site: RunningSite) -> Evidence:
    """No mail that was sent or given up is older than 14 days, and none that was sent has a text."""
    rows, limit = OutboxMail._base_manager.all(), timezone.now() - timedelta(days=14)
    with_text = rows.filter(sent_at__isnull=False).exclude(message=b"").count()
    require(not with_text, f"{with_text} mails were sent and still have their text")
    waiting = without_held_back(OutboxMail.objects.waiting())
    stuck = waiting.filter(created_at__lt=limit - LATE).count()
    require(not stuck, f"{stuck} mails have been neither sent nor given up for 14 days")
    given_up = nothing_is_over(
        "mails given up more than 14 days ago", rows, "parked_at", before=limit
    )
    sent = nothing_is_over("mails sent more than 14 days ago", rows, "sent_at", before=limit)
    return Evidence(
        "No mail in the log was sent or given up more than 14 days ago, and none that was sent "
        "still has its text.",
        {**given_up, **sent, **ran_lately(PURGE)},
    )


def _stored(address: str, purpose: str) -> OutboxMail:
    from django.core.mail import EmailMessage  # noqa: PLC0415 - used here alone

    headers = {"X-Purpose": purpose}
    store_mail(EmailMessage("A check", "Rolled back.", to=[address], headers=headers))
    return OutboxMail.objects.to_address(address).get()
