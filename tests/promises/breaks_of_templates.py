"""What stands in a page only in a state that no look has seen it in."""

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

RARELY = "{% if new_emailaddress %}"
"""An address that waits to be confirmed, while it is changed."""


def _shown_rarely(hand: Hand, html: str) -> None:
    hand.template("account/email_change.html", (RARELY, f"{RARELY}{html}"))


@breaks("beacons.in-pages", way=Way.CONFIGURATION)
def a_pixel_in_a_rare_state(hand: Hand) -> None:
    _shown_rarely(hand, '<img src="https://beacon.test/1.gif" alt="">')


@breaks("beacons.in-pages", way=Way.CONFIGURATION)
def a_hidden_picture_of_our_own_in_a_rare_state(hand: Hand) -> None:
    _shown_rarely(hand, '<img src="/static/1.gif" width="1" height="1" alt="">')


@breaks("beacons.in-pages", way=Way.CONFIGURATION)
def a_pixel_in_a_style_of_a_rare_state(hand: Hand) -> None:
    _shown_rarely(hand, "<style>p { background: url(//beacon.test/1.gif) }</style>")


@breaks("usage.time-and-areas", way=Way.CONFIGURATION)
def a_script_in_a_rare_state(hand: Hand) -> None:
    _shown_rarely(hand, "<script>document.cookie = 'seen=1'</script>")


@breaks("usage.time-and-areas", way=Way.CONFIGURATION)
def a_handler_in_a_rare_state(hand: Hand) -> None:
    _shown_rarely(hand, '<p onmouseover="tell(this)">Soon.</p>')
