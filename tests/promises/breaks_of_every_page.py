"""More ways to break what every page shows: in code, and in texts that staff have stored."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_walk import answers, at
from tests.promises.hand import Hand


def _any_page(request: HttpRequest) -> bool:
    return request.method == "GET"


def _rewritten(hand: Hand, old: str, new: str, wanted: Any = _any_page) -> None:
    """Change what pages say after they are made, as a middleware would."""
    hits: list[str] = []

    def change(_: HttpRequest, response: HttpResponse) -> None:
        if not response.streaming and old.encode() in response.content:
            hits.append(old)
            response.content = response.content.replace(old.encode(), new.encode())

    def was_there() -> None:
        assert hits, f"no page has {old!r} to break"

    answers(hand, wanted, change)
    hand.on_release(was_there)


def _staff_write(text: str, title: str = "Contact") -> None:
    """Store another text of a page, as staff do."""
    from pages.models import Page, PageRevision

    PageRevision.objects.create(
        page=Page.objects.get(path="/contact/"),
        title=title,
        description="How to reach us.",
        body=text,
        publish_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@breaks("site.register-and-login")
def a_way_to_register_that_a_middleware_drops(hand: Hand) -> None:
    _rewritten(hand, 'href="/accounts/register/"', 'href="/"')


@breaks("site.register-and-login")
def a_page_to_register_that_is_shut(hand: Hand) -> None:
    def shut(_: HttpRequest, response: HttpResponse) -> None:
        response.status_code = 403

    answers(hand, at("/accounts/login/"), shut)


@breaks("footer.privacy-and-legal")
def a_footer_without_privacy_on_one_page(hand: Hand) -> None:
    _rewritten(hand, 'href="/privacy/"', 'href="/"', at("/contact/"))


@breaks("footer.privacy-and-legal")
def terms_that_are_shut(hand: Hand) -> None:
    def shut(_: HttpRequest, response: HttpResponse) -> None:
        response.status_code = 410

    answers(hand, at("/legal/"), shut)


@breaks("policy.breadcrumb")
def a_path_for_machines_that_says_otherwise(hand: Hand) -> None:
    _rewritten(hand, '"name":"Privacy"', '"name":"Policies"', at("/privacy/"))


@breaks("policy.breadcrumb")
def a_first_step_that_leads_elsewhere(hand: Hand) -> None:
    hand.template("partials/breadcrumb.html", ("{{ node.path }}", "/about/"))


@breaks("information.may-decline", way=Way.ROWS)
def a_stored_text_for_people_who_log_in(hand: Hand) -> None:
    _staff_write("It is for customers.", "Log in to read this")


@breaks("information.may-decline")
def a_page_that_wants_to_know_you_first(hand: Hand) -> None:
    _rewritten(hand, "<h1>", "<h1>Log in: ", at("/contact/"))


@breaks("cookies.personalize-content")
def a_page_that_knows_where_you_came_from(hand: Hand) -> None:
    def change(request: HttpRequest, response: HttpResponse) -> None:
        if request.headers.get("Referer") and request.path == "/contact/":
            response.content += b"<p>Welcome back.</p>"

    answers(hand, _any_page, change)


@breaks("cookies.personalize-content")
def a_page_that_knows_your_language(hand: Hand) -> None:
    def change(request: HttpRequest, response: HttpResponse) -> None:
        if request.headers.get("Accept-Language", "").startswith("de"):
            response.content += b"<p>Guten Tag.</p>"

    answers(hand, at("/"), change)


@breaks("contact.address-and-phone")
def another_street_in_the_footer(hand: Hand) -> None:
    street = settings.COMPANY.street
    _rewritten(hand, street, street[::-1], at("/privacy/"))


@breaks("contact.address-and-phone", way=Way.CONFIGURATION)
def another_number_for_machines(hand: Hand) -> None:
    hand.settings.COMPANY = replace(settings.COMPANY, phone="1", toll_free="2")


@breaks("footer.copyright-year")
def a_year_that_runs_ahead_on_one_page(hand: Hand) -> None:
    _rewritten(hand, "–2026", "–2027", at("/contact/"))


@breaks("footer.copyright-year", way=Way.CONFIGURATION)
def a_copyright_line_without_a_year(hand: Hand) -> None:
    hand.template("partials/footer.html", ("{{ company.copyright_years }}", ""))


@breaks("links.to-others", way=Way.ROWS)
def a_stored_text_with_a_link_in_clear(hand: Hand) -> None:
    _staff_write("See [our friends](http://friends.test/).")


@breaks("links.to-others")
def a_link_that_a_middleware_makes_plain(hand: Hand) -> None:
    _rewritten(hand, 'href="https://', 'href="http://', at("/privacy/"))


@breaks("cookies.disabled-costs-features")
def a_form_that_wants_a_cookie(hand: Hand) -> None:
    def refuse(request: HttpRequest, response: HttpResponse) -> None:
        if request.method == "POST" and not request.COOKIES:
            response.status_code = 403

    answers(hand, at("/contact/webmaster/", "POST"), refuse)


@breaks("cookies.disabled-costs-features")
def an_account_that_shows_itself_to_strangers(hand: Hand) -> None:
    def show(_: HttpRequest, response: HttpResponse) -> None:
        response.status_code = 200

    answers(hand, at("/accounts/profile/"), show)


@breaks("cookies.no-flash")
def a_page_that_names_a_film(hand: Hand) -> None:
    _rewritten(hand, "</main>", '<a href="/static/tour.swf">Tour</a></main>', at("/contact/"))


@breaks("cookies.no-flash", way=Way.ROWS)
def a_stored_text_with_a_film(hand: Hand) -> None:
    _staff_write("See [the tour](/static/tour.flv).")


@breaks("use.told-when-collected")
def a_form_to_register_whose_notice_a_middleware_drops(hand: Hand) -> None:
    _rewritten(hand, 'href="/privacy/"', 'href="/"', at("/accounts/register/"))


@breaks("retention.access-logs", way=Way.CODE)
def a_log_that_the_code_opens(hand: Hand) -> None:
    import logging
    from pathlib import Path

    from sens_site import wsgi

    handler = logging.FileHandler(Path(hand.settings.PRIVATE_ROOT).parent / "b.log", delay=True)
    logging.getLogger(wsgi.__name__).addHandler(handler)
    hand.on_release(lambda: logging.getLogger(wsgi.__name__).removeHandler(handler))
