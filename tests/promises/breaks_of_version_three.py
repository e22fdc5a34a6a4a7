"""Breaks of what version 3 of the policy says anew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from accounts.models import User
from privacy.datamap.registry import entries
from privacy.promises.outside.looking import SCRIPT
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.intake import open_request
from privacy.rights.models import RequestEvent, SubjectRequest
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_people import leave_out
from tests.promises.breaks_of_walk import answers, at
from tests.promises.hand import Hand
from visits.models import PageView

MAILS = "privacy/rights/mail/"


def ago(**period: int) -> Any:
    return timezone.now() - timedelta(**period)


# --- the cookie of a known browser ----------------------------------------------------------------


@breaks("cookies.known-device", way=Way.CONFIGURATION)
def a_browser_that_is_known_for_a_year(hand: Hand) -> None:
    hand.replace("accounts.known_devices.MAX_AGE", 365 * 24 * 3600)


@breaks("cookies.known-device", way=Way.CONFIGURATION)
def a_browser_that_is_known_for_181_days(hand: Hand) -> None:
    hand.replace("accounts.known_devices.MAX_AGE", 181 * 24 * 3600)


@breaks("cookies.known-device", way=Way.CONFIGURATION)
def a_known_browser_that_tells_every_page(hand: Hand) -> None:
    hand.replace("accounts.known_devices.PATH", "/")


@breaks("cookies.known-device")
def a_known_browser_that_names_its_owner(hand: Hand) -> None:
    hand.replace("accounts.known_devices._mark", lambda number, login: login)


@breaks("cookies.known-device")
def a_browser_that_is_marked_before_any_log_in(hand: Hand) -> None:
    answers(
        hand,
        at("/accounts/login/"),
        lambda _, answer: answer.set_cookie("__Secure-known_device", "a"),
    )


@breaks("cookies.known-device")
def a_known_browser_that_counts_for_nothing(hand: Hand) -> None:
    hand.replace("accounts.adapter.known_device", lambda request, login: "")


@breaks("cookies.known-device")
def a_known_browser_that_scripts_can_read(hand: Hand) -> None:
    def readable(old: Any, response: Any, user: Any) -> None:
        old(response, user)
        response.cookies["__Secure-known_device"]["httponly"] = ""

    hand.wrap("accounts.adapter.remember_device", readable)


# --- our own visit statistics ---------------------------------------------------------------------


@breaks("visits.what-is-kept", way=Way.ROWS)
def a_column_that_the_policy_does_not_list(hand: Hand) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE visits_pageview ADD COLUMN browser varchar(200) NULL")


@breaks("visits.what-is-kept", way=Way.ROWS)
def a_view_with_the_query_of_its_address(hand: Hand) -> None:
    PageView.objects.create(visit=uuid4(), visitor=uuid4(), path="/?email=a@b.test", entry=True)


@breaks("visits.what-is-kept", way=Way.ROWS)
def a_view_with_the_whole_page_that_led_here(hand: Hand) -> None:
    PageView.objects.create(
        visit=uuid4(), visitor=uuid4(), path="/", entry=True, referring_host="a.test/search?q=me"
    )


@breaks("visits.what-is-kept")
def a_view_with_the_address_of_the_connection(hand: Hand) -> None:
    hand.wrap("visits.report._host", lambda old, request, name: request.META["REMOTE_ADDR"])


@breaks("visits.what-is-kept")
def a_view_with_the_account_of_who_opened_it(hand: Hand) -> None:
    hand.wrap("visits.report._host", lambda old, request, name: request.user.get_username())


@breaks("visits.what-is-kept", "visits.deleted-on-withdrawal", "cookies.recognize-return")
def one_number_for_all_browsers_of_a_day(hand: Hand) -> None:
    hand.replace("visits.services.uuid4", lambda: UUID(int=7, version=4))


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def views_of_earlier_visits_that_stay(hand: Hand) -> None:
    def last_alone(*, visitor: UUID) -> int:
        last = PageView.objects.filter(visitor=visitor).order_by("-pk")[:1]
        return PageView.objects.filter(pk__in=list(last.values_list("pk", flat=True))).delete()[0]

    hand.replace("visits.withdrawal.forget_visitor", last_alone)


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def everybodys_views_that_go_with_ones_own(hand: Hand) -> None:
    hand.replace(
        "visits.withdrawal.forget_visitor", lambda *, visitor: PageView.objects.all().delete()[0]
    )


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def views_that_wait_for_a_job_to_delete_them(hand: Hand) -> None:
    hand.replace("visits.withdrawal.number_in", lambda request, cookie: None)


# --- your choices ---------------------------------------------------------------------------------


@breaks("choices.page", "rights.complaint-to-us")
def a_page_that_takes_no_complaint(hand: Hand) -> None:
    from privacy.rights.forms import RequestForm

    field: Any = RequestForm.base_fields["kind"]
    hand.patch.setattr(field, "choices", [one for one in field.choices if one[0] != "complaint"])


@breaks("choices.page")
def a_request_that_every_address_opens(hand: Hand) -> None:
    hand.replace(
        "privacy.rights.views.find_by_status",
        lambda reference, token: SubjectRequest.objects.filter(reference=reference).first(),
    )


@breaks("choices.page", way=Way.CONFIGURATION)
def a_request_that_cannot_be_followed(hand: Hand) -> None:
    hand.template(f"{MAILS}acknowledged.txt", ("{{ status_url }}", ""))


@breaks("choices.page", way=Way.CONFIGURATION)
def a_page_that_hides_how_a_request_ended(hand: Hand) -> None:
    hand.template(
        "privacy/rights/status.html",
        ("{{ event.get_did_display }}", ""),
        ("{{ found.state }}", "Open"),
    )


@breaks("choices.page", way=Way.CONFIGURATION)
def a_policy_that_does_not_lead_to_the_choices(hand: Hand) -> None:
    hand.policy_text('href="/privacy/choices/"', 'href="/contact/"')


# --- one's own copy -------------------------------------------------------------------------------


@breaks("account.own-copy", in_sql=True)
def a_copy_without_messages(hand: Hand) -> None:
    hand.frozen(entries()["contact.ContactMessage"], "exported", False)


@breaks("account.own-copy", way=Way.CONFIGURATION)
def a_page_that_hides_the_telephone_number(hand: Hand) -> None:
    hand.template(
        "accounts/data.html",
        ('{% firstof said "not given" %}', "{% if forloop.first %}{{ said }}{% endif %}"),
    )


@breaks("account.own-copy", way=Way.CONFIGURATION)
def a_page_that_does_not_lead_to_the_copy(hand: Hand) -> None:
    hand.template("accounts/data.html", ("{% url 'accounts:export' %}", "/contact/"))
    leave_out(hand, "accounts:export")


@breaks("account.own-copy", in_sql=True)
def a_copy_of_everybody(hand: Hand) -> None:
    def everybody(old: Any, entry: Any, subject: Any) -> Any:
        return entry.model._base_manager.all()

    hand.wrap("privacy.datamap.export.rows_of", everybody)


# --- direct marketing -----------------------------------------------------------------------------


@breaks("rights.object-to-marketing", in_sql=True)
def an_objection_that_changes_nothing(hand: Hand) -> None:
    hand.replace("privacy.rights.objections._heeds", {})


@breaks("rights.object-to-marketing", in_sql=True)
def an_objection_by_whoever_types_the_address(hand: Hand) -> None:
    def at_once(old: Any, request: Any) -> None:
        from privacy.rights.objections import heed_objection

        old(request)
        heed_objection(request)

    hand.wrap("privacy.rights.intake._announce", at_once)


@breaks("rights.object-to-marketing", way=Way.CONFIGURATION)
def an_objection_that_is_mailed_no_link(hand: Hand) -> None:
    hand.template(f"{MAILS}acknowledged.txt", ("{{ link }}", ""))


@breaks("rights.object-to-marketing", way=Way.CONFIGURATION)
def an_objection_that_needs_a_reason(hand: Hand) -> None:
    from privacy.rights.forms import RequestForm

    hand.patch.setattr(RequestForm.base_fields["text"], "label", "Your reason")
    hand.patch.setattr(RequestForm.base_fields["text"], "required", True)


@breaks("rights.object-to-marketing", way=Way.ROWS)
def somebody_who_gets_news_in_spite_of_an_objection(hand: Hand) -> None:
    email = "still@customer.test"
    asked = open_request(kind=Kind.OBJECTION, name="N", email=email, text="", channel=Channel.FORM)
    RequestEvent.objects.create(request=asked, did=Did.IDENTITY_PROVED, proof="link")
    User.objects.create(username="still", email=email, marketing_opt_in_at=ago(days=9))


# --- refusals and complaints ----------------------------------------------------------------------


@breaks("rights.refusal-if-not-shown")
def a_refusal_of_whom_everybody_knows(hand: Hand) -> None:
    def refused(old: Any, request: Any, *, ground: Any, **more: Any) -> Any:
        proof = type(request).proof
        type(request).proof = None
        try:
            return old(request, ground=ground, **more)
        finally:
            type(request).proof = proof

    hand.wrap("privacy.rights.services.refuse", refused)


@breaks("rights.refusal-if-not-shown")
def a_fee_from_whom_nobody_knows(hand: Hand) -> None:
    from privacy.rights.choices import Ground

    hand.replace("privacy.rights.services.FEE_GROUNDS", frozenset(Ground))


@breaks("rights.refusal-if-not-shown", way=Way.CONFIGURATION)
def a_refusal_that_does_not_name_its_ground(hand: Hand) -> None:
    hand.template(f"{MAILS}refused.txt", ("{{ ground }}", ""))


@breaks("rights.refusal-if-not-shown", way=Way.ROWS)
def somebody_known_who_was_refused_as_unknown(hand: Hand) -> None:
    asked = open_request(
        kind=Kind.ACCESS, name="N", email="known@customer.test", text="?", channel=Channel.FORM
    )
    RequestEvent.objects.create(request=asked, did=Did.IDENTITY_PROVED, proof="link")
    RequestEvent.objects.create(request=asked, did=Did.REFUSED, ground="not-shown")


@breaks("rights.complaint-to-us")
def a_complaint_that_has_to_prove_who_it_is(hand: Hand) -> None:
    others = frozenset({Kind.OBJECTION, Kind.QUESTION, Kind.WITHDRAWAL})
    hand.replace("privacy.rights.models.NEEDS_NO_PROOF", others)


@breaks("rights.complaint-to-us")
def a_complaint_that_is_due_some_day(hand: Hand) -> None:
    def later(old: Any, received: Any, zone: Any) -> Any:
        due = old(received, zone)
        return replace(due, due_on=due.due_on + timedelta(days=1))

    hand.wrap("privacy.rights.intake.deadline_for", later)


@breaks("rights.complaint-to-us", way=Way.CONFIGURATION)
def an_answer_to_a_complaint_without_its_words(hand: Hand) -> None:
    hand.template(f"{MAILS}answered.txt", ("{{ answer }}", ""))


@breaks("rights.complaint-to-us", way=Way.ROWS)
def a_complaint_that_nobody_answered(hand: Hand) -> None:
    open_request(
        kind=Kind.COMPLAINT,
        name="N",
        email="waiting@customer.test",
        text="Nobody answers.",
        channel=Channel.FORM,
        received_at=ago(days=100),
    )


# --- the public record ----------------------------------------------------------------------------


@breaks("gdpr.public-record", way=Way.CONFIGURATION)
def a_record_that_names_no_basis(hand: Hand) -> None:
    hand.template("privacy/datamap/record.html", ("{{ activity.purpose.basis.title }}", ""))


@breaks("gdpr.public-record", way=Way.CONFIGURATION)
def a_record_without_periods(hand: Hand) -> None:
    hand.template("privacy/datamap/record.html", ("{{ holding.period_words }}", "some time"))


@breaks("gdpr.public-record")
def a_record_that_leaves_messages_out(hand: Hand) -> None:
    hand.wrap(
        "privacy.datamap.record.personal_entries",
        lambda old: [entry for entry in old() if entry.label != "contact.ContactMessage"],
    )


@breaks("gdpr.public-record")
def a_record_for_people_who_log_in(hand: Hand) -> None:
    answers(hand, at("/privacy/record/"), lambda _, answer: setattr(answer, "status_code", 403))


@breaks("gdpr.public-record")
def another_record_for_machines(hand: Hand) -> None:
    def fewer(old: Any) -> Any:
        data = old()
        data["dpv:hasProcess"] = data["dpv:hasProcess"][:3]
        return data

    hand.wrap("privacy.datamap.views.as_json", fewer)


def _told_to_machines(hand: Hand, change: Callable[[Any], None]) -> None:
    def told(old: Any) -> Any:
        data = old()
        change(data)
        return data

    hand.wrap("privacy.datamap.views.as_json", told)


@breaks("gdpr.public-record")
def another_period_for_machines(hand: Hand) -> None:
    def change(data: Any) -> None:
        for process in data["dpv:hasProcess"]:
            for one in process["dpv:hasPersonalData"]:
                one["dpv:hasStorageCondition"] = one["dpv:hasStorageCondition"][:1]

    _told_to_machines(hand, change)


@breaks("gdpr.public-record")
def another_country_for_machines(hand: Hand) -> None:
    def change(data: Any) -> None:
        data["dpv:hasDataProcessor"][0]["dpv:hasCountry"] = "Atlantis"
        data["dpv:hasDataProcessor"][0]["dpv:hasName"] = "Somebody"

    _told_to_machines(hand, change)


@breaks("gdpr.public-record")
def a_record_of_periods_that_no_policy_gives(hand: Hand) -> None:
    kept = next(keep for keep in entries()["downloads.DownloadRecord"].keep)
    hand.frozen(kept, "said", "as long as we want")


@breaks("gdpr.public-record", way=Way.CONFIGURATION)
def a_record_that_does_not_say_to_which_country(hand: Hand) -> None:
    hand.template("privacy/datamap/record.html", ("to the United", "to another"))


# --- the proof behind each number, and the program ------------------------------------------------


def _program(hand: Hand, text: str) -> None:
    def answer(_: Any, response: HttpResponse) -> None:
        response.status_code, response.content = 200, text.encode()
        response.headers["Content-Type"] = "text/plain; charset=utf-8"

    answers(hand, at("/privacy/verify.py"), answer)


@breaks("policy.verifier")
def a_program_that_needs_more_than_python(hand: Hand) -> None:
    _program(hand, "import urllib\nimport requests\n")


@breaks("policy.verifier", measured=True)
def a_program_that_is_none(hand: Hand) -> None:
    _program(hand, "It will be here soon.")


@breaks("policy.verifier")
def a_program_that_nobody_reads(hand: Hand) -> None:
    _program(hand, "import urllib\n" + "x = 1\n" * 250)


@breaks("policy.verifier")
def a_program_that_sees_no_cookie(hand: Hand) -> None:
    whole = SCRIPT.read_text("utf-8")
    blind = whole.replace("[a for a in answers if a.cookies]", "[]")
    assert blind != whole
    _program(hand, blind)


@breaks("policy.verifier")
def a_program_that_always_ends_well(hand: Hand) -> None:
    whole = SCRIPT.read_text("utf-8")
    content = whole.replace("return 1 if broken else", "return 0 if broken else")
    assert content != whole
    _program(hand, content)


@breaks("policy.verifier", way=Way.CONFIGURATION)
def a_policy_that_does_not_name_the_program(hand: Hand) -> None:
    hand.policy_text('href="/privacy/verify.py"', 'href="/contact/"')


@breaks("policy.verifier", way=Way.CONFIGURATION)
def a_promise_page_without_its_state(hand: Hand) -> None:
    hand.template("privacy/promises/promise.html", ("{{ row.state_words }}", ""))
