"""Breaks that only a walk to every address finds: places that no link leads to."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sens_site.lib.http.csp import ContentSecurityPolicyMiddleware as Outer
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def answer_at(hand: Hand, view: str, change: Any) -> None:
    """Change what one address answers, whatever its view does."""
    plain, path = Outer.__call__, view if view.startswith("/") else reverse(view)

    def changed(self: Any, request: HttpRequest) -> HttpResponse:
        response = plain(self, request)
        if request.path == path:
            change(request, response)
        return response

    hand.patch.setattr(Outer, "__call__", changed)


@breaks("cookies.none-before-consent", "cookies.several-types")
def a_cookie_on_the_page_after_the_contact_form(hand: Hand) -> None:
    answer_at(hand, "contact:thanks", lambda _, answer: answer.set_cookie("seen", "1"))
