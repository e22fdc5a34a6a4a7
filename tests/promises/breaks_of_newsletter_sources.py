"""Breaks that are of readers of one source only, or of those who leave in one way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from newsletter.models import Issue, Subscriber
from outbox import bulk
from privacy.datamap.registry import entries
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_newsletter_readers import a_reader
from tests.promises.hand import Hand


@breaks("mail.unsubscribe-link", in_sql=True)
def a_link_that_ends_nothing_for_who_came_by_the_account(hand: Hand) -> None:
    def found(old: Any, token: str, use: str) -> Subscriber | None:
        reader: Subscriber | None = old(token, use)
        return None if reader and reader.source == "account" else reader

    hand.wrap("newsletter.views._confirmed_reader", found)


@breaks("mail.unsubscribe-link", "retention.newsletter", "rights.object-to-marketing", in_sql=True)
def a_parked_reader_who_cannot_leave(hand: Hand) -> None:
    def ended(old: Any, reader: Subscriber, **facts: Any) -> bool:
        return not reader.parked_at and bool(old(reader, **facts))

    for room in ("unsubscribing", "reader_admin"):
        hand.wrap(f"newsletter.{room}.end_subscription", ended)


@breaks("retention.newsletter", in_sql=True)
def a_step_of_the_desk_that_ends_nothing(hand: Hand) -> None:
    hand.replace("newsletter.reader_admin.end_subscription", lambda reader: False)


@breaks("retention.newsletter", in_sql=True)
def an_account_that_refuses_for_its_first_address_alone(hand: Hand) -> None:
    def first(old: Any, person: Any) -> list[str]:
        return sorted(old(person))[:1]

    hand.wrap("newsletter.unsubscribing.proven_addresses_of", first)


@breaks("newsletter.confirmed", "use.promotional-mail", in_sql=True)
def a_list_that_confirms_by_its_proof(hand: Hand) -> None:
    def confirmed(old: Any, rows: Any) -> list[Subscriber]:
        asked: list[Subscriber] = old(rows)
        Subscriber.objects.filter(pk__in=[one.pk for one in asked]).update(
            state="confirmed", confirmed_at=timezone.now(), confirmed_by="import"
        )
        return asked

    hand.wrap("newsletter.importing.import_rows", confirmed)


@breaks("newsletter.confirmed", "use.promotional-mail", in_sql=True)
def staff_who_confirm_what_was_held(hand: Hand) -> None:
    from newsletter import subscribing

    hand.replace(
        "newsletter.reader_admin.release_held",
        lambda reader: subscribing._confirm(reader, Subscriber.Means.LINK),
    )


@breaks("newsletter.confirmed", way=Way.ROWS)
def a_reader_confirmed_by_a_mail_that_was_never_written(hand: Hand) -> None:
    a_reader(written_at=None)


@breaks("newsletter.confirmed", way=Way.ROWS)
def a_reader_confirmed_by_the_list_alone(hand: Hand) -> None:
    a_reader(confirmed_by="import", source="import")


@breaks("newsletter.confirmed", way=Way.ROWS)
def a_reader_who_confirmed_when_the_link_was_over(hand: Hand) -> None:
    a_reader(created_at=timezone.now() - timedelta(days=20))


@breaks("newsletter.confirmed", "use.promotional-mail", in_sql=True)
def an_issue_that_leaves_for_who_has_left(hand: Hand) -> None:
    hand.item(
        bulk._registry,
        "newsletter",
        replace(bulk._registry["newsletter"], may_leave=lambda _: True),
    )


@breaks("newsletter.unconfirmed", in_sql=True)
def a_sign_up_that_stays_once_it_was_reminded(hand: Hand) -> None:
    keep = next(one for one in entries()["newsletter.Subscriber"].keep if one.clock)
    hand.frozen(keep, "rows", lambda rows: rows.filter(reminded_at=None).exclude(state="confirmed"))


@breaks("newsletter.archive", in_sql=True)
def an_archive_of_two_years(hand: Hand) -> None:
    def public(rows: Any) -> Any:
        young = timezone.now() - timedelta(days=730)
        return rows.filter(started_at__gt=young).order_by("-started_at", "-pk")

    hand.replace("newsletter.models.issues.IssueQuerySet.public", public)


@breaks("newsletter.archive", in_sql=True)
def an_archive_without_what_was_stopped(hand: Hand) -> None:
    def public(rows: Any) -> Any:
        begun = rows.exclude(started_at=None).exclude(state=Issue.State.STOPPED)
        return begun.order_by("-started_at", "-pk")

    hand.replace("newsletter.models.issues.IssueQuerySet.public", public)
