"""Breaks of how the banner and the cookies page look: each makes a No harder than a Yes."""

from typing import Any

from django.http import HttpResponse

from privacy.consent.models import ServiceSwitch
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

TEMPLATE, ROWS = Way.CONFIGURATION, Way.ROWS
ALIKE, ANSWERED, NAMES = (
    "banner.reject-equals-accept",
    "banner.answer-and-policy-link",
    "banner.best-experience",
)
REJECT = '<button class="button" name="choice" value="reject">Reject all</button>'
ACCEPT = '<button class="button" name="choice" value="accept">Accept all</button>'
CHOOSE = """<a class="button" href="{% url 'consent:cookies' %}">Choose</a>"""
BANNER, PAGE = "partials/cookie_banner.html", "privacy/consent/choices.html"


def served_with(hand: Hand, css: str, *, name: str = "site.css") -> None:
    """Add rules to the end of a style sheet as it is served."""
    from sens_site.lib.http.security_headers import SecurityHeadersMiddleware

    old = SecurityHeadersMiddleware.__call__

    def longer(self: Any, request: Any) -> Any:
        response: Any = old(self, request)
        if not request.path.endswith(name):
            return response
        text = b"".join(response.streaming_content) + css.encode()
        for closer in vars(response)["_resource_closers"]:
            closer()
        return HttpResponse(text, content_type="text/css")

    hand.patch.setattr(SecurityHeadersMiddleware, "__call__", longer)


@breaks(ALIKE, way=TEMPLATE)
def a_faded_reject(hand: Hand) -> None:
    served_with(hand, ".answers [value=reject] { opacity: 0.4 }")


@breaks(ALIKE, way=TEMPLATE)
def a_smaller_second_button_on_phones(hand: Hand) -> None:
    css = "@media (width < 40rem) { .answers { & > :nth-child(2) { font-size: 60% } } }"
    served_with(hand, css, name="company.css")


@breaks(ALIKE, way=TEMPLATE)
def a_button_that_others_stand_in_front_of(hand: Hand) -> None:
    served_with(hand, "@layer parts { form > div button + button:not(:hover) { order: 9 } }")


@breaks(ALIKE, way=TEMPLATE)
def a_narrow_second_column(hand: Hand) -> None:
    served_with(hand, "@layer parts { .answers { grid-template-columns: 60% 10% 20% } }")


@breaks(ALIKE, way=TEMPLATE)
def a_row_that_is_cut_off(hand: Hand) -> None:
    served_with(hand, ".answers { height: 2rem; overflow: hidden }")


@breaks(ALIKE, ANSWERED, way=TEMPLATE)
def a_banner_off_the_screen(hand: Hand) -> None:
    served_with(hand, ".cookie-banner { position: absolute; left: -9999px }")


@breaks(ALIKE, way=TEMPLATE, measured=True)
def a_style_that_cannot_be_read(hand: Hand) -> None:
    served_with(hand, ".answers %reject { opacity: 0 }")


@breaks(ALIKE, way=TEMPLATE, measured=True)
def a_style_in_the_page(hand: Hand) -> None:
    hand.template("base.html", ("</head>", "<style>button:last-of-type{color:gray}</style></head>"))


@breaks(ALIKE, way=TEMPLATE)
def a_reject_with_a_style_of_its_own(hand: Hand) -> None:
    hand.template(BANNER, (REJECT, REJECT.replace("<button", '<button style="opacity:.5"')))


@breaks(ALIKE, way=TEMPLATE)
def a_reject_in_small_letters(hand: Hand) -> None:
    hand.template(BANNER, ("Reject all", "<small>Reject all</small>"))


@breaks(ALIKE, way=TEMPLATE)
def a_reject_in_other_words(hand: Hand) -> None:
    hand.template(PAGE, ("Reject all", "Continue without"))


@breaks(ALIKE, way=TEMPLATE)
def answers_under_an_inert_row(hand: Hand) -> None:
    hand.template(BANNER, ('<div class="answers">', '<div class="answers" inert>'))


@breaks(ALIKE)
def an_acceptance_that_lasts_longer(hand: Hand) -> None:
    def longer(old: Any, response: Any, cookie: Any) -> None:
        old(response, cookie)
        if "-1" not in cookie.values():
            for morsel in response.cookies.values():
                morsel["max-age"] = 365 * 24 * 3600

    hand.wrap("privacy.consent.views.set_cookie_dict_to_response", longer)


@breaks(ALIKE, way=TEMPLATE)
def answers_that_are_asked_for_every_week(hand: Hand) -> None:
    hand.settings.COOKIE_CONSENT_MAX_AGE = 7 * 24 * 3600


@breaks(ALIKE, ANSWERED)
def a_rejection_in_two_steps(hand: Hand) -> None:
    from privacy.consent import views

    seen: Any = views
    chosen = seen.outcome_of

    def undecided(choice: Any, before: Any) -> Any:
        outcome = chosen(choice, before)
        if not any(choice.answers.values()):
            object.__setattr__(outcome, "entries", dict.fromkeys(outcome.entries, ""))
        return outcome

    hand.replace("privacy.consent.views.outcome_of", undecided)


@breaks(ANSWERED, way=TEMPLATE)
def a_banner_without_choose(hand: Hand) -> None:
    hand.template(BANNER, (CHOOSE, ""))


@breaks(ANSWERED, "transfers.your-consent", way=TEMPLATE)
def a_choice_that_is_made_already(hand: Hand) -> None:
    hand.template(PAGE, ('{% if row.answer == "yes" %}checked{% endif %}', "checked"))


@breaks(ANSWERED, ALIKE, way=TEMPLATE)
def a_fourth_button(hand: Hand) -> None:
    hand.template(BANNER, (ACCEPT, ACCEPT + '<button name="choice" value="accept">OK</button>'))


@breaks(ANSWERED)
def single_choices_that_are_not_kept(hand: Hand) -> None:
    def forgotten(old: Any, choice: Any, before: Any) -> Any:
        outcome = old(choice, before)
        if choice.explicit and not any(choice.answers.values()):
            object.__setattr__(outcome, "entries", dict.fromkeys(outcome.entries, ""))
        return outcome

    hand.wrap("privacy.consent.views.outcome_of", forgotten)


@breaks(NAMES, way=TEMPLATE)
def a_banner_that_names_no_group(hand: Hand) -> None:
    hand.template(BANNER, ("cookies for {{ question.names }}", "cookies"))


@breaks(NAMES)
def a_banner_that_asks_about_more_than_it_names(hand: Hand) -> None:
    from privacy.consent.offer.building import Question

    def names(self: Any) -> str:
        return " and ".join(o.group.name.lower() for o in self.groups[:1])

    hand.patch.setattr(Question, "names", property(names))


@breaks(NAMES, "ads.remarketing", way=ROWS)
def a_group_that_nobody_is_asked_about(hand: Hand) -> None:
    ServiceSwitch.objects.filter(key="google-ads-conversions").update(identifier="none!")
