"""Breaks of tags and of consent: services that run when they should not, choices that do nothing."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.conf import settings

from privacy.consent.models import ConsentReceipt, EditorialNote, GroupVersion, ServiceSwitch
from privacy.consent.offer.parts import ANALYTICS, PREFERENCES, SOCIAL
from privacy.consent.offer.third_parties import (
    GOOGLE_ADS,
    GOOGLE_ANALYTICS,
    LINKEDIN_INSIGHT,
)
from sens_site.lib import row_guards
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

NONSENSE = "nonsense!"
"""Passes for no account number: the switch is on in the rows and does nothing."""
TEMPLATE, ROWS = Way.CONFIGURATION, Way.ROWS
TRACKER = "https://tracker.test"


def switched(key: str, identifier: str) -> None:
    """Write a switch as no desk would."""
    ServiceSwitch.objects.update_or_create(key=key, defaults={"identifier": identifier})


def acting(hand: Hand, act: Any) -> None:
    """Change which services act on a page: `act(found, decision)` returns them."""

    def wrapper(old: Any, view: Any, decision: Any) -> Any:
        return act(old(view, decision), decision)

    hand.wrap("privacy.consent.middleware.services_on", wrapper)


# --- a service runs otherwise than it is switched -------------------------------------------------


@breaks("analytics.google", way=ROWS)
def google_analytics_switched_on_in_vain(hand: Hand) -> None:
    switched("google-analytics", NONSENSE)


@breaks("ads.remarketing", "banner.best-experience", way=ROWS)
def remarketing_switched_on_in_vain(hand: Hand) -> None:
    switched("google-ads", NONSENSE)


@breaks("pixels.may-track", "banner.best-experience", "usage.shared-with-partners", way=ROWS)
def a_pixel_switched_on_in_vain(hand: Hand) -> None:
    switched("linkedin-insight", NONSENSE)


@breaks("cookies.remember-preferences", "banner.best-experience", way=ROWS)
def videos_switched_on_in_vain(hand: Hand) -> None:
    switched("youtube", NONSENSE)


@breaks("cookies.social-features", "banner.best-experience", "usage.shared-with-partners", way=ROWS)
def posts_switched_on_in_vain(hand: Hand) -> None:
    switched("linkedin-posts", NONSENSE)


@breaks("usage.shared-with-partners", way=ROWS)
def a_service_that_nobody_knows(hand: Hand) -> None:
    switched("heat-maps", "HM-1234567")


@breaks(
    "analytics.google",
    "cookies.traffic-analysis",
    "sharing.analytics-vendors",
    "usage.shared-with-partners",
)
def analytics_with_one_more_origin(hand: Hand) -> None:
    origins = {**GOOGLE_ANALYTICS.origins, "connect-src": (TRACKER,)}
    hand.frozen(GOOGLE_ANALYTICS, "origins", origins)


@breaks("ads.remarketing", "pixels.may-track", "usage.shared-with-partners")
def remarketing_with_one_more_origin(hand: Hand) -> None:
    origins = {**GOOGLE_ADS.origins, "connect-src": (TRACKER,)}
    hand.frozen(GOOGLE_ADS, "origins", origins)


@breaks(
    "banner.answer-and-policy-link",
    "pixels.decline-marketing",
    "pixels.may-track",
    "rights.withdraw-consent",
    "signals.gpc-honored",
    way=TEMPLATE,
)
def a_pixel_for_everybody_who_answers(hand: Hand) -> None:
    line = '<script src="/static/consent/linkedin-insight.js" data-ids="00000000"></script>'
    hand.template(
        "base.html", ("</main>", "</main>{% if consent.answered %}" + line + "{% endif %}")
    )


@breaks(
    "analytics.google",
    "consent.only-by-act",
    "cookies.traffic-analysis",
    "usage.time-and-areas",
    way=TEMPLATE,
)
def google_analytics_before_any_answer(hand: Hand) -> None:
    line = '<script src="/static/consent/google.js" data-ids="G-EXAMPLE123"></script>'
    hand.template(
        "base.html", ("</main>", "</main>{% if not consent.answered %}" + line + "{% endif %}")
    )


@breaks("ads.remarketing", "pixels.may-track", "rights.withdraw-consent", "signals.gpc-honored")
def remarketing_that_needs_analytics_too(hand: Hand) -> None:
    acting(
        hand,
        lambda found, decision: tuple(
            one for one in found if one.key != "google-ads" or ANALYTICS in decision.granted
        ),
    )


@breaks("pixels.decline-marketing", "pixels.may-track", "ads.remarketing")
def a_no_that_lasts_for_one_page(hand: Hand) -> None:
    """Whoever said no to marketing is followed on all pages but the first."""

    def act(found: Any, decision: Any) -> Any:
        refused = "marketing" in decision.declined and decision.granted == frozenset()
        offered = decision.offer.services_of(["marketing"])
        return offered if refused else found

    acting(hand, act)


@breaks(
    "pixels.decline-marketing",
    "pixels.may-track",
    "rights.withdraw-consent",
    "signals.gpc-honored",
    way=TEMPLATE,
)
def a_no_that_the_template_forgets(hand: Hand) -> None:
    line = '<script src="/static/consent/linkedin-insight.js" data-ids="00000000"></script>'
    hand.template(
        "base.html",
        ("</main>", "</main>{% if 'marketing' in consent.declined %}" + line + "{% endif %}"),
    )


@breaks(
    "consent.only-by-act",
    "pixels.browser-opt-out",
    "pixels.may-track",
    "usage.time-and-areas",
    way=TEMPLATE,
)
def a_pixel_for_browsers_without_cookies(hand: Hand) -> None:
    line = '<script src="/static/consent/linkedin-insight.js" data-ids="00000000"></script>'
    hand.template(
        "base.html", ("</main>", "</main>{% if not request.COOKIES %}" + line + "{% endif %}")
    )


@breaks(
    "pixels.browser-opt-out", "pixels.may-track", "ads.remarketing", "ads.third-party-cookies",
    "consent.only-by-act",
)  # fmt: skip
def a_browser_without_cookies_has_allowed(hand: Hand) -> None:
    acting(
        hand,
        lambda found, decision: (
            found if decision.stored else decision.offer.services_of(["marketing"])
        ),
    )


# --- what is listed -------------------------------------------------------------------------------


@breaks("ads.third-party-cookies")
def another_companys_cookie_that_is_not_ours_to_name(hand: Hand) -> None:
    hand.frozen(GOOGLE_ADS, "items", tuple(i for i in GOOGLE_ADS.items if not i.foreign))
    for one in LINKEDIN_INSIGHT.items:
        hand.frozen(one, "foreign", one.foreign and "example.test")


@breaks("ads.opt-out", way=TEMPLATE)
def pages_without_a_way_to_the_settings(hand: Hand) -> None:
    hand.template("partials/footer.html", ("{% url 'consent:cookies' %}", "/"))


@breaks("ads.opt-out", "rights.withdraw-consent")
def a_withdrawal_that_leaves_prefixed_cookies(hand: Hand) -> None:
    for one in GOOGLE_ADS.items:
        hand.frozen(one, "prefix", False)


@breaks("usage.may-be-combined", way=TEMPLATE)
def a_tag_that_hands_on_a_name(hand: Hand) -> None:
    hand.template(
        "partials/tags.html",
        ("data-ids", "{% if request.user.is_authenticated %}data-us{% endif %} data-ids"),
    )


@breaks("usage.may-be-combined")
def a_tag_with_an_account_number(hand: Hand) -> None:
    def act(old: Any, request: Any, services: Any) -> None:
        old(request, services)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.consent_tags = tuple(
                replace(tag, identifiers=f"{tag.identifiers} u-7") for tag in request.consent_tags
            )

    hand.wrap("privacy.consent.middleware.let_act", act)


@breaks(
    "ads.third-party-cookies",
    "sharing.analytics-vendors",
    "usage.shared-with-partners",
    way=TEMPLATE,
)
def a_list_without_partners(hand: Hand) -> None:
    hand.template("privacy/consent/items.html", ("{{ service.recipient }}", "a partner"))


@breaks("sharing.analytics-vendors", way=TEMPLATE)
def a_record_that_says_none_is_switched_on(hand: Hand) -> None:
    hand.template(
        "privacy/datamap/record.html",
        ("{% if firm.ground %}", "{% if firm.ground and firm.name != 'Google LLC' %}"),
    )


# --- pictures -------------------------------------------------------------------------------------


@breaks("beacons.in-pages")
def a_picture_of_no_size(hand: Hand) -> None:
    from pages import views

    seen: Any = views
    draw = seen.render

    def with_beacon(request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = draw(request, *args, **kwargs)
        seen = b'<img src="/static/img/icon.png" height="0" width="0" alt=""></main>'
        answer.content = answer.content.replace(b"</main>", seen)
        return answer

    hand.replace("pages.views.render", with_beacon)


# --- consent --------------------------------------------------------------------------------------


def altered_receipt(change: Any) -> None:
    """Write a receipt as no act would."""
    from django.test import Client

    from privacy.consent.offer.current import current_offer

    Client().post(
        "/cookies/choose/",
        {"choice": "accept", "next": "/", "shown": current_offer().shown},
        secure=True,
        headers={"Origin": settings.SITE_ORIGIN, "Sec-Fetch-Site": "same-origin"},
    )
    receipt = ConsentReceipt.objects.latest("at")
    document = json.loads(receipt.document)
    change(document)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    with row_guards.lifted():
        ConsentReceipt.objects.filter(pk=receipt.pk)._raw_delete("default")
        ConsentReceipt.objects.bulk_create(
            [
                ConsentReceipt(
                    pk=receipt.pk,
                    at=receipt.at,
                    keep_until=receipt.keep_until,
                    document=text,
                    digest=sha256(text.encode()).hexdigest(),
                    notice_id=receipt.notice_id,
                )
            ]
        )


@breaks("consent.only-by-act", way=ROWS)
def a_receipt_of_an_implied_consent(hand: Hand) -> None:
    altered_receipt(lambda document: document["event"].update(type="implied"))


@breaks("consent.only-by-act", way=ROWS)
def a_receipt_that_holds_an_address(hand: Hand) -> None:
    altered_receipt(lambda document: document["notice"].update(seen_from="198.51.100.7"))


@breaks("consent.only-by-act", way=ROWS, measured=True)
def a_changed_group_that_passes_for_an_earlier_one(hand: Hand) -> None:
    for version, country in (("aaaaaaaa", "France"), ("bbbbbbbb", "Atlantis")):
        same = {"key": "visits", "recipient": "Us", "retention": "", "items": [], "origins": {}}
        material = {"services": [{**same, "country": country}]}
        GroupVersion.objects.create(group="analytics", version=version, material=material)
    EditorialNote.objects.create(
        group="analytics", earlier="aaaaaaaa", later="bbbbbbbb", reason="Words.", actor="x"
    )


@breaks("consent.only-by-act", way=Way.CODE)
def a_form_of_another_site_that_decides(hand: Hand) -> None:
    hand.replace("privacy.consent.own_page.comes_from_own_page", lambda request: True)
    hand.replace(
        "sens_site.lib.http.same_origin.SameOriginMiddleware.process_view", lambda *args: None
    )


@breaks("consent.only-by-act", "cookies.recognize-return")
def a_receipt_for_who_rejects(hand: Hand) -> None:
    from privacy.consent.outcome import Outcome

    hand.patch.setattr(Outcome, "receipt_is_due", lambda self, *, holds_one: True)


@breaks("consent.only-by-act", "rights.withdraw-consent")
def whoever_logs_in_has_allowed(hand: Hand) -> None:
    from privacy.consent.decision import decide
    from privacy.consent.offer.current import current_offer

    def of(old: Any, request: Any) -> Any:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return decide(current_offer().shown, gpc=False)
        return old(request)

    hand.wrap("privacy.consent.middleware.decision_when_asked", of)


@breaks("consent.only-by-act", way=TEMPLATE)
def a_receipt_of_another_notice(hand: Hand) -> None:
    def content(old: Any, *args: Any) -> Any:
        notice = old(*args)
        text = notice.content.replace("May we use", "You let us use")
        return replace(notice, content=text, digest=sha256(text.encode()).hexdigest())

    hand.wrap("privacy.consent.receipts._notice", content)


@breaks("consent.only-by-act")
def a_number_in_the_answer(hand: Hand) -> None:
    from itertools import count

    numbers = count(1)

    def numbered(old: Any, response: Any, *args: Any) -> Any:
        old(response, *args)
        response.set_cookie("answer", str(next(numbers)))

    hand.wrap("privacy.consent.views.set_cookie_dict_to_response", numbered)


@breaks("rights.withdraw-consent")
def a_withdrawal_that_binds_one_browser(hand: Hand) -> None:
    hand.replace("privacy.consent.decision.refusals_of", lambda request: ())


@breaks("rights.withdraw-consent", way=TEMPLATE)
def a_withdrawal_without_a_receipt(hand: Hand) -> None:
    def recorded(old: Any, outcome: Any, **kwargs: Any) -> Any:
        from privacy.consent.services import Recorded

        return old(outcome, **kwargs) if outcome.granted else Recorded(kwargs["held"])

    hand.wrap("privacy.consent.services.record_choice", recorded)


@breaks("rights.withdraw-consent")
def a_withdrawn_group_that_goes_on(hand: Hand) -> None:
    def act(found: Any, decision: Any) -> Any:
        if decision.declined and decision.granted and PREFERENCES not in decision.granted:
            return found + decision.offer.services_of([PREFERENCES])
        return found

    acting(hand, act)


@breaks("transfers.your-consent")
def a_receipt_without_countries(hand: Hand) -> None:
    def service(old: Any, one: Any) -> Any:
        return {**old(one), "country": ""}

    hand.wrap("privacy.consent.receipts._service", service)


@breaks("cookies.remember-preferences", "transfers.your-consent", way=TEMPLATE)
def a_group_that_starts_at_yes(hand: Hand) -> None:
    hand.template(
        "privacy/consent/choices.html",
        ('row.answer == "yes"', 'row.answer == "yes" or row.offered.key == "social"'),
        ('row.answer == "no"', 'row.answer == "no" and row.offered.key != "social"'),
    )


@breaks("cookies.social-features", "signals.gpc-honored")
def a_signal_that_spares_one_group(hand: Hand) -> None:
    from privacy.consent.offer.building import OfferedGroup

    old = OfferedGroup.__init__

    def spared(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("group") is not None and kwargs["group"].key == SOCIAL:
            kwargs["gpc_covered"] = False
        old(self, *args, **kwargs)

    hand.patch.setattr(OfferedGroup, "__init__", spared)


@breaks("signals.gpc-honored", way=TEMPLATE)
def a_page_that_does_not_say_that_it_heard(hand: Hand) -> None:
    hand.template("privacy/consent/cookies.html", ("signal honored", "signal seen"))


@breaks("signals.gpc-honored", "usage.time-and-areas")
def a_signal_that_comes_too_late(hand: Hand) -> None:
    """What was allowed before the signal goes on."""
    from privacy.consent.decision import State

    def state(old: Any, offered: Any, entry: str, *, gpc: bool, refusal: Any) -> Any:
        found = old(offered, entry, gpc=False, refusal=refusal)
        if gpc and found[0] is not State.GRANTED:
            return old(offered, entry, gpc=True, refusal=refusal)
        return found

    hand.wrap("privacy.consent.decision._state", state)


@breaks("signals.do-not-track", measured=True)
def do_not_track_passes_for_a_no(hand: Hand) -> None:
    from privacy.consent.middleware import ConsentMiddleware

    old = ConsentMiddleware.process_view

    def process(self: Any, request: Any, *args: Any) -> Any:
        old(self, request, *args)
        if request.headers.get("DNT") == "1":
            request.consent_services, request.consent_tags = (), ()

    hand.patch.setattr(ConsentMiddleware, "process_view", process)


@breaks("signals.do-not-track", way=TEMPLATE)
def a_page_that_answers_do_not_track(hand: Hand) -> None:
    line = "{% if request.headers.dnt %}<p>You are not tracked.</p>{% endif %}"
    hand.template("base.html", ("</main>", line + "</main>"))


@breaks("usage.shared-with-partners", way=ROWS)
def an_offer_that_cannot_be_read(hand: Hand) -> None:
    material = {"services": [{"key": "visits"}]}
    GroupVersion.objects.create(group="analytics", version="cccccccc", material=material)
