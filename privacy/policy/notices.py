"""Telling people that a policy changes: by mail to registered people, and by a line on the site."""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from outbox.mass_mail import store_copies
from outbox.models import MassMailProgress, OutboxMail
from privacy.policy.head_log import append_heads, current_checkpoint
from privacy.policy.models import (
    Kind,
    Policy,
    PolicyAcknowledgement,
    PolicyEvent,
    PolicyVersion,
    PolicyVersionQuerySet,
)
from sens_site.context import render_without_request
from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.mail_html import with_look

Audience = Callable[[int], Iterable[tuple[int, str]]]
_audiences: dict[str, Audience] = {}


class OvertakenError(Exception):
    """Another worker writes the same notices, and has come further."""


def register_audience(name: str, audience: Audience) -> None:
    """Have people told of material changes: privacy knows nobody.

    `audience(after)` yields a number and an address of each person whose number is greater, in the
    order of the numbers. A person keeps theirs, whatever becomes of the address. It may be long:
    let it read by pages.
    """
    _audiences[name] = audience


def everybody() -> Iterator[str]:
    """Yield the addresses of all audiences. One that stands in two is yielded twice."""
    for audience in _audiences.values():
        yield from (address for _, address in audience(0))


def announce(version: PolicyVersion) -> int:
    """Write the notices of a version that has been posted; return how many this run wrote.

    Each person is written to once, whoever calls and however often that is broken off: with each
    batch is stored how far it goes, and the event says that it goes to the end. What was imported
    as history is announced to nobody. Meant for the worker: it takes many short transactions.
    """
    if not unannounced().filter(pk=version.pk).exists():
        return 0
    written = 0
    if version.kind == Kind.MATERIAL:
        append_heads(at_once=True)  # so that the checkpoint in the mail covers this version
        message = notice_mail(version)
        try:
            for name in _audiences:
                written += _write_to(name, version, message)
        except OvertakenError:
            return written
    _note_announced(version)
    return written


def _write_to(name: str, version: PolicyVersion, message: EmailMessage) -> int:
    progress, _ = MassMailProgress.objects.get_or_create(dedupe_key=_key(version), audience=name)
    reached = progress.reached

    def people() -> Iterator[str]:
        nonlocal reached
        for number, address in _audiences[name](progress.reached):
            reached = number
            yield address

    def note(stored: int) -> None:
        mine = MassMailProgress.objects.filter(pk=progress.pk, reached=progress.reached)
        if not mine.update(reached=reached, written=F("written") + stored):
            raise OvertakenError
        progress.reached = reached

    return store_copies(message, people(), dedupe_key=_key(version), note=note)


@transaction.atomic
def _note_announced(version: PolicyVersion) -> None:
    Policy.objects.select_for_update().get(pk=version.policy_id)
    if not unannounced().filter(pk=version.pk).exists():
        return  # another worker was faster
    note = f"{notices_written(version)} notices"
    PolicyEvent.objects.create(version=version, kind=PolicyEvent.Kind.ANNOUNCED, note=note)
    MassMailProgress.objects.filter(dedupe_key=_key(version)).delete()
    content_changed()


def tell_what_was_missed(addresses: AbstractSet[str], *, since: datetime) -> int:
    """Write to one person the notices that others were written since a moment; return how many.

    Meant for who was not to be written to meanwhile. What is still being written may have come past
    them: it counts as well, and who is told twice is told once.
    """
    gone_by = Q(events__kind=PolicyEvent.Kind.ANNOUNCED, events__at__gte=since) | Q(
        pk__in=[version.pk for version in unannounced() if _is_begun(version)]
    )
    material: PolicyVersionQuerySet = PolicyVersion.objects.not_withdrawn()
    missed = list(material.filter(gone_by, kind=Kind.MATERIAL).distinct().order_by("pk"))
    if not missed:
        return 0
    theirs = sorted({address for address in everybody() if address in addresses})
    return sum(
        store_copies(notice_mail(version), theirs, dedupe_key=_key(version)) for version in missed
    )


