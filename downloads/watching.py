"""Telling people that a document has a new version: those who asked, once for each version.

The mailed link names one watch by a signed number. It opens nothing else and never runs out: whoever
finds the mail years later still ends it by one click.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from downloads.models import Document, DocumentVersion, Watch, WatchNotice
from outbox.models import NOTICE, OutboxMail
from sens_site.context import render_without_request
from sens_site.lib.written_query import WrittenQuery

NEWS_FOR = timedelta(days=30)
"""A version of which nobody could be told for longer than this is no news any more."""
_SIGNER = Signer(salt="downloads.watch")


_own_watch = WrittenQuery(
    lambda user_id, number: (
        Watch.objects.order_by().filter(user=user_id, document__number=number).values_list("pk")
    )
)


def is_watching(user_id: int, number: str) -> bool:
    """Tell whether somebody has asked to hear of new versions of a document."""
    return bool(_own_watch(user_id, number))


@transaction.atomic
def watch(document: Document, *, user: AbstractBaseUser) -> None:
    """Have somebody told of each new version from now on. Asked twice is asked once."""
    Watch.objects.get_or_create(user_id=user.pk, document=document)


@transaction.atomic
def stop_watching(watches: QuerySet[Watch]) -> None:
    """Tell nobody of these any more, not even by what has been written and waits to be sent."""
    for one in watches:
        OutboxMail.objects.waiting().filter(dedupe_key__startswith=_key(one)).delete()
    watches.delete()


def token_of(one: Watch) -> str:
    """Return what stands for a watch in the address of its mailed link."""
    return _SIGNER.sign(str(one.pk))


def watches_of(token: str) -> QuerySet[Watch] | None:
    """Return the watch that a token stands for, if it still is; None for a token of nobody's."""
    try:
        return Watch.objects.filter(pk=int(_SIGNER.unsign(token)))
    except BadSignature:
        return None


def untold() -> QuerySet[Watch]:
    """Return the watches of people who have not been told of a version, with `version_id`."""
    now = timezone.now()
    told = WatchNotice.objects.filter(watch=OuterRef("pk"), version=OuterRef("version_id"))
    versions = DocumentVersion.objects.offered(now).filter(publish_at__gt=now - NEWS_FOR)
    watches = Watch.objects.filter(
        user__is_active=True,
        document__versions__in=versions,
        since__lt=F("document__versions__publish_at"),
    )
    return watches.annotate(version_id=F("document__versions")).filter(~Exists(told))


def tell_watchers() -> int:
    """Write to everybody who has not been told of a version; return how many mails that made."""
    return sum(_tell(one.pk, one.version_id) for one in untold().order_by("pk"))  # type: ignore[attr-defined]  # added by `untold`


@transaction.atomic
def _tell(watch_pk: int, version_pk: int) -> bool:
    one = Watch.objects.select_for_update().filter(pk=watch_pk).first()
    if one is None:
        return False  # ended since it was looked up
    version = DocumentVersion.objects.select_related("document").defer("text").get(pk=version_pk)
    _, first = WatchNotice.objects.get_or_create(watch=one, version=version)
    if first:
        notice_mail(one, version).send()
    return first


def notice_mail(one: Watch, version: DocumentVersion) -> EmailMessage:
    """Write the mail: what is new, and two ways to end it, one of them the mail program's own."""
    ends_at = settings.SITE_ORIGIN + reverse("downloads:unwatch", args=[token_of(one)])
    context = {"document": version.document, "version": version, "ends_at": ends_at}
    subject = render_without_request("downloads/mail/new_version_subject.txt", context)
    return EmailMessage(
        " ".join(subject.split()),
        render_without_request("downloads/mail/new_version.txt", context),
        to=[one.user.email],
        headers={
            "X-Purpose": NOTICE,
            "X-Dedupe-Key": f"{_key(one)}{version.pk}",
            "List-Id": f"<documents.{settings.SITE_HOST}>",
            # RFC 8058: the mail program ends it by one POST, without a page.
            "List-Unsubscribe": f"<{ends_at}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _key(one: Watch) -> str:
    return f"document-watch-{one.pk}-"
