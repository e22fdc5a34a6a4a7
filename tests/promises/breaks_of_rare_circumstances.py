"""Breaks that wait: for an answer, for years, for an address that is typed, for somebody’s second act."""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from contact.models import ContactMessage
from tests.promises.breaks import breaks
from tests.promises.breaks_of_walk import answers
from tests.promises.hand import Hand


@breaks("rights.restriction")
def a_restriction_that_ends_with_the_answer(hand: Hand) -> None:
    from privacy.datamap import holds
    from privacy.rights import restrictions
    from privacy.rights.models import SubjectRequest

    def of_open_requests() -> Any:
        rows = SubjectRequest.objects.open().exclude(restricted_at=None).exclude(email="")
        return (request.subject for request in rows)

    known = [one for one in holds._holds if one is not restrictions.restricted_people]
    hand.patch.setattr(holds, "_holds", [*known, of_open_requests])


@breaks("security.against-misuse")
def a_second_factor_that_only_looking_asks_for(hand: Hand) -> None:
    from accounts.middleware import StaffSecondFactorMiddleware

    asked = StaffSecondFactorMiddleware.__call__

    def call(self: Any, request: Any) -> Any:
        return asked(self, request) if request.method == "GET" else self.get_response(request)

    hand.patch.setattr(StaffSecondFactorMiddleware, "__call__", call)


@breaks("changes.earlier-versions")
def versions_that_go_after_some_years(hand: Hand) -> None:
    from privacy.policy.models import PolicyVersionQuerySet

    public = PolicyVersionQuerySet.public

    def lately(self: Any, slug: str) -> Any:
        return public(self, slug).filter(posted_at__gt=timezone.now() - timedelta(days=3 * 365))

    hand.patch.setattr(PolicyVersionQuerySet, "public", lately)


@breaks("security.against-misuse")
def a_typed_address_that_counts_as_proven(hand: Hand) -> None:
    from allauth.account.models import EmailAddress

    def typed(user_id: int) -> list[tuple[str]]:
        return list(EmailAddress.objects.filter(user=user_id).values_list("email"))

    hand.replace("accounts.data_subject._verified", typed)


@breaks("security.against-misuse")
def messages_of_whoever_is_named(hand: Hand) -> None:
    """Also of who has no account, and whose address somebody has typed."""
    hand.replace("contact.views.subject_of", _known_by_all_names)


def _known_by_all_names(user: User) -> Any:
    from privacy.datamap.subjects import subject_of

    known = subject_of(user)
    return known.with_addresses(known.names)


@breaks("retention.messages")
def doubles_that_nobody_closes(hand: Hand) -> None:
    def close(old: Any, message: Any, **by: Any) -> Any:
        doubles = list(message.doubles.values_list("pk", flat=True))
        closed = old(message, **by)
        waiting: dict[str, Any] = {"state": "waiting", "answered_at": None, "answered_by": None}
        ContactMessage.objects.filter(pk__in=doubles).update(**waiting)
        return closed

    hand.wrap("contact.services.close", close)


@breaks("downloads.counted")
def a_download_that_is_noted_in_the_shared_cache(hand: Hand) -> None:
    def fetching(request: Any) -> bool:
        return str(request.path).endswith("/fetch/")

    answers(hand, fetching, lambda request, _: cache.set(f"limit:{request.path}", 1, timeout=60))


@breaks("consent.only-by-act")
def a_sign_up_that_agrees_to_other_mail(hand: Hand) -> None:
    def subscribe(old: Any, person: Any, asked: Any) -> Any:
        User.objects.filter(pk=person.pk).update(marketing_opt_in_at=timezone.now())
        return old(person, asked)

    hand.wrap("newsletter.subscribing.subscribe_account", subscribe)


@breaks("rights.withdraw-consent")
def refusals_that_are_counted_by_network(hand: Hand) -> None:
    """A limit that was meant for programs keeps the last one of an office from refusing."""
    from privacy.consent.services import TooManyReceiptsError

    refused: list[Any] = []

    def record(old: Any, outcome: Any, **more: Any) -> Any:
        if not outcome.granted:
            refused.append(outcome)
        if len(refused) > 30:
            raise TooManyReceiptsError(60)
        return old(outcome, **more)

    hand.wrap("privacy.consent.services.record_choice", record)


@breaks("rights.answer-within-30-days")
def a_kind_by_one_form_that_has_more_time(hand: Hand) -> None:
    from privacy.rights.choices import Channel, Kind

    def store(old: Any, fingerprint: str, moment: Any, **fields: Any) -> Any:
        slow = fields["kind"] == Kind.COMPLAINT and fields["channel"] == Channel.CONTACT
        return old(fingerprint, moment + timedelta(days=7) if slow else moment, **fields)

    hand.wrap("privacy.rights.intake._store", store)


@breaks("use.website-changes")
def announcements_that_go_after_five_years(hand: Hand) -> None:
    from news.models import NewsItemQuerySet

    public = NewsItemQuerySet.public

    def lately(self: Any, *args: Any, **kwargs: Any) -> Any:
        rows = public(self, *args, **kwargs)
        return rows.filter(published_at__gt=timezone.now() - timedelta(days=5 * 365))

    hand.patch.setattr(NewsItemQuerySet, "public", lately)
