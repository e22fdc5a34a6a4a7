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
def legal_links_in_the_colour_of_their_ground_on_dark_screens(hand: Hand) -> None:
    served_with(
        hand, "@media (prefers-color-scheme: dark) { .foot .legal a { color: var(--paper); } }"
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


ISSUE, WAY_OUT = "newsletter/mail/issue.html", '<a href="{{ links.unsubscribe }}">Unsubscribe</a>'
NO_WAY_OUT = "mail.unsubscribe-link"


@breaks(NO_WAY_OUT, way=TEMPLATE)
def an_unsubscribe_of_no_size(hand: Hand) -> None:
    hand.template(ISSUE, (WAY_OUT, f'<span style="font-size:0;color:#fff">{WAY_OUT}</span>'))


@breaks(NO_WAY_OUT, way=TEMPLATE)
def an_unsubscribe_of_the_colour_of_paper(hand: Hand) -> None:
    hand.template(ISSUE, (WAY_OUT, WAY_OUT.replace("<a ", '<a style="color: #fdfdfd" ')))


@breaks(NO_WAY_OUT, way=TEMPLATE)
def an_unsubscribe_whose_words_are_hidden(hand: Hand) -> None:
    hand.template(
        ISSUE, (">Unsubscribe<", '><span style="display:none">Unsubscribe</span><b></b><')
    )


@breaks(NO_WAY_OUT, way=TEMPLATE)
def a_button_to_unsubscribe_that_nobody_sees(hand: Hand) -> None:
    hand.template(
        "newsletter/unsubscribe.html",
        ("<button>Unsubscribe</button>", "<button hidden>Unsubscribe</button>"),
    )


@breaks("use.policy-changes", way=TEMPLATE)
def a_drawn_notice_whose_comparison_is_too_small(hand: Hand) -> None:
    hand.template(
        "privacy/policy/mail/notice.html",
        ('<a href="{{ site_origin }}{{ compare }}">', '<a style="font-size:2px" href="{{ site_origin }}{{ compare }}">'),
    )  # fmt: skip


@breaks("account.delete", way=TEMPLATE)
def a_deletion_that_nobody_sees(hand: Hand) -> None:
    hand.template(
        "accounts/delete.html", ("{% crispy form %}", "<div hidden>{% crispy form %}</div>")
    )


@breaks("account.delete", way=TEMPLATE)
def no_way_to_the_deletion_on_telephones(hand: Hand) -> None:
    served_with(hand, '@media (max-width: 40em) { a[href="/accounts/delete/"] { display: none } }')


@breaks("account.own-copy", way=TEMPLATE)
def a_copy_whose_button_has_no_height(hand: Hand) -> None:
    served_with(hand, "form:not([action]) button { height: 0 }")


@breaks("rights.withdraw-consent", "banner.reject-equals-accept", way=TEMPLATE)
def a_rejection_that_nobody_sees_on_the_cookies_page(hand: Hand) -> None:
    served_with(hand, "main button[value=reject] { opacity: 0.1 }")
