"""Breaks of cookies, tags, the banner, and what becomes of a choice."""

from typing import Any

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

ALL_TAGS_OF = ("pixels.may-track", "pixels.decline-marketing", "ads.remarketing")


@breaks("cookies.none-before-consent", "beacons.in-pages", way=Way.CONFIGURATION)
def a_picture_from_elsewhere(hand: Hand) -> None:
    hand.every_page_holds('<img src="https://other.test/a.png" alt="">')


@breaks("cookies.none-before-consent")
def a_cookie_on_a_first_visit(hand: Hand) -> None:
    from sens_site.lib.http.security_headers import SecurityHeadersMiddleware

    old = SecurityHeadersMiddleware.__call__

    def with_cookie(self: Any, request: Any) -> Any:
        response = old(self, request)
        if request.path == "/contact/":
            response.set_cookie("visitor", "1")
        return response

    hand.patch.setattr(SecurityHeadersMiddleware, "__call__", with_cookie)


@breaks("cookies.several-types")
def a_cookie_that_is_not_listed(hand: Hand) -> None:
    def with_more(old: Any, response: Any, receipt: str) -> None:
        old(response, receipt)
        response.set_cookie("unlisted", "1")

    hand.wrap("privacy.consent.views.hand_over", with_more)


@breaks(
    "cookies.recognize-return",
    "banner.answer-and-policy-link",
    "banner.reject-equals-accept",
    way=Way.CONFIGURATION,
)
def a_banner_that_asks_again(hand: Hand) -> None:
    hand.template("base.html", ("{% if consent.answered %}", "{% if False %}"))


@breaks("cookies.remember-preferences", way=Way.CONFIGURATION)
def a_choice_that_is_not_shown(hand: Hand) -> None:
    hand.template("privacy/consent/choices.html", ('row.answer == "yes"', 'row.answer == "never"'))


def _leak(hand: Hand, *, when: str, group: str) -> None:
    """Let a group act as soon as another one was allowed."""

    def more(old: Any, path: str, decision: Any) -> Any:
        services = old(path, decision)
        if services and when in decision.granted and group not in decision.granted:
            return services + decision.offer.services_of([group])
        return services

    hand.wrap("privacy.consent.middleware.services_on", more)


@breaks("cookies.social-features")
def social_media_with_preferences(hand: Hand) -> None:
    _leak(hand, when="preferences", group="social")


@breaks("analytics.google", "cookies.traffic-analysis", "usage.time-and-areas")
def analytics_with_social_media(hand: Hand) -> None:
    _leak(hand, when="social", group="analytics")


@breaks(
    *ALL_TAGS_OF,
    "sharing.analytics-vendors",
)
def marketing_with_analytics(hand: Hand) -> None:
    _leak(hand, when="analytics", group="marketing")


@breaks("cookies.traffic-analysis", "ads.opt-out")
def a_withdrawal_that_deletes_nothing(hand: Hand) -> None:
    hand.replace("privacy.consent.withdrawal.forget", lambda *args: {})


@breaks("cookies.disabled-costs-features")
def writing_to_us_needs_a_cookie(hand: Hand) -> None:
    from django.core.exceptions import PermissionDenied

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise PermissionDenied

    hand.replace("contact.views.receive_message", refuse)


@breaks("cookies.no-flash", way=Way.CONFIGURATION)
def a_plugin(hand: Hand) -> None:
    hand.every_page_holds('<object data="/film.swf"></object>')


@breaks("beacons.in-pages", way=Way.CONFIGURATION)
def a_hidden_picture(hand: Hand) -> None:
    hand.every_page_holds('<img src="/static/img/icon.png" width="1" height="1" alt="">')


@breaks("pixels.browser-opt-out")
def a_consent_kept_by_address(hand: Hand) -> None:
    from privacy.consent.decision import decide
    from privacy.consent.offer.current import current_offer

    accepted: set[str] = set()

    def of(old: Any, request: Any) -> Any:
        address = request.META["REMOTE_ADDR"]
        if request.method == "POST" and request.POST.get("choice") == "accept":
            accepted.add(address)
        if address in accepted:
            return decide(current_offer().shown, gpc=request.headers.get("Sec-GPC") == "1")
        return old(request)

    hand.wrap("privacy.consent.middleware.decision_when_asked", of)


@breaks("analytics.google", way=Way.CONFIGURATION)
def google_does_not_explain(hand: Hand) -> None:
    hand.policy_text("https://policies.google.com/privacy/partners", "/cookies/")


@breaks("ads.third-party-cookies", way=Way.CONFIGURATION)
def a_list_without_other_domains(hand: Hand) -> None:
    hand.template("privacy/consent/items.html", ("{{ item.foreign }}", "another site"))


@breaks("ads.opt-out", "rights.withdraw-consent")
def a_withdrawal_that_leaves_storage(hand: Hand) -> None:
    hand.replace("privacy.consent.withdrawal.clear_site_data", lambda *args: None)


@breaks("usage.may-be-combined", way=Way.CONFIGURATION)
def a_tag_that_tells_who_is_signed_in(hand: Hand) -> None:
    hand.template("partials/tags.html", ("data-ids", 'data-by="{{ request.user.pk }}" data-ids'))


@breaks(
    "usage.shared-with-partners",
    "sharing.analytics-vendors",
    "ads.third-party-cookies",
    way=Way.CONFIGURATION,
)
def a_list_without_recipients(hand: Hand) -> None:
    hand.template("privacy/consent/items.html", ("{{ service.recipient }}", "somebody"))


@breaks("sharing.analytics-vendors")
def a_vendor_without_a_record(hand: Hand) -> None:
    from privacy.consent.offer.third_parties import GOOGLE_ANALYTICS

    hand.frozen(GOOGLE_ANALYTICS, "retention", "")


@breaks("consent.only-by-act")
def a_receipt_without_an_act(hand: Hand) -> None:
    def implied(old: Any, *args: Any, **kwargs: Any) -> Any:
        document = old(*args, **kwargs)
        document["event"]["type"] = "implied"
        return document

    hand.wrap("privacy.consent.services.document_of", implied)


@breaks("rights.withdraw-consent", "banner.reject-equals-accept", way=Way.CONFIGURATION)
def no_button_to_take_back(hand: Hand) -> None:
    hand.template("privacy/consent/choices.html", ('name="choice" value="reject"', "disabled"))


@breaks("transfers.your-consent", "cookies.remember-preferences", way=Way.CONFIGURATION)
def a_box_that_is_ticked(hand: Hand) -> None:
    hand.template("privacy/consent/choices.html", ('row.answer == "no"', 'row.answer == "never"'))


@breaks("banner.best-experience", way=Way.CONFIGURATION)
def a_banner_that_hides_a_group(hand: Hand) -> None:
    hand.template("partials/cookie_banner.html", ("{{ question.names }}", "other things"))


@breaks("banner.answer-and-policy-link", way=Way.CONFIGURATION)
def a_banner_without_the_policy(hand: Hand) -> None:
    hand.template("partials/cookie_banner.html", ("{% url 'policy:policy' %}", "/legal/"))


@breaks("banner.reject-equals-accept", way=Way.CONFIGURATION)
def a_quieter_button(hand: Hand) -> None:
    loud = '<button class="button" name="choice" value="reject">'
    quiet = '<button class="button secondary" name="choice" value="reject">'
    hand.template("partials/cookie_banner.html", (loud, quiet))


@breaks("signals.gpc-honored")
def a_signal_that_is_not_heard(hand: Hand) -> None:
    hand.replace("privacy.consent.decision.signals_opt_out", lambda header: False)
