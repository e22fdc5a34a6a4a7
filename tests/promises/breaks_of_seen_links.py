"""Breaks of links that are on every page, and that nobody sees there at some width of a screen."""

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_looks import served_with
from tests.promises.hand import Hand

TEMPLATE = Way.CONFIGURATION
REGISTER, FOOTER, SIGN_UP, BANNER = (
    "site.register-and-login", "footer.privacy-and-legal", "newsletter.sign-up",
    "banner.answer-and-policy-link",
)  # fmt: skip


@breaks(REGISTER, way=TEMPLATE)
def no_register_on_telephones(hand: Hand) -> None:
    served_with(
        hand,
        "@media (max-width: 30em) { .account li:nth-child(2):not(:last-child) { display: none } }",
    )


@breaks(FOOTER, way=TEMPLATE)
def no_legal_links_on_telephones(hand: Hand) -> None:
    served_with(hand, "@media (width < 40rem) { .legal nav { visibility: hidden } }")


@breaks(FOOTER, way=TEMPLATE)
def legal_links_of_no_height_on_large_screens(hand: Hand) -> None:
    served_with(
        hand, "@media (1999px < width) and (prefers-color-scheme: dark) { .legal { height: 0 } }"
    )


@breaks(FOOTER, way=TEMPLATE)
def legal_links_for_machines_only(hand: Hand) -> None:
    hand.template(
        "partials/footer.html", ('<div class="legal">', '<div class="legal" aria-hidden="true">')
    )


@breaks(BANNER, way=TEMPLATE)
def a_banner_whose_policy_link_fades(hand: Hand) -> None:
    served_with(hand, '.cookie-banner a[href="/privacy/"] { opacity: 2% }')


@breaks(SIGN_UP, way=TEMPLATE)
def a_sign_up_of_the_colour_of_the_page(hand: Hand) -> None:
    served_with(hand, 'a[href="/newsletter/"] { color: white; background: white }')


@breaks("ads.google-settings", way=TEMPLATE)
def a_pointer_to_settings_that_lies_off_the_screen(hand: Hand) -> None:
    served_with(hand, 'main a[href*="adssettings"] { position: absolute; left: -9999px }')
