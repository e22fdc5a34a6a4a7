"""Breaks in what is asked of a form before it counts: which page the browser says has sent it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from privacy.consent.own_page import comes_from_own_page
from sens_site.lib.http.same_origin import SameOriginMiddleware
from tests.promises.breaks import breaks
from tests.promises.hand import Hand

OWN_PAGE = "privacy.consent.own_page.comes_from_own_page"
FORGERY = "sens_site.lib.http.same_origin.SameOriginMiddleware"
SITE, ORIGIN, REFERER = "Sec-Fetch-Site", "Origin", "Referer"


@breaks("consent.only-by-act")
def a_choice_of_who_does_not_say_where_it_was_made(hand: Hand) -> None:
    def silent(request: HttpRequest) -> bool:
        named = (SITE, ORIGIN, REFERER)
        return comes_from_own_page(request) or not any(one in request.headers for one in named)

    hand.replace(OWN_PAGE, silent)


@breaks("consent.only-by-act")
def a_choice_made_where_the_name_begins_like_ours(hand: Hand) -> None:
    def alike(request: HttpRequest) -> bool:
        told = request.headers.get(REFERER, "").startswith(settings.SITE_ORIGIN)
        return comes_from_own_page(request) or (SITE not in request.headers and told)

    hand.replace(OWN_PAGE, alike)


@breaks("consent.only-by-act")
def no_choice_for_who_has_an_old_browser(hand: Hand) -> None:
    hand.replace(OWN_PAGE, lambda request: request.headers.get(SITE) == "same-origin")


@breaks("security.against-misuse")
def a_session_in_an_old_browser_that_names_another_page(hand: Hand) -> None:
    hand.replace(f"{FORGERY}._referer_is_ours", lambda self, request: REFERER in request.headers)


@breaks("security.against-misuse")
def a_form_of_another_site_that_writes_for_who_has_no_session(hand: Hand) -> None:
    plain = SameOriginMiddleware.process_view

    def with_a_session_alone(self: Any, request: HttpRequest, *args: Any) -> Any:
        with_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        return plain(self, request, *args) if with_session else None

    hand.replace(f"{FORGERY}.process_view", with_a_session_alone)
