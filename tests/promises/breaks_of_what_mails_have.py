"""Breaks of what a mail may have: who gets it, where answers go, how it ends, where it leads."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, path

from contact.models import ContactMessage
from outbox.models import OutboxMail
from sens_site import urls
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

ARCHIVE = "archive@partner.test"


def _written(hand: Hand, target: str, change: Callable[..., object]) -> None:
    """Change a mail when it is written."""

    def changed(old: Any, *args: Any, **kwargs: Any) -> EmailMessage:
        mail: EmailMessage = old(*args, **kwargs)
        change(mail, *args)
        return mail

    hand.wrap(target, changed)


@breaks("beacons.in-mail")
def answers_that_go_to_another_company(hand: Hand) -> None:
    def change(mail: EmailMessage, *_: object) -> None:
        mail.reply_to = [ARCHIVE]

    _written(hand, "privacy.rights.mails.answered", change)


@breaks("beacons.in-mail")
def answers_to_a_message_that_go_to_another_company(hand: Hand) -> None:
    def change(mail: EmailMessage, message: ContactMessage) -> None:
        mail.reply_to = [ARCHIVE]

    _written(hand, "contact.mails.message_mail", change)


@breaks("beacons.in-mail")
def a_mail_that_comes_from_another_company(hand: Hand) -> None:
    def change(mail: EmailMessage, *_: object) -> None:
        mail.from_email = ARCHIVE

    _written(hand, "contact.mails.flood_mail", change)


@breaks("beacons.in-mail")
def a_copy_for_others_of_messages_with_a_number_abroad(hand: Hand) -> None:
    def change(mail: EmailMessage, message: ContactMessage) -> None:
        mail.bcc = [ARCHIVE] if message.phone.startswith("+") else []

    _written(hand, "contact.mails.message_mail", change)


@breaks("beacons.in-mail")
def a_mail_of_its_own_to_others_about_messages_with_a_number_abroad(hand: Hand) -> None:
    def change(mail: EmailMessage, message: ContactMessage) -> None:
        if message.phone.startswith("+"):
            EmailMessage("Somebody has written", "See there.", to=[ARCHIVE]).send()

    _written(hand, "contact.mails.message_mail", change)


@breaks("beacons.in-mail")
def a_receipt_that_tells_who_has_written_before(hand: Hand) -> None:
    def change(mail: EmailMessage, message: ContactMessage) -> None:
        before = ContactMessage.objects.exclude(email=message.email).order_by("-pk").first()
        mail.body += before.name if before else ""

    _written(hand, "contact.mails.acknowledgement_mail", change)


@breaks("beacons.in-mail")
def a_second_way_out_that_others_keep(hand: Hand) -> None:
    def written(*args: Any, **kwargs: Any) -> EmailMessage:
        mail = EmailMessage(*args, **kwargs)
        mail.extra_headers["List-Unsubscribe"] += ", <mailto:out@lists.test>"
        return mail

    hand.replace("downloads.watching.EmailMessage", written)


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def a_number_of_the_reader_behind_a_page_of_ours(hand: Hand) -> None:
    reference = "{{ message.reference }}"
    hand.template(
        "contact/mail/acknowledgement.txt",
        (reference, f"{reference}: {{{{ site_origin }}}}/privacy/#m-{{{{ message.pk }}}}"),
    )


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def a_link_without_a_scheme_to_who_counts_clicks(hand: Hand) -> None:
    hand.template(
        "privacy/policy/mail/notice.html", ("</body>", '<a href="//click.test/1">More</a></body>')
    )


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def a_page_of_ours_that_only_counts_who_comes(hand: Hand) -> None:
    def opened(request: HttpRequest, number: int) -> HttpResponse:
        return HttpResponse("")

    hand.patch.setattr(
        urls,
        "urlpatterns",
        [path("accounts/opened/<int:number>/", opened, name="opened"), *urls.urlpatterns],
    )
    clear_url_caches()
    hand.on_release(clear_url_caches)
    hand.template(
        "account/email/password_set_message.txt",
        ("{% url 'account_reset_password' %}", "/accounts/opened/{{ user.pk }}/"),
    )


@breaks("beacons.in-mail", way=Way.CONFIGURATION)
def all_mails_come_from_a_company_for_mailings(hand: Hand) -> None:
    def elsewhere(mail: EmailMessage, *_: object) -> None:
        mail.from_email = f"{settings.COMPANY.short_name} <news@mailings.test>"

    _written(hand, "newsletter.mails.confirmation_mail", elsewhere)


@breaks("security.against-misuse", way=Way.CONFIGURATION)
def a_mailed_link_that_logs_in(hand: Hand) -> None:
    hand.routes = frozenset({
        "account_login", "account_reset_password", "account_reset_password_from_key",
        "account_reset_password_from_key_done",
    })  # fmt: skip
    hand.settings.ACCOUNT_LOGIN_ON_PASSWORD_RESET = True


@breaks("downloads.notices")
def a_link_in_a_notice_that_runs_out(hand: Hand) -> None:
    signer = TimestampSigner(salt="downloads.watch")
    hand.replace("downloads.watching._SIGNER", signer)
    plain = signer.unsign
    hand.patch.setattr(signer, "unsign", lambda token: plain(token, max_age=30 * 86400))


@breaks("beacons.in-mail", in_sql=True)
def a_reader_who_is_exchanged_once_the_mail_is_stored(hand: Hand) -> None:
    def store(old: Callable[..., int], message: EmailMessage) -> int:
        stored = old(message)
        newest = OutboxMail.objects.order_by("-pk").values_list("pk", flat=True)[0]
        OutboxMail.objects.filter(pk=newest).update(recipient=ARCHIVE)
        return stored

    hand.wrap("outbox.backend.store_mail", store)


@breaks("beacons.in-mail", way=Way.ROWS)
def a_mail_that_waits_for_another_reader(hand: Hand) -> None:
    EmailMessage("Your request", "Hello.", to=["ada@example.com"]).send()
    OutboxMail.objects.filter(sent_at=None).update(recipient=ARCHIVE)
