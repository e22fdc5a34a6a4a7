"""Breaks of forms that ask what is promised where nobody sees it, on some screens or on all."""

from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_looks import served_with
from tests.promises.hand import Hand

TEMPLATE = Way.CONFIGURATION


@breaks("form.contact-me-choice", way=TEMPLATE)
def a_wish_that_nobody_can_have(hand: Hand) -> None:
    served_with(hand, ".field:has([name=wants_contact]) { display: none }")


@breaks("form.contact-me-choice", way=TEMPLATE)
def a_wish_beside_the_trap(hand: Hand) -> None:
    served_with(hand, ".trap, .field:has([name=wants_contact]) { position: absolute; top: -99rem }")


@breaks("form.contact-me-choice", way=TEMPLATE)
def a_wish_without_its_words_on_telephones(hand: Hand) -> None:
    served_with(hand, "@media (width < 40rem) { .choice label { font-size: 0 } }")


@breaks("form.required-fields", way=TEMPLATE)
def a_number_that_nobody_can_give(hand: Hand) -> None:
    served_with(hand, "#id_phone { opacity: 0.1 }")


@breaks("newsletter.preferences", way=TEMPLATE)
def topics_that_lie_off_the_screen(hand: Hand) -> None:
    served_with(hand, "[name=topics] { position: absolute; left: -9999px }")


@breaks("rights.withdraw-consent", way=TEMPLATE)
def a_yes_to_mail_that_nobody_sees(hand: Hand) -> None:
    served_with(hand, "@media (width >= 60rem) { [name=marketing] { visibility: hidden } }")


@breaks("choices.page", way=TEMPLATE)
def rights_of_which_nobody_can_choose(hand: Hand) -> None:
    served_with(hand, "[name=kind] { transform: scale(0) }")
