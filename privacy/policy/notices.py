"""Telling people that a policy changes: by mail to registered people, and by a line on the site."""

from collections.abc import Callable, Iterable, Iterator

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from outbox.mass_mail import store_copies
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

Audience = Callable[[], Iterable[str]]
_audiences: dict[str, Audience] = {}


def register_audience(name: str, audience: Audience) -> None:
    """Have the addresses that `audience()` yields told of material changes: privacy knows nobody.

    It is iterated once while mails are written, and may be long: let it read by pages.
    """
    _audiences[name] = audience


def everybody() -> Iterator[str]:
    """Yield the addresses of all audiences. One that stands in two is yielded twice."""
    for audience in _audiences.values():
        yield from audience()


def announce(version: PolicyVersion) -> int:
    """Write the notices of a version that has just been posted; return how many.

    Once for each version, whoever calls: each notice is stored once, and the event says that all
    are. What was imported as history is announced to nobody.
    """
    if not unannounced().filter(pk=version.pk).exists():
        return 0
    count = 0
    if version.kind == Kind.MATERIAL:
        count = store_copies(_notice(version), everybody(), dedupe_key=_key(version))
    return count if _note_announced(version, count) else 0


@transaction.atomic
def _note_announced(version: PolicyVersion, count: int) -> bool:
    Policy.objects.select_for_update().get(pk=version.policy_id)
    if not unannounced().filter(pk=version.pk).exists():
        return False  # another worker was faster
    PolicyEvent.objects.create(
        version=version, kind=PolicyEvent.Kind.ANNOUNCED, note=f"{count} notices"
    )
    content_changed()
    return True


def announce_due() -> int:
    """Announce what has come to its day of posting; return how many notices were written."""
    return sum(announce(version) for version in unannounced())


def unannounced() -> PolicyVersionQuerySet:
    """Versions that readers can see and of which nobody has been told."""
    announced = PolicyEvent.objects.filter(version=OuterRef("pk"), kind=PolicyEvent.Kind.ANNOUNCED)
    posted: PolicyVersionQuerySet = PolicyVersion.objects.not_withdrawn()
    return posted.filter(~Exists(announced), imported=False, posted_at__lte=timezone.now())


@transaction.atomic
def acknowledge(version: PolicyVersion, *, by: AbstractBaseUser) -> None:
    """Note that somebody has read of a change. Twice is once."""
    PolicyAcknowledgement.objects.get_or_create(version=version, user_id=by.pk)


def _key(version: PolicyVersion) -> str:
    return f"policy-notice-{version.pk}"


def _notice(version: PolicyVersion) -> EmailMessage:
    paths, before = version.policy.paths, version.number - 1
    context = {
        "version": version,
        "policy": version.policy,
        "compare": paths.compare(before, version.number) if before else "",
    }
    return EmailMessage(
        subject=render_without_request("privacy/policy/mail/notice_subject.txt", context).strip(),
        body=render_without_request("privacy/policy/mail/notice.txt", context),
    )
