"""Breaks in places that no link leads to, and in what arises beside the answers."""

import logging
import secrets
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, path
from django.utils.html import escape

from accounts.session_store import SessionStore
from sens_site import urls
from sens_site.lib.http.csp import ContentSecurityPolicyMiddleware
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

THANKS, WEBMASTER, PROFILE = (
    "/contact/webmaster/thanks/",
    "/contact/webmaster/",
    "/accounts/profile/",
)
PIXEL = '<img src="https://pixel.test/p.gif" width="1" height="1" alt="">'
Change = Callable[[HttpRequest, HttpResponse], object]


def answers(hand: Hand, wanted: Callable[[HttpRequest], bool], change: Change) -> None:
    """Change some answers when their views are done with them."""
    plain = ContentSecurityPolicyMiddleware.__call__

    def changed(self: Any, request: Any) -> HttpResponse:
        response = plain(self, request)
        if wanted(request):
            change(request, response)
        return response

    hand.patch.setattr(ContentSecurityPolicyMiddleware, "__call__", changed)


def at(address: str, method: str = "GET") -> Callable[[HttpRequest], bool]:
    return lambda request: request.path == address and request.method == method


def visits(hand: Hand, act: Callable[[HttpRequest], object], method: str = "POST") -> None:
    """Do something whenever the form to the webmaster is sent, or something else is."""
    answers(hand, at(WEBMASTER, method), lambda request, _: act(request))


def on_thanks(hand: Hand, html: str) -> None:
    hand.template("contact/thanks.html", ("<h2>What happens", f"{html}<h2>What happens"))


# --- cookies --------------------------------------------------------------------------------------


@breaks("cookies.none-before-consent")
def a_number_of_their_own_for_each_who_comes(hand: Hand) -> None:
    def numbered(request: HttpRequest, response: HttpResponse) -> None:
        response.headers["ETag"] = f'"{secrets.token_hex(8)}"'

    answers(hand, lambda request: request.path == THANKS, numbered)


@breaks("cookies.none-before-consent", "cookies.several-types")
def a_cookie_on_the_page_after_the_contact_form(hand: Hand) -> None:
    answers(hand, at(THANKS), lambda _, answer: answer.set_cookie("seen", "1"))


@breaks("cookies.none-before-consent", "cookies.several-types")
def a_cookie_on_one_promise(hand: Hand) -> None:
    hand.routes = frozenset({"promises:promises", "promises:promise"})
    answers(hand, at("/privacy/p/77/"), lambda _, answer: answer.set_cookie("seen", "1"))


@breaks("cookies.none-before-consent", "cookies.several-types", "security.technical", measured=True)
def a_cookie_in_a_header_of_its_own(hand: Hand) -> None:
    def header(_: HttpRequest, answer: HttpResponse) -> None:
        answer.headers["Set-Cookie"] = "seen=1; Path=/; Secure; HttpOnly; SameSite=Lax"

    answers(hand, at(THANKS), header)


@breaks("cookies.none-before-consent", "cookies.several-types", "security.technical")
def a_cookie_on_pages_that_are_kept_ready(hand: Hand) -> None:
    def marked(plain: Any, headers: Any, *rest: Any) -> Any:
        return plain([*headers, ("Set-Cookie", "seen=1; Path=/; Secure; HttpOnly")], *rest)

    hand.wrap("sens_site.lib.cache.page_cache.make_page", marked)


@breaks("cookies.several-types")
def a_cookie_on_the_answer_to_a_form(hand: Hand) -> None:
    answers(hand, at(WEBMASTER, "POST"), lambda _, answer: answer.set_cookie("wrote", "1"))


@breaks("cookies.several-types")
def a_cookie_on_what_is_refused(hand: Hand) -> None:
    def mark(_: HttpRequest, answer: HttpResponse) -> None:
        if answer.status_code == 405:
            answer.set_cookie("wrong", "1")

    answers(hand, lambda request: request.method == "POST", mark)


@breaks("cookies.several-types", way=Way.CONFIGURATION)
def a_session_for_a_year(hand: Hand) -> None:
    def longer(_: HttpRequest, answer: HttpResponse) -> None:
        if settings.SESSION_COOKIE_NAME in answer.cookies:
            answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] = 365 * 24 * 3600

    answers(hand, at("/accounts/login/", "POST"), longer)


@breaks("cookies.several-types", way=Way.CONFIGURATION)
def a_choice_that_every_site_can_use(hand: Hand) -> None:
    hand.settings.COOKIE_CONSENT_SAMESITE = "None"


# --- what pages load and run ----------------------------------------------------------------------


