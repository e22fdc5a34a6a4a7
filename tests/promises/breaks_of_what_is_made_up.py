"""Breaks that a link somebody makes up shows, a log-in, or the page of what is held of a person."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import Http404
from django.utils import timezone

from downloads.models import Watch
from newsletter.models import Subscriber
from privacy.consent.grants import Grant
from privacy.rights.objections import _heeds
from tests.promises.breaks import breaks
from tests.promises.hand import Hand
from visits.models import PageView


@breaks("downloads.notices", in_sql=True)
def notices_that_anybody_ends_who_counts(hand: Hand) -> None:
    def watches_of(old: Any, token: str) -> Any:
        number = token.partition(":")[0]
        return Watch.objects.filter(pk=number) if number.isdecimal() else None

    hand.wrap("downloads.watching.watches_of", watches_of)


@breaks("downloads.notices", in_sql=True)
def notices_that_end_by_half_a_signature(hand: Hand) -> None:
    def watches_of(old: Any, token: str) -> Any:
        number, _, signature = token.partition(":")
        return Watch.objects.filter(pk=number) if len(signature) > 40 else old(token)

    hand.wrap("downloads.watching.watches_of", watches_of)


@breaks("banner.reject-equals-accept")
def a_no_that_a_log_in_forgets(hand: Hand) -> None:
    def of_nobody(old: Any, stored: dict[str, str]) -> dict[str, str]:
        return {
            key: str(replace(grant, after=0))
            for key, entry in stored.items()
            if (grant := Grant.read(entry))
        }

    hand.wrap("privacy.consent.cookie_corrections.of_nobody", of_nobody)


@breaks("consent.only-by-act")
def a_change_of_facts_that_staff_call_one_of_wording(hand: Hand) -> None:
    hand.replace("privacy.consent.offer.switches.only_words_differ", lambda old, new: old != new)


@breaks("account.kept-after-deletion")
def a_restore_that_leaves_the_copy_of_the_ledger(hand: Hand) -> None:
    hand.wrap("privacy.datamap.ledger.take_over", lambda old, records: old([]))


@breaks("rights.object-to-marketing", in_sql=True)
def an_objection_that_counts_for_readers_alone(hand: Hand) -> None:
    heeded = _heeds["newsletter"]

    def stop_newsletter(subject: Any) -> None:
        if Subscriber.objects.filter(email__in=subject.addresses).exists():
            heeded(subject)

    hand.item(_heeds, "newsletter", stop_newsletter)


@breaks("account.own-copy")
def versions_that_were_shown_and_are_not_listed(hand: Hand) -> None:
    def rows_of(old: Any, user: Any) -> Any:
        found = old(user)
        found["acceptances"] = [one for one in found["acceptances"] if one.detail != "shown"]
        return found

    hand.wrap("accounts.views.rows_of", rows_of)


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def views_that_get_another_number(hand: Hand) -> None:
    def forget_visitor(old: Any, visitor: Any) -> int:
        return int(PageView.objects.filter(visitor=visitor).update(visitor=uuid4(), visit=uuid4()))

    hand.wrap("visits.withdrawal.forget_visitor", forget_visitor)


@breaks("use.policy-changes", in_sql=True)
def a_version_that_is_told_of_on_its_day_alone(hand: Hand) -> None:
    hand.wrap(
        "privacy.policy.notices.unannounced",
        lambda old: old().filter(posted_at__gt=timezone.now() - timedelta(days=1)),
    )


@breaks("security.against-misuse", in_sql=True)
def a_lost_link_that_tells_who_reads(hand: Hand) -> None:
    def mail_links(old: Any, email: str) -> None:
        if not Subscriber.objects.filter(email=email).exists():
            raise Http404
        old(email)

    hand.wrap("newsletter.subscribing.mail_links", mail_links)
