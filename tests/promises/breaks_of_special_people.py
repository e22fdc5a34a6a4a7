"""Breaks that hold for a few only: who is held, who gave an address up, whose nginx is old, page two."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied

from sens_site.lib.deploy import nginx
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_looks import served_with
from tests.promises.hand import Hand

MISUSE, GUARDS = "security.against-misuse", "security.technical"


@breaks("mail.unsubscribe-link")
def a_way_out_that_is_shut_for_who_is_held(hand: Hand) -> None:
    from newsletter import unsubscribing
    from privacy.datamap.holds import is_held

    end = unsubscribing.end_subscription
    hand.replace(
        "newsletter.unsubscribing.end_subscription",
        lambda reader, **why: not is_held(reader) and end(reader, **why),
    )


@breaks("downloads.notices")
def notices_that_go_on_for_who_is_held(hand: Hand) -> None:
    from downloads import watching
    from privacy.datamap.holds import is_held

    stop = watching.stop_watching

    def stopped(watches: Any) -> None:
        if not any(is_held(one) for one in watches):
            stop(watches)

    hand.replace("downloads.watching.stop_watching", stopped)


@breaks("account.delete")
def a_deletion_that_is_shut_for_who_is_held(hand: Hand) -> None:
    from accounts.erasure import plan_for
    from privacy.datamap.holds import is_held

    def planned(user: Any) -> Any:
        if is_held(user):
            raise PermissionDenied
        return plan_for(user)

    hand.replace("accounts.views.plan_for", planned)


@breaks(MISUSE)
def a_second_page_with_messages_of_whoever_is_named(hand: Hand) -> None:
    def named(rows: Any, subject: Any) -> Any:
        return rows.filter(email__in=subject.names).order_by("-received_at", "pk")

    hand.replace("contact.models.ContactMessageQuerySet.of", named)


@breaks(MISUSE)
def mails_of_others_that_can_be_tried_again(hand: Hand) -> None:
    from outbox.admin import OutboxMailAdmin
    from outbox.models import OutboxMail

    shown = OutboxMailAdmin.get_queryset

    def chosen(self: Any, request: Any) -> Any:
        return OutboxMail.objects.all() if request.method == "POST" else shown(self, request)

    hand.patch.setattr(OutboxMailAdmin, "get_queryset", chosen)


def _told_elsewhere(hand: Hand, old: str, new: str, **machine: Any) -> None:
    """Have the command print something else on some machines."""

    def other(front: nginx.Front, published: nginx.Part | None = None) -> str:
        text = plain(front, published)
        assert old in text, f"nginx is not told {old!r}"
        return text.replace(old, new) if replace(front, **machine) == front else text

    plain = nginx.configuration
    hand.replace("sens_site.promises.front_server.configuration", other)


@breaks(GUARDS, way=Way.CONFIGURATION)
def an_old_server_in_front_that_encrypts_as_long_ago(hand: Hand) -> None:
    _told_elsewhere(hand, "TLSv1.2 TLSv1.3", "TLSv1 TLSv1.1 TLSv1.2", version=(1, 18, 0))


@breaks(GUARDS, way=Way.CONFIGURATION)
def a_server_in_front_that_believes_whoever_asks(hand: Hand) -> None:
    old, new = "X-Forwarded-For $remote_addr", "X-Forwarded-For $proxy_add_x_forwarded_for"

    def other(front: nginx.Front, published: nginx.Part | None = None) -> str:
        return plain(front, published).replace(old, new)

    plain = nginx.configuration
    hand.replace("sens_site.promises.front_server.configuration", other)


@breaks("footer.privacy-and-legal", "newsletter.sign-up", way=Way.CONFIGURATION)
def a_footer_that_is_gone_while_something_is_to_be_corrected(hand: Hand) -> None:
    served_with(hand, 'body:has(main [aria-invalid="true"]) > footer { display: none; }')


@breaks("site.register-and-login", way=Way.CONFIGURATION)
def a_login_that_is_gone_while_something_is_to_be_corrected(hand: Hand) -> None:
    served_with(hand, 'body:has(main [aria-invalid="true"]) .account { visibility: hidden; }')
