"""Breaks that note what somebody does in a table that is there for something else."""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest

from accounts.adapter import AccountAdapter
from accounts.middleware import StaffSecondFactorMiddleware
from audit_log.services import Kind, record
from contact.models import CannedAnswer
from contact.services import Submission, receive_message
from downloads.models import Document, DownloadRecord, Watch
from newsletter.models import Topic
from newsletter.subscribing import SignUp, sign_up
from tests.promises.breaks import breaks
from tests.promises.breaks_of_downloads import a_version
from tests.promises.breaks_of_walk import answers, at, visits
from tests.promises.hand import Hand


@breaks("usage.details", in_sql=True)
def the_log_ins_of_customers_in_the_list_of_who_did_what(hand: Hand) -> None:
    plain = AccountAdapter.login

    def login(self: AccountAdapter, request: HttpRequest, user: Any) -> None:
        plain(self, request, user)
        if not user.is_staff:
            record(Kind.LOGGED_IN, "Logged in.", actor=user, place=request.path)

    hand.replace("accounts.adapter.AccountAdapter.login", login)


@breaks("usage.details", in_sql=True)
def who_writes_to_sales_in_a_table_that_is_said_to_be_about_nobody(hand: Hand) -> None:
    def receive(old: Any, submission: Submission, **more: Any) -> Any:
        CannedAnswer.objects.get_or_create(title=submission.email, text=submission.name)
        return old(submission, **more)

    hand.wrap("contact.views.receive_message", receive)


@breaks("usage.time-and-areas", "cookies.several-types")
def a_session_that_holds_which_pages_a_customer_opens(hand: Hand) -> None:
    plain = StaffSecondFactorMiddleware.__call__

    def noted(self: Any, request: Any) -> Any:
        if request.user.is_authenticated and not request.user.is_staff:
            trail = request.session.get("recently_viewed", [])
            request.session["recently_viewed"] = [*trail[-19:], request.path]
        return plain(self, request)

    hand.patch.setattr(StaffSecondFactorMiddleware, "__call__", noted)


@breaks("information.account-profile", in_sql=True)
def a_profile_that_learns_from_another_form(hand: Hand) -> None:
    def learn(request: HttpRequest) -> None:
        if request.POST.get("phone"):
            account = get_user_model().objects.filter(email=request.POST.get("email", ""))
            account.update(phone=request.POST["phone"])

    visits(hand, learn)


@breaks("consent.only-by-act", in_sql=True)
def a_newsletter_for_who_asks_something_else(hand: Hand) -> None:
    def subscribe(request: HttpRequest) -> None:
        if email := request.POST.get("email", "").lower():
            sign_up(SignUp(email, tuple(Topic.objects.all()), "You write to us"))

    visits(hand, subscribe)


@breaks("downloads.recorded", in_sql=True)
def a_record_of_a_download_that_was_none(hand: Hand) -> None:
    version = a_version()

    def note(request: HttpRequest) -> None:
        if request.user.is_authenticated:
            DownloadRecord.objects.create(user=request.user, version=version)

    visits(hand, note)


@breaks("downloads.notices", in_sql=True)
def notices_for_who_has_asked_a_question(hand: Hand) -> None:
    document = Document.objects.create(number="broken", title="Broken", kind="manual")

    def watch(request: HttpRequest) -> None:
        if request.user.is_authenticated:
            Watch.objects.get_or_create(user=request.user, document=document)

    visits(hand, watch)


@breaks("information.communications-kept", in_sql=True)
def a_message_of_who_has_only_logged_in(hand: Hand) -> None:
    def note(request: HttpRequest) -> None:
        receive_message(
            Submission(
                name="X", email="x@example.com", phone="", message="Hello", wants_contact=False
            )
        )

    answers(hand, at("/accounts/login/", "POST"), lambda request, _: note(request))
