"""Breaks of the promise that documents are the files that were published."""

from typing import Any

from downloads.models import Document, Watch
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

UNCHANGED = "downloads.unchanged"


@breaks(UNCHANGED, in_sql=True)
def a_look_that_takes_each_file_for_unchanged(hand: Hand) -> None:
    hand.replace("downloads.verification.look_at", lambda sha256: ("", 15))


@breaks(UNCHANGED, in_sql=True)
def a_look_that_reads_no_more_than_the_size(hand: Hand) -> None:
    hand.replace(
        "downloads.verification.digest_of", lambda content: content.name.rpartition("/")[2]
    )


@breaks(UNCHANGED, in_sql=True)
def a_look_that_takes_a_lost_file_for_unchanged(hand: Hand) -> None:
    def look(old: Any, sha256: str) -> tuple[str, int]:
        found: tuple[str, int] = old(sha256)
        return ("", 15) if found[0] == "missing" else found

    hand.wrap("downloads.verification.look_at", look)


@breaks(UNCHANGED, way=Way.CONFIGURATION)
def a_look_once_in_a_month(hand: Hand) -> None:
    from outbox.jobs import registered_jobs

    (job,) = [one for one in registered_jobs() if one.name == "verify documents"]
    hand.frozen(job, "every_seconds", 30 * 24 * 3600)


@breaks(UNCHANGED, way=Way.CONFIGURATION)
def a_page_that_shows_another_hash(hand: Hand) -> None:
    hand.template("downloads/document.html", ("shown.sha256", "shown.file_name"))


@breaks(UNCHANGED, way=Way.ROWS)
def a_document_whose_file_was_changed(hand: Hand) -> None:
    from django.utils import timezone

    from downloads.models import DocumentVersion

    DocumentVersion.objects.update(damaged_since=timezone.now())


@breaks(UNCHANGED, way=Way.ROWS)
def a_document_that_nobody_has_looked_at_for_days(hand: Hand) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from downloads.models import DocumentVersion

    DocumentVersion.objects.update(checked_at=timezone.now() - timedelta(days=3))


@breaks(UNCHANGED, in_sql=True)
def earlier_versions_that_are_taken_for_unchanged(hand: Hand) -> None:
    def note(old: Any, states: dict[int, str], now: Any) -> None:
        current = {one.current.pk for one in Document.objects.all() if one.current}
        old({pk: state if pk in current else "" for pk, state in states.items()}, now)

    hand.wrap("downloads.verification._note", note)


@breaks("downloads.notices", in_sql=True)
def who_watches_a_document_watches_its_neighbours(hand: Hand) -> None:
    def watch(document: Document, *, user: Any) -> None:
        for one in Document.objects.filter(kind=document.kind).order_by("pk")[:5]:
            Watch.objects.get_or_create(user_id=user.pk, document=one)
        Watch.objects.get_or_create(user_id=user.pk, document=document)

    hand.replace("downloads.watching.watch", watch)
