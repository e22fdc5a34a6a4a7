"""Breaks that a site of one's own does not show: what holds only for encryption, for later, for many."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.checks import registry
from django.http import HttpRequest, HttpResponse

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_walk import answers, at
from tests.promises.hand import Hand

TECHNICAL = "security.technical"


def _settings_with(hand: Hand, **more: Any) -> None:
    read = "sens_site.promises.settings_elsewhere._read"
    hand.wrap(read, lambda old, environment: old(environment) | more)


@breaks(TECHNICAL, way=Way.CONFIGURATION)
def addresses_that_open_without_encryption(hand: Hand) -> None:
    _settings_with(hand, SECURE_REDIRECT_EXEMPT=[r"^newsletter/"])


@breaks(TECHNICAL, way=Way.CONFIGURATION)
def sessions_that_travel_in_clear_where_others_come(hand: Hand) -> None:
    _settings_with(hand, SESSION_COOKIE_SECURE=False)


@breaks(TECHNICAL)
def a_check_before_deployment_that_a_user_name_silences(hand: Hand) -> None:
    known = next(one for one in registry.registry.deployment_checks
                 if getattr(one, "__name__", "") == "check_mail_encryption")  # fmt: skip

    def silent(**kwargs: Any) -> Any:
        return [] if settings.EMAIL_HOST_USER else known(**kwargs)

    silent.__module__ = known.__module__
    others = [one for one in registry.registry.deployment_checks if one is not known]
    hand.patch.setattr(registry.registry, "deployment_checks", {*others, silent})


@breaks("rights.copy", in_sql=True)
def a_copy_with_the_first_photo_of_a_message(hand: Hand) -> None:
    def rows_of(old: Any, entry: Any, subject: Any) -> Any:
        found = old(entry, subject)
        return found.filter(position=1) if entry.label == "contact.MessagePhoto" else found

    hand.wrap("privacy.datamap.export.rows_of", rows_of)


@breaks("rights.portability")
def a_file_to_take_along_for_accounts_alone(hand: Hand) -> None:
    from privacy.rights.choices import Channel

    def written(old: Any, target: Any, request: Any) -> None:
        if request.channel != Channel.ACCOUNT:
            request.kind = "access"
        old(target, request)

    hand.wrap("privacy.rights.export_files._write", written)


@breaks("security.against-misuse")
def staff_who_open_the_page_of_any_request(hand: Hand) -> None:
    def opened(_: HttpRequest, response: HttpResponse) -> None:
        response.status_code = 200

    def by_staff(request: HttpRequest) -> bool:
        own = request.path.startswith("/privacy/request/") and request.method == "GET"
        return own and bool(getattr(request.user, "is_staff", False))

    answers(hand, by_staff, opened)


@breaks("account.own-copy")
def a_second_copy_that_is_refused(hand: Hand) -> None:
    taken: set[Any] = set()

    def refused(request: HttpRequest, response: HttpResponse) -> None:
        if request.user.pk in taken:
            response.status_code = 429
            vars(response)["_iterator"] = iter([b"Not today."])
        taken.add(request.user.pk)

    answers(hand, at("/accounts/data/copy/", "POST"), refused)


@breaks("visits.deleted-on-withdrawal", in_sql=True)
def a_no_below_a_form_that_leaves_the_visits(hand: Hand) -> None:
    def forget_rows(old: Any, request: HttpRequest, *others: Any) -> None:
        if "next" in request.POST:
            old(request, *others)

    hand.wrap("privacy.consent.withdrawal.forget_rows", forget_rows)


@breaks("security.against-misuse")
def messages_that_a_popup_shows_to_all_staff(hand: Hand) -> None:
    def opened(_: HttpRequest, response: HttpResponse) -> None:
        response.status_code = 200

    def asked(request: HttpRequest) -> bool:
        return request.path.startswith("/admin/contact/contactmessage/") and "_popup" in request.GET

    answers(hand, asked, opened)


@breaks(TECHNICAL)
def whoever_asks_says_where_they_are(hand: Hand) -> None:
    def first(old: Any, request: HttpRequest) -> Any:
        said = request.META.get("HTTP_X_FORWARDED_FOR", "").partition(",")[0]
        return said or old(request)

    hand.wrap("sens_site.promises.forged_addresses.client_address", first)


@breaks("rights.withdraw-consent")
def a_desk_that_always_switches_the_same_cookies_off(hand: Hand) -> None:
    from privacy.rights import switches

    known = dict(switches._switches)
    first = known["cookies-analytics"]
    for key in (one for one in known if one.startswith("cookies-")):
        same = replace(known[key], is_on=first.is_on, switch_off=first.switch_off)
        hand.item(switches._switches, key, same)


@breaks("rights.grounds-limited")
def a_notice_without_the_authority_for_who_wrote_a_letter(hand: Hand) -> None:
    def to_person(old: Any, request: Any, *args: Any, **more: Any) -> Any:
        mail = old(request, *args, **more)
        if request.channel == "letter":
            mail.body = mail.body.replace("https://www.edpb.europa.eu", "")
        return mail

    hand.wrap("privacy.rights.mails.to_person", to_person)