@breaks("cookies.none-before-consent", "beacons.in-pages", way=Way.CONFIGURATION)
def a_pixel_on_the_page_after_the_contact_form(hand: Hand) -> None:
    def opened(_: HttpRequest, answer: HttpResponse) -> None:
        answer.headers["Content-Security-Policy"] = "default-src 'none'; img-src https://pixel.test"

    on_thanks(hand, PIXEL)
    answers(hand, at(THANKS), opened)


@breaks("cookies.none-before-consent", way=Way.CONFIGURATION)
def a_style_that_is_fetched_elsewhere(hand: Hand) -> None:
    on_thanks(hand, '<p style="background: URL( //pixel.test/b.png )">.</p>')


@breaks("cookies.none-before-consent", way=Way.CONFIGURATION)
def a_picture_of_several_sizes_elsewhere(hand: Hand) -> None:
    on_thanks(hand, '<img srcset="/a.png 1x, HTTPS://pixel.test/a.png 2x" alt="A">')


@breaks("cookies.none-before-consent", "beacons.in-pages", way=Way.CONFIGURATION)
def a_connection_made_ahead(hand: Hand) -> None:
    on_thanks(hand, '<link rel="preconnect" href="https://pixel.test">')


@breaks("cookies.none-before-consent")
def a_style_sheet_with_a_font_of_others(hand: Hand) -> None:
    def fonts(_: HttpRequest, answer: Any) -> None:
        answer.streaming_content = [b"@import 'https://fonts.test/a.css';"]

    answers(hand, at("/static/css/site.css"), fonts)


@breaks("cookies.none-before-consent", "cookies.disabled-costs-features")
def a_way_over_another_site(hand: Hand) -> None:
    def away(_: HttpRequest, answer: HttpResponse) -> None:
        answer.status_code, answer.headers["Location"] = 302, "https://count.test/?to=thanks"

    answers(hand, at(THANKS), away)


@breaks("cookies.none-before-consent", "beacons.in-pages")
def a_pixel_in_each_entry_of_a_feed(hand: Hand) -> None:
    def counted(_: HttpRequest, answer: HttpResponse) -> None:
        answer.content = answer.content.replace(b"</feed>", escape(PIXEL).encode() + b"</feed>")

    hand.routes = frozenset({"downloads:feed"})
    answers(hand, at("/downloads/feed.atom"), counted)


@breaks("beacons.in-pages", way=Way.CONFIGURATION)
def a_link_that_reports_who_follows_it(hand: Hand) -> None:
    on_thanks(hand, '<a href="/" ping="/visits/">Home</a>')


@breaks("usage.time-and-areas", way=Way.CONFIGURATION)
def a_script_on_one_error_page(hand: Hand) -> None:
    script = '{% if status == 405 %}<script src="/static/visits/visit.js"></script>{% endif %}'
    hand.template("errors/error.html", ("<p>{{ advice }}</p>", f"<p>{{{{ advice }}}}</p>{script}"))


@breaks("usage.time-and-areas")
def a_message_that_says_from_which_page_its_sender_came(hand: Hand) -> None:
    def with_page(plain: Any, request: Any, form: Any) -> Any:
        plain_words = form.data
        form.data = plain_words.copy()
        came_from = request.headers.get("Referer", "")
        form.data["message"] = f"{plain_words.get('message', '')} (from {came_from})"
        return plain(request, form)

    hand.wrap("contact.views._receive", with_page)


@breaks("usage.time-and-areas", way=Way.CONFIGURATION)
def a_handler_of_an_element(hand: Hand) -> None:
    on_thanks(hand, '<p onmouseover="report()">.</p>')


# --- headers and caches ---------------------------------------------------------------------------


@breaks("security.technical")
def a_header_that_one_page_lacks(hand: Hand) -> None:
    answers(hand, at(THANKS), lambda _, answer: answer.headers.pop("X-Content-Type-Options"))


@breaks("security.technical")
def a_header_that_reports(hand: Hand) -> None:
    def report(_: HttpRequest, answer: HttpResponse) -> None:
        answer.headers["NEL"] = '{"report_to": "x", "max_age": 1}'

    answers(hand, at(THANKS), report)


@breaks("security.technical")
def a_profile_that_caches_may_keep(hand: Hand) -> None:
    def public(_: HttpRequest, answer: HttpResponse) -> None:
        answer.headers["Cache-Control"] = "public, max-age=600"

    answers(hand, at(PROFILE), public)


@breaks("security.technical")
def refusals_that_may_be_framed(hand: Hand) -> None:
    answers(
        hand,
        lambda request: request.path == "/" and request.method == "POST",
        lambda _, answer: answer.headers.pop("X-Frame-Options"),
    )


@breaks("security.technical", way=Way.CONFIGURATION)
def a_secret_link_in_a_log(hand: Hand) -> None:
    hand.routes = frozenset({"rights:request_status", "rights:request_withdraw"})
    hand.replace("sens_site.lib.http.log_filters.SecretPathFilter.filter", lambda *_: True)
    root = logging.getLogger()
    hand.on_release(partial(root.setLevel, root.level))
    root.setLevel(logging.INFO)  # as the site is delivered


