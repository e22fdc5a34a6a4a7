"""Breaks of the signal that changes nothing: something reads it."""

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

CHECK = "sens_site.promises.unread_signal"


@breaks("signals.do-not-track")
def downloads_that_are_not_counted_with_the_signal(hand: Hand) -> None:
    line = 'def uncounted(request):\n    return request.headers.get("DNT") == "1"\n'
    hand.wrap(f"{CHECK}.sources", lambda old: [*old(), ("downloads/views.py", line)])


@breaks("signals.do-not-track", way=Way.CONFIGURATION)
def a_page_that_says_something_else_with_the_signal(hand: Hand) -> None:
    hand.template("errors/error.html", ("<h1", "{% if request.META.HTTP_DNT %}{% endif %}<h1"))


@breaks("signals.do-not-track")
def a_script_that_asks_for_the_signal(hand: Hand) -> None:
    hand.wrap(
        f"{CHECK}.scripts", lambda old: [*old(), ("a.js", "if (navigator.doNotTrack) count();")]
    )
