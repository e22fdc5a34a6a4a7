"""Accounts that nobody uses: a notice, and an end some time after it (policy: retention).

Signing in at any time before the end keeps the account. Staff are left out: what they made for the
site has nothing to do with how often they sign in.
"""

import logging
from datetime import datetime

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.data_subject import ERASED_DOMAIN
from accounts.erasure import IDLE, erase_account
from accounts.models import KEY_START, IdleNotice, User
from outbox.models import OutboxMail
from privacy.datamap.erasure import NothingToEraseError
from privacy.datamap.holds import held_accounts
from privacy.datamap.periods import Period
from sens_site.context import render_without_request

logger = logging.getLogger(__name__)

UNUSED = Period(years=1)
GRACE = Period(days=30)
CAP = 200
"""How many accounts one run notifies or ends: a wrong clock must not end them all."""


def idle_since(moment: datetime) -> QuerySet[User]:
    """Return customers who have not signed in since a moment, longest idle first.

    Without those whose information is only to be stored: they asked for it not to be deleted.
    """
    return (
        User.objects.filter(is_staff=False, is_superuser=False)
        .exclude(email__endswith=f"@{ERASED_DOMAIN}")
        .exclude(pk__in=held_accounts())
        .alias(seen_at=Coalesce("last_login", "date_joined"))
        .filter(seen_at__lt=moment)
        .order_by("seen_at", "pk")
    )


def notify_idle(*, now: datetime | None = None) -> int:
    """Tell people whose account has been idle so long what will happen; return how many."""
    moment = now or timezone.now()
    told = 0
    quiet = idle_since(UNUSED.before(moment))
    known = IdleNotice.objects.values("user")
    for user in quiet.exclude(pk__in=known)[:CAP]:
        told += _notify(user, moment)
    return told


@transaction.atomic
def _notify(user: User, moment: datetime) -> bool:
    notice, created = IdleNotice.objects.get_or_create(user=user, defaults={"queued_at": moment})
    if created:
        EmailMessage(
            f"Your account has not been used for {UNUSED.words}",
            render_without_request(
                "accounts/idle.txt", {"unused": UNUSED, "ends_on": GRACE.after(moment)}
            ),
            to=[user.email],
            headers={"X-Purpose": "notice", "X-Dedupe-Key": notice.mail_key},
        ).send()
    return created


@transaction.atomic
def note_sent_notices() -> None:
    """Note when each notice went out; forget those whose mail is gone, so that it is sent anew.

    The outbox keeps the line of a mail for 14 days after it was sent, so this runs more often.
    """
    open_notices = {notice.mail_key: notice for notice in IdleNotice.objects.filter(sent_at=None)}
    mails = OutboxMail.objects.filter(dedupe_key__startswith=KEY_START)
    for key, sent_at in mails.values_list("dedupe_key", "sent_at").iterator():
        notice = open_notices.pop(str(key), None)
        if notice is not None and sent_at is not None:
            notice.sent_at = sent_at
            notice.save(update_fields=["sent_at"])
    for notice in open_notices.values():
        notice.delete()


@transaction.atomic
def forget_notices() -> int:
    """Forget the notices of people who have signed in since."""
    returned = [
        notice.pk
        for notice in IdleNotice.objects.select_related("user")
        if notice.user.last_login is not None and notice.user.last_login >= notice.queued_at
    ]
    deleted, _ = IdleNotice.objects.filter(pk__in=returned).delete()
    return deleted


def end_idle(*, now: datetime | None = None) -> int:
    """Erase accounts whose notice is old enough and whose person has not come back."""
    moment = now or timezone.now()
    note_sent_notices()
    forget_notices()
    over = IdleNotice.objects.filter(sent_at__lte=GRACE.before(moment)).values("user")
    ended = 0
    for user in idle_since(UNUSED.before(moment)).filter(pk__in=over)[:CAP]:
        try:
            erase_account(user, cause=IDLE)
        except NothingToEraseError:
            continue
        ended += 1
    if ended:
        logger.info("idle accounts: %d ended", ended)
    return ended
