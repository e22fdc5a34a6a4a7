"""Breaks of what mails tell of their readers, each in a mail that is rarely written."""

from typing import Any

from django.core.mail import EmailMultiAlternatives

from outbox.models import OutboxMail
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

PIXEL = '<p>Hello</p><img src="https://beacon.test/1.gif" width="1" height="1">'


def _with_pixel(mail: Any) -> Any:
    rich = EmailMultiAlternatives(
        mail.subject, mail.body, mail.from_email, mail.to, headers=mail.extra_headers
    )
    rich.attach_alternative(PIXEL, "text/html")
    return rich


@breaks("beacons.in-mail")
def a_pixel_in_the_mail_about_a_request_that_was_taken_back(hand: Hand) -> None:
    hand.wrap("privacy.rights.mails.withdrawn", lambda old, *args: _with_pixel(old(*args)))


@breaks("beacons.in-mail")
def a_pixel_in_all_mails_of_accounts(hand: Hand) -> None:
    from accounts.adapter import AccountAdapter

    def render(self: Any, *args: Any, old: Any = AccountAdapter.render_mail) -> Any:
        return _with_pixel(old(self, *args))

    hand.patch.setattr(AccountAdapter, "render_mail", render)


@breaks("beacons.in-mail")
def a_receipt_that_is_asked_for(hand: Hand) -> None:
    def asking(old: Any, *args: Any) -> Any:
        mail = old(*args)
        mail.extra_headers["Disposition-Notification-To"] = "read@example.com"
        return mail

    hand.wrap("contact.mails.held_mail", asking)


@breaks("beacons.in-mail")
def a_copy_of_a_mail_for_somebody_else(hand: Hand) -> None:
    def copied(old: Any, *args: Any) -> Any:
        mail = old(*args)
        mail.bcc = ["all@partner.test"]
        return mail

    hand.wrap("contact.mails.flood_mail", copied)


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def a_link_of_the_readers_own(hand: Hand) -> None:
    hand.template("privacy/rights/mail/fee.txt", ("{{ status_url }}", "{{ status_url }}?m=1"))


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def a_way_over_another_server(hand: Hand) -> None:
    hand.template(
        "mfa/email/webauthn_removed_message.txt",
        ("{{ site_origin }}", "https://click.test/?to={{ site_origin }}"),
    )


@breaks("beacons.in-mail", way=Way.ROWS)
def a_waiting_mail_with_a_pixel(hand: Hand) -> None:
    mail = EmailMultiAlternatives("News", "Hello", "a@example.com", ["b@example.com"])
    mail.attach_alternative(PIXEL, "text/html")
    OutboxMail.objects.create(
        message_id="<1@example.com>", sender="a@example.com", recipient="b@example.com",
        subject="News", message=mail.message().as_bytes(),
    )  # fmt: skip


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def a_link_to_what_is_no_page(hand: Hand) -> None:
    hand.template(
        "account/email/password_set_message.txt",
        ("{% url 'account_reset_password' %}", "/accounts/opened/1/"),
    )