@breaks("security.technical")
def a_password_in_a_profile(hand: Hand) -> None:
    def keep(request: HttpRequest, _: HttpResponse) -> None:
        person = get_user_model().objects.filter(username=request.POST.get("username"))
        person.update(position=request.POST.get("password1", ""))

    hand.routes = frozenset({"account_signup"})
    answers(hand, at("/accounts/register/", "POST"), keep)


@breaks("security.technical")
def a_view_that_nobody_looks_at(hand: Hand) -> None:
    def hidden(request: HttpRequest, word: str) -> HttpResponse:
        return HttpResponse("")

    hand.patch.setattr(
        urls, "urlpatterns", [path("hidden/<word>/", hidden, name="hidden"), *urls.urlpatterns]
    )
    hand.routes = frozenset({"contact:thanks", "hidden"})
    clear_url_caches()
    hand.on_release(clear_url_caches)


# --- what is written down -------------------------------------------------------------------------


@breaks("usage.ip-address")
def a_log_of_every_address(hand: Hand) -> None:
    visits(hand, lambda r: logging.getLogger("access").info("%s", r.META["REMOTE_ADDR"]), "GET")


@breaks("usage.ip-address")
def an_address_in_the_session(hand: Hand) -> None:
    def keep(request: HttpRequest) -> None:
        request.session["from"] = request.META["REMOTE_ADDR"]
        request.session.save()

    answers(hand, at("/accounts/login/", "POST"), lambda request, _: keep(request))


@breaks("usage.ip-address", way=Way.ROWS)
def an_address_of_a_visitor_in_a_row(hand: Hand) -> None:
    def note(request: HttpRequest) -> None:
        get_user_model().objects.update(phone=request.META["REMOTE_ADDR"])

    visits(hand, note)


@breaks("usage.ip-address", way=Way.CONFIGURATION)
def addresses_as_keys_of_the_cache(hand: Hand) -> None:
    visits(hand, lambda request: cache.set(f"limit:{request.META['REMOTE_ADDR']}", 1))


@breaks("usage.details")
def a_log_of_browsers(hand: Hand) -> None:
    visits(
        hand,
        lambda r: logging.getLogger("x").warning("by", extra={"b": r.headers.get("User-Agent")}),
    )


@breaks("usage.details")
def a_file_beside_the_database(hand: Hand) -> None:
    target = Path(settings.STATIC_ROOT).parent / "visits.txt"
    visits(hand, lambda _: target.open("a").close())
    hand.on_release(lambda: target.unlink(missing_ok=True))


@breaks("information.communications-kept")
def a_log_of_who_wrote(hand: Hand) -> None:
    visits(hand, lambda request: logging.getLogger("contact").info(request.POST.get("email")))


@breaks("information.communications-kept")
def a_text_that_is_printed(hand: Hand) -> None:
    visits(hand, lambda request: print(request.POST.get("message"), file=sys.stdout))


@breaks("information.communications-kept")
def a_text_in_the_session(hand: Hand) -> None:
    plain = SessionStore.encode

    def keep(self: Any, data: Any) -> str:
        return plain(self, data)

    def note(request: HttpRequest) -> None:
        request.session["draft"] = request.POST.get("message", "")
        request.session.save()

    hand.patch.setattr(SessionStore, "encode", keep, raising=False)
    visits(hand, note)


@breaks("information.communications-kept")
def an_address_for_mail_in_the_cache(hand: Hand) -> None:
    visits(hand, lambda request: cache.set("last", {"by": request.POST.get("email")}))


# --- mails and other machines ---------------------------------------------------------------------


@breaks("beacons.in-mail")
def a_pixel_in_a_receipt_for_a_message(hand: Hand) -> None:
    def with_pixel(plain: Any, message: Any) -> Any:
        mail = plain(message)
        both = EmailMultiAlternatives(mail.subject, mail.body, to=mail.to)
        both.attach_alternative(PIXEL, "text/html")
        return both

    hand.wrap("contact.mails.acknowledgement_mail", with_pixel)


@breaks("beacons.in-mail")
def a_mail_that_asks_for_a_receipt(hand: Hand) -> None:
    def asking(plain: Any, message: Any) -> Any:
        mail = plain(message)
        mail.extra_headers["Disposition-Notification-To"] = "webmaster@company.test"
        return mail

    hand.wrap("contact.mails.acknowledgement_mail", asking)


@breaks("usage.shared-with-partners")
def a_server_that_tells_somebody(hand: Hand) -> None:
    visits(hand, lambda _: subprocess.run([sys.executable, "-c", ""], check=True))