def _is_begun(version: PolicyVersion) -> bool:
    return MassMailProgress.objects.filter(dedupe_key=_key(version)).exists()


def notices_written(version: PolicyVersion) -> int:
    """Return how many notices have been written so far, while it is not done."""
    rows = MassMailProgress.objects.filter(dedupe_key=_key(version))
    return rows.aggregate(all=Sum("written"))["all"] or 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the notices of a version, as far as the outbox still knows."""

    sent: int
    given_up: int
    waiting: int
    acknowledged: int

    @property
    def words(self) -> str:
        """The same for staff."""
        return (
            f"In the outbox: {self.sent} sent, {self.given_up} came back or were given up, "
            f"{self.waiting} waiting. {self.acknowledged} acknowledged on the site."
        )


def figures_of(version: PolicyVersion) -> Figures:
    """Count the notices of a version."""
    mails = OutboxMail.objects.filter(dedupe_key=_key(version))
    return Figures(
        sent=mails.sent().count(),
        given_up=mails.parked().count(),
        waiting=mails.waiting().count(),
        acknowledged=PolicyAcknowledgement.objects.filter(version=version).count(),
    )


def announce_due() -> int:
    """Announce what has come to its day of posting; return how many notices were written."""
    return sum(announce(version) for version in unannounced())


def unannounced() -> PolicyVersionQuerySet:
    """Versions that readers can see and of which nobody has been told."""
    announced = PolicyEvent.objects.filter(version=OuterRef("pk"), kind=PolicyEvent.Kind.ANNOUNCED)
    posted: PolicyVersionQuerySet = PolicyVersion.objects.not_withdrawn()
    return posted.filter(~Exists(announced), imported=False, posted_at__lte=timezone.now())


def told_too_late() -> int:
    """Return how many notices still wait to be sent though their version has taken effect.

    What was written after all others is for who was not to be written to before (`tell_what_was_missed`).
    """
    announced = PolicyEvent.objects.filter(version=OuterRef("pk"), kind=PolicyEvent.Kind.ANNOUNCED)
    effective = PolicyVersion.objects.filter(
        imported=False, effective_on__lte=timezone.localdate()
    ).annotate(announced_at=Subquery(announced.values("at")))
    waiting = OutboxMail.objects.waiting()
    return sum(
        waiting.filter(
            dedupe_key=_key(version), created_at__lte=version.announced_at or timezone.now()
        ).count()
        for version in effective.defer_bodies()
    )


@transaction.atomic
def acknowledge(version: PolicyVersion, *, by: AbstractBaseUser) -> None:
    """Note that somebody has read of a change. Twice is once."""
    PolicyAcknowledgement.objects.get_or_create(version=version, user_id=by.pk)


def _key(version: PolicyVersion) -> str:
    return f"policy-notice-{version.pk}"


def notice_mail(version: PolicyVersion) -> EmailMultiAlternatives:
    """Return the notice of a version, for nobody yet.

    The lines that vouch for the record stand in its plain text alone: there no program that shows
    HTML changes them.
    """
    paths = version.policy.paths
    # A number may be missing: what was withdrawn before it was posted can be compared with nothing.
    earlier = PolicyVersion.objects.public(version.policy.slug).filter(number__lt=version.number)
    before = earlier.values_list("number", flat=True).first()
    context = {
        "version": version,
        "policy": version.policy,
        "has_taken_effect": version.effective_on <= timezone.localdate(),
        "compare": paths.compare(before, version.number) if before else "",
        "checkpoint": current_checkpoint(),
    }
    mail = EmailMultiAlternatives(
        subject=render_without_request("privacy/policy/mail/notice_subject.txt", context).strip(),
        body=render_without_request("privacy/policy/mail/notice.txt", context),
    )
    page = render_without_request("privacy/policy/mail/notice.html", context)
    mail.attach_alternative(with_look(page), "text/html")
    return mail
