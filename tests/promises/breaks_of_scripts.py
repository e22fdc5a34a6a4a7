"""Breaks of the site's own scripts, and of what tags are told to grant."""

from collections.abc import Iterator
from typing import Any

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def _script(hand: Hand, name: str, old: str, new: str) -> None:
    """Change a script as it is read."""

    def changed(scripts: Any) -> Iterator[tuple[str, str]]:
        for one, text in scripts():
            assert one != name or old in text, f"{name} has no {old!r} to break"
            yield one, text.replace(old, new) if one == name else text

    hand.wrap("sens_site.promises.source_code.scripts", changed)


@breaks("analytics.google", way=Way.CONFIGURATION)
def google_that_is_granted_advertising_beforehand(hand: Hand) -> None:
    denied = '[name, name.startsWith("ad_user") ? "granted" : "denied"]'
    _script(hand, "consent/google.js", '[name, "denied"]', denied)


@breaks("analytics.google", way=Way.CONFIGURATION)
def google_that_is_granted_everything(hand: Hand) -> None:
    _script(hand, "consent/google.js", "granted.map(", "parameters.map(")


@breaks("analytics.google", way=Way.CONFIGURATION)
def signals_of_google_that_are_always_on(hand: Hand) -> None:
    wish = 'allow_google_signals: granted.includes("ad_personalization")'
    _script(hand, "consent/google.js", wish, "allow_google_signals: true")


@breaks("usage.may-be-combined", way=Way.CONFIGURATION)
def an_address_of_which_only_the_password_is_cut(hand: Hand) -> None:
    guard = '!name.startsWith("utm_") && !granted.includes(name)'
    _script(hand, "consent/before-tags.js", guard, 'name === "password"')


@breaks("usage.may-be-combined", way=Way.CONFIGURATION)
def a_page_before_that_is_told_whole(hand: Hand) -> None:
    _script(hand, "consent/before-tags.js", "site ? site[0] : ", "site ? site.input : ")


@breaks("visits.what-is-kept", way=Way.CONFIGURATION)
def statistics_that_report_the_whole_page_before(hand: Hand) -> None:
    _script(hand, "visits/visit.js", ".hostname", ".href")


@breaks("pixels.may-track", way=Way.CONFIGURATION)
def a_pixel_that_is_told_who_reads(hand: Hand) -> None:
    more = "window._linkedin_user = document.title;\n  script.async"
    _script(hand, "consent/linkedin-insight.js", "script.async", more)


@breaks("rights.withdraw-consent", way=Way.CONFIGURATION)
def a_page_that_comes_back_to_life(hand: Hand) -> None:
    _script(hand, "consent/back.js", "!event.persisted", "event.persisted")


@breaks("cookies.none-before-consent", way=Way.CONFIGURATION)
def a_script_that_reports_who_logs_in(hand: Hand) -> None:
    more = 'fetch("/visits/?log-in");\n"use strict"'
    _script(hand, "passkey/passkey.js", '"use strict"', more)


@breaks("cookies.none-before-consent", way=Way.CONFIGURATION)
def a_script_of_which_nobody_knows(hand: Hand) -> None:
    def more(old: Any) -> Iterator[tuple[str, str]]:
        yield from old()
        yield "consent/more.js", "navigator.sendBeacon('/more/');"

    hand.wrap("sens_site.promises.source_code.scripts", more)


@breaks("analytics.google", way=Way.CONFIGURATION)
def analytics_that_grant_the_data_of_users(hand: Hand) -> None:
    from privacy.consent.offer.third_parties import GOOGLE_ANALYTICS

    hand.frozen(GOOGLE_ANALYTICS, "consent_parameters", ("analytics_storage", "ad_user_data"))


@breaks("analytics.google", "pixels.may-track")
def tags_that_run_before_the_address_is_cut(hand: Hand) -> None:
    def last(old: Any, *args: Any) -> Any:
        return tuple(reversed(old(*args)))

    hand.wrap("privacy.consent.enforcement.tags_of", last)
