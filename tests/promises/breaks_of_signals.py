"""Breaks of the opt-out signal: heard from some visitors only, or by the site and by no server."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

DECISION = "privacy.consent.decision"


@breaks("signals.gpc-honored")
def a_signal_that_is_heard_from_strangers_alone(hand: Hand) -> None:
    def decide(old: Any, raw: str, *, gpc: bool, refusals: Any = ()) -> Any:
        return old(raw, gpc=gpc and not _member["is"], refusals=refusals)

    def decision_of(old: Any, request: Any, refusals: Any = None) -> Any:
        _member["is"] = settings.SESSION_COOKIE_NAME in request.COOKIES
        return old(request, refusals)

    _member = {"is": False}
    hand.wrap(f"{DECISION}.decide", decide)
    hand.wrap(f"{DECISION}.decision_of", decision_of)


@breaks("signals.gpc-honored")
def a_signal_that_is_not_heard_from_who_has_refused_before(hand: Hand) -> None:
    def decide(old: Any, raw: str, *, gpc: bool, refusals: Any = ()) -> Any:
        return old(raw, gpc=gpc and not refusals, refusals=refusals)

    hand.wrap(f"{DECISION}.decide", decide)


@breaks("signals.gpc-honored")
def a_signal_that_is_not_heard_from_who_has_answered(hand: Hand) -> None:
    def decide(old: Any, raw: str, *, gpc: bool, refusals: Any = ()) -> Any:
        return old(raw, gpc=gpc and not raw, refusals=refusals)

    hand.wrap(f"{DECISION}.decide", decide)


@breaks("signals.gpc-honored")
def kept_pages_without_regard_to_the_signal(hand: Hand) -> None:
    from sens_site.lib.cache.page_cache import ReadyPages

    usual = ReadyPages.key_of

    def key_of(self: Any, environ: Any) -> Any:
        return usual(self, {name: environ[name] for name in environ if name != "HTTP_SEC_GPC"})

    hand.patch.setattr(ReadyPages, "key_of", key_of)


@breaks("signals.gpc-honored", way=Way.CONFIGURATION)
def a_server_in_front_that_takes_the_signal_for_none(hand: Hand) -> None:
    def written(old: Any, source: str, name: str, values: Any, default: str) -> str:
        if name == "signal":
            values = dict.fromkeys(values, "n")
        return str(old(source, name, values, default))

    hand.wrap("sens_site.lib.deploy.nginx_published._map", written)


@breaks("signals.gpc-honored", way=Way.CONFIGURATION)
def a_server_in_front_that_shows_members_the_pages_of_strangers(hand: Hand) -> None:
    def written(old: Any, published: Any) -> str:
        return str(old(published)).replace("(?:; (?:", "(?:; (?:[^=]+|")

    hand.wrap("sens_site.promises.published_pages.maps", written)


def _read_otherwise(hand: Hand, instead: Any) -> None:
    """Have a choice read otherwise; it is given the form and the choice as it is."""
    from privacy.consent.choice import Choice

    read = Choice.read.__func__  # type: ignore[attr-defined]  # as written
    hand.patch.setattr(
        Choice,
        "read",
        classmethod(lambda cls, data, before: instead(data, before, read(cls, data, before))),
    )


@breaks("signals.gpc-honored")
def all_that_is_accepted_below_the_single_choices(hand: Hand) -> None:
    """A browser sends the marks of the page along, and so they are taken for choices of single groups."""

    def instead(data: Any, before: Any, choice: Any) -> Any:
        return replace(choice, explicit=choice.explicit or bool(choice.typed))

    _read_otherwise(hand, instead)


@breaks("signals.gpc-honored")
def all_that_is_accepted_below_a_form(hand: Hand) -> None:
    """The banner there names no page to go back to; the tab was open before the signal came."""

    def instead(data: Any, before: Any, choice: Any) -> Any:
        return replace(choice, explicit=choice.explicit or "next" not in data)

    _read_otherwise(hand, instead)


@breaks("signals.gpc-honored")
def all_that_is_accepted_in_a_form_of_long_ago(hand: Hand) -> None:
    def instead(data: Any, before: Any, choice: Any) -> Any:
        if not choice.stale:
            return choice
        shown = {key: offered.version for key, offered in before.offer.by_key.items()}
        return replace(choice, explicit=True, stale=False, shown=shown)

    _read_otherwise(hand, instead)
