"""Promises about what is left of a visit and of a mail: addresses, periods."""

from datetime import timedelta

from django.utils import timezone

from outbox.models import OutboxMail
from outbox.services import record_sent, store_mail
from privacy.consent.promises.all_services_on import choose
from privacy.datamap.promises.purging import purge_keeps
from privacy.datamap.retention import purge_expired
from privacy.datamap.search import hits
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite


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
