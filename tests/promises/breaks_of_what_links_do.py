"""Breaks of what a link, another site, a neighbour or an error may do: kinds that once passed unseen."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contact.models import ContactMessage
from privacy.rights.models import SubjectRequest
from sens_site.lib.http.same_origin import SameOriginMiddleware
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_mutants import _address
from tests.promises.breaks_of_walk import PROFILE, THANKS, WEBMASTER, answers, at
from tests.promises.hand import Hand

# --- a link that acts -----------------------------------------------------------------------------


@breaks("security.against-misuse")
def an_account_that_a_link_deletes(hand: Hand) -> None:
    def act(request: HttpRequest, _: HttpResponse) -> None:
        if request.GET.get("confirm") and request.user.is_authenticated:
            request.user.delete()

    answers(hand, at(PROFILE), act)


@breaks("security.against-misuse", in_sql=True)
def a_wish_for_promotion_that_a_link_takes_back(hand: Hand) -> None:
    def act(request: HttpRequest, _: HttpResponse) -> None:
        if request.GET.get("offers", "").lower() == "none":
            person = get_user_model().objects.filter(username=request.user.get_username())
            person.update(marketing_opt_in_at=None)

    answers(hand, at(THANKS), act)


@breaks("security.against-misuse")
def a_message_that_a_link_of_the_desk_deletes(hand: Hand) -> None:
    hand.routes = frozenset({"admin:index"})

    def act(request: HttpRequest, _: HttpResponse) -> None:
        if "drop" in request.GET:
            ContactMessage.objects.order_by("pk")[:1].get().delete()

    answers(hand, at("/admin/"), act)


@breaks("security.against-misuse")
def a_number_that_a_mere_look_leaves(hand: Hand) -> None:
    def act(request: HttpRequest, _: HttpResponse) -> None:
        person = get_user_model().objects.filter(username=request.user.get_username())
        person.update(last_login=timezone.now())

    answers(hand, at(PROFILE), act)


@breaks("security.against-misuse")
def a_stranger_who_names_an_account_in_a_link(hand: Hand) -> None:
    def act(request: HttpRequest, _: HttpResponse) -> None:
        get_user_model().objects.filter(email=request.GET.get("lock")).update(password="!")

    answers(hand, at("/accounts/login/"), act)


# --- what the ledger remembers --------------------------------------------------------------------


def _lines(hand: Hand, **changed: Any) -> None:
    hand.wrap(
        "privacy.datamap.ledger.line_for",
        lambda plain, *args, **kwargs: replace(
            line := plain(*args, **kwargs), **{k: v(line) for k, v in changed.items()}
        ),
    )


@breaks("account.kept-after-deletion")
def a_ledger_that_keeps_the_first_address_alone(hand: Hand) -> None:
    _lines(hand, addresses=lambda line: line.addresses[:1])


@breaks("account.kept-after-deletion")
def a_ledger_that_keeps_the_last_address_alone(hand: Hand) -> None:
    _lines(hand, addresses=lambda line: line.addresses[-1:])


@breaks("account.kept-after-deletion")
def a_ledger_that_forgets_former_addresses(hand: Hand) -> None:
    _lines(hand, former=lambda line: ())


@breaks("account.kept-after-deletion")
def a_ledger_whose_former_addresses_were_never_the_persons(hand: Hand) -> None:
    long_ago = datetime(2000, 1, 1, tzinfo=UTC).isoformat()
    _lines(hand, former=lambda line: tuple((one, long_ago) for one, _ in line.former))


@breaks("account.kept-after-deletion")
def a_replay_that_knows_accounts_alone(hand: Hand) -> None:
    hand.replace("privacy.datamap.replay.known_addresses", lambda: iter(()))


# --- a page of another site -----------------------------------------------------------------------


@breaks("security.against-misuse", way=Way.CONFIGURATION)
def another_site_that_is_trusted(hand: Hand) -> None:
    hand.settings.CSRF_TRUSTED_ORIGINS = ["https://evil.example"]


@breaks("security.against-misuse", way=Way.CONFIGURATION)
def every_site_below_a_domain_that_is_trusted(hand: Hand) -> None:
    hand.settings.CSRF_TRUSTED_ORIGINS = ["https://*.partners.example"]


@breaks("security.against-misuse")
def an_origin_that_only_begins_as_ours_does(hand: Hand) -> None:
    def begins(self: Any, request: HttpRequest) -> bool:
        ours = f"{request.scheme}://{request.get_host()}"
        return bool(request.META["HTTP_ORIGIN"].startswith(ours))

    hand.patch.setattr(SameOriginMiddleware, "_origin_verified", begins)


@breaks("security.against-misuse")
def a_sister_site_that_is_taken_for_ours(hand: Hand) -> None:
    plain = SameOriginMiddleware.process_view

    def process_view(self: Any, request: HttpRequest, *rest: Any) -> Any:
        if request.META.get("HTTP_SEC_FETCH_SITE") == "same-site":
            return None
        return plain(self, request, *rest)

    hand.patch.setattr(SameOriginMiddleware, "process_view", process_view)


@breaks("security.against-misuse")
def a_form_that_any_site_may_send(hand: Hand) -> None:
    hand.patch.setattr(_address("profile").callback, "csrf_exempt", True, raising=False)


@breaks("security.against-misuse")
def a_session_that_comes_from_nowhere(hand: Hand) -> None:
    hand.patch.setattr(SameOriginMiddleware, "_referer_is_ours", lambda *_: True)


# --- what one person sees of another --------------------------------------------------------------


@breaks("security.against-misuse", in_sql=True)
def thanks_by_the_name_of_who_wrote_last(hand: Hand) -> None:
    def thank(_: HttpRequest, answer: HttpResponse) -> None:
        last = ContactMessage.objects.exclude(name="").order_by("-pk").first()
        answer.content += f"<!-- {last.name if last else ''} -->".encode()

    answers(hand, at(THANKS), thank)


@breaks("security.against-misuse")
def a_page_with_the_requests_of_everybody(hand: Hand) -> None:
    def show(request: HttpRequest, answer: HttpResponse) -> None:
        if request.user.is_authenticated:
            words = SubjectRequest.objects.order_by("pk").values_list("text", flat=True)
            answer.content += " ".join(words).encode()

    answers(hand, at(PROFILE), show)


@breaks("security.against-misuse")
def a_file_for_machines_that_lists_customers(hand: Hand) -> None:
    def show(_: HttpRequest, answer: HttpResponse) -> None:
        names = get_user_model().objects.values_list("company", flat=True)
        answer.content += ", ".join(names).encode()

    answers(hand, at("/llms.txt"), show)
    hand.routes = frozenset({"llms"})


# --- what ends in an error ------------------------------------------------------------------------


def _fail(*_: Any) -> None:
    raise LookupError


@breaks("security.technical")
def a_page_that_ends_in_an_error(hand: Hand) -> None:
    answers(hand, at(THANKS), _fail)


@breaks("security.technical")
def a_form_that_ends_in_an_error(hand: Hand) -> None:
    """Where a whole number is typed, as the walk does."""
    answers(hand, lambda r: r.path == WEBMASTER and len(r.POST.get("phone", "")) > 5, _fail)


@breaks("security.technical")
def a_page_of_members_that_ends_in_an_error(hand: Hand) -> None:
    answers(hand, at(PROFILE), lambda request, _: _fail() if request.user.is_authenticated else 0)


@breaks("security.technical")
def an_answer_that_says_that_the_server_failed(hand: Hand) -> None:
    def spoil(_: HttpRequest, answer: HttpResponse) -> None:
        answer.status_code = 502

    answers(hand, at(THANKS, "HEAD"), spoil)
