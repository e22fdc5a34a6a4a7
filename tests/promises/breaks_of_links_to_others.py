"""Breaks of where pages lead: links and forms that tell another site who somebody is."""

from django.http import HttpRequest, HttpResponse

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_walk import PROFILE, answers, at
from tests.promises.hand import Hand

TOLD = "usage.shared-with-partners"
SURVEY = "https://survey.test/"


def _at_the_end(hand: Hand, address: str, html: str, method: str = "GET") -> None:
    """Put something at the end of a page, in words for who looks."""

    def change(request: HttpRequest, response: HttpResponse) -> None:
        user = request.user
        named = {"email": getattr(user, "email", ""), "pk": user.pk or "nobody"}
        if not response.streaming and b"</main>" in response.content:
            end = f"{html.format(**named)}</main>".encode()
            response.content = response.content.replace(b"</main>", end)

    answers(hand, at(address, method), change)


@breaks(TOLD)
def a_survey_that_is_told_who_comes(hand: Hand) -> None:
    _at_the_end(hand, PROFILE, f'<a href="{SURVEY}r/1?c={{email}}">What do you think?</a>')


@breaks(TOLD)
def a_survey_that_is_told_a_number_of_who_comes(hand: Hand) -> None:
    _at_the_end(hand, PROFILE, f'<a href="{SURVEY}r/{{pk}}">What do you think?</a>')


@breaks(TOLD)
def a_name_that_who_fails_to_log_in_takes_along(hand: Hand) -> None:
    def change(request: HttpRequest, response: HttpResponse) -> None:
        link = f'<a href="{SURVEY}?by={request.POST.get("login", "")}">More</a></main>'.encode()
        if b"</main>" in response.content:
            response.content = response.content.replace(b"</main>", link)

    answers(hand, at("/accounts/login/", "POST"), change)


@breaks(TOLD, way=Way.CONFIGURATION)
def a_link_to_another_company_in_a_rare_case(hand: Hand) -> None:
    link = f'{{% if status == 418 %}}<a href="{SURVEY}">A survey</a>{{% endif %}}'
    hand.template("errors/error.html", ("<p>{{ advice }}</p>", f"<p>{{{{ advice }}}}</p>{link}"))


@breaks(TOLD, "cookies.none-before-consent")
def a_page_of_an_account_that_leads_on_by_itself(hand: Hand) -> None:
    refresh = f'<meta http-equiv="refresh" content="30; url={SURVEY}">'
    _at_the_end(hand, PROFILE, refresh)
