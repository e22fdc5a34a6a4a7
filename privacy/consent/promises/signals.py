"""Promises about the signals that browsers send: one is honored, one changes nothing."""

import json
import re
from collections.abc import Iterable, Iterator

from django.conf import settings

from privacy.consent.promises.all_services_on import (
    FOUR_GROUPS,
    KNOWN,
    PAGES,
    choose,
    everything_on,
    lacking,
    leaked,
    tag_numbers,
)
from privacy.consent.promises.choices import COOKIES
from privacy.consent.promises.looks import CHOOSE, buttons_of, form_of, press
from privacy.consent.promises.played_choices import somebody
from privacy.promises.page_reader import Element, sent_as_drawn
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor

DOORS = (COOKIES, "/contact/webmaster/", "/accounts/register/")
"""Where all can be accepted beside the front page: on the page for it, and below a form."""


@promise("signals.gpc-honored", look=Look.REHEARSAL)
def the_signal_switches_covered_groups_off(site: RunningSite) -> Evidence:
    """With the signal, `Accept all` leaves covered groups off; a yes by name overrides it."""
    covered = sorted({known.group for known in KNOWN.values() if known.covered})
    rest = [group for group in FOUR_GROUPS if group not in covered]
    with everything_on(site):
        visitor = site.visitor(Sec_GPC="1")
        page = visitor.get(COOKIES).page
        require("signal honored" in page.text, "the cookies page does not say that it is honored")
        require("honored" in form_of(visitor.get("/")).text, "the banner does not say so")
        press(visitor, "/", "accept")
        for path in PAGES:
            _obeys(visitor.get(path), covered, rest)
        for door in DOORS:
            comes = site.visitor(Sec_GPC="1")
            for _ in range(2):  # the second time the form shows what was answered
                if comes.get(door).page.forms(CHOOSE):
                    press(comes, door, "accept")
                _obeys(comes.get("/"), covered, rest, f"who accepts all at {door}")
        for group in covered:
            named = site.visitor(Sec_GPC="1")
            choose(named, "some", group)
            seen = named.get("/")
            _obeys(seen, [one for one in covered if one != group], [group])
            missing = lacking(seen, group)
            require(not missing, f"a yes to {group} by name does not override the signal")
        for who, visitor in _with_an_earlier_answer(site):
            visitor.headers["Sec-GPC"] = "1"
            _obeys(visitor.get("/"), covered, rest, who)
            press(visitor, "/cookies/", "accept")
            _obeys(visitor.get("/"), covered, rest, f"{who}, and now everything again")
        tried = _obeys_whatever_form_was_open(site, covered, rest)
        _obeys_at_the_front_door(site, covered, rest)
        for value in ("0", ""):
            silent = site.visitor(Sec_GPC=value)
            choose(silent, "accept")
            missing = lacking(silent.get("/"), *FOUR_GROUPS)
            require(not missing, f"without the signal {missing[:1]} stays off")
    told = json.loads(site.get("/.well-known/gpc.json").text or "{}")
    require(told.get("gpc") is True, "/.well-known/gpc.json does not say that it is honored")
    return Evidence(
        "When we switched everything on for a test and sent the signal, Accept all left analytics, "
        "marketing and social media off; a yes to one of them by name switched on that group alone.",
        {"groups covered": len(covered), "forms opened before the signal": tried},
    )


def _obeys(seen: Answer, off: Iterable[str], on: Iterable[str], who: str = "who sends it") -> None:
    found = leaked(seen, *off, beside=on)
    require(not found, f"{seen.path} lets {found[:1]} act in spite of the signal of {who}")


def _obeys_whatever_form_was_open(site: RunningSite, covered: list[str], rest: list[str]) -> int:
    """Send each form as it was drawn before the signal came: it asks about every group.

    All that is accepted switches no covered group on, whatever the form carries beside; a yes by name
    does. Forms that carry the same fields are one. What strangers are shown hangs on their cookie and
    the signal: what shows the same is opened once.
    """
    seen: dict[str, Answer] = {}
    forms: dict[tuple[str, ...], tuple[str, Element]] = {}
    tried = 0
    for door in ("/", *DOORS):
        form = form_of(site.get(door))
        forms.setdefault(
            tuple(sorted({box.get("name") for box in form.all("input")})), (door, form)
        )
    for door, form in forms.values():
        action = buttons_of(form)["accept"].get("formaction") or form.get("action")
        named = sorted({box.get("name") for box in form.all("input") if box.get("type") == "radio"})
        for visitor, carried in _open_tabs(site, form, named):
            answer = visitor.post(action, {**carried, "choice": "accept"})
            sent = answer.status in (303, 409, 422)
            require(sent, f"a form of {door} is answered with {answer.status}")
            page = _as_shown_to(visitor, seen)
            _obeys(page, covered, rest, f"who accepts all in an open form of {door}")
            tried += 1
        for group in (one for one in covered if one in named):
            visitor = site.visitor(Sec_GPC="1")
            no = dict.fromkeys(named, "no")
            visitor.post(action, {**sent_as_drawn(form), **no, group: "yes", "choice": "some"})
            page = visitor.get("/")
            require(
                not lacking(page, group), f"a yes to {group} by name in an open form does nothing"
            )
            _obeys(page, [one for one in covered if one != group], [group])
    return tried


def _open_tabs(
    site: RunningSite, form: Element, named: list[str]
) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """Yield who sends a form that was open when the signal came, and what it carries.

    It is as it was drawn, has all its questions answered, or bears a stamp of long ago.
    """
    drawn = sent_as_drawn(form)
    yield site.visitor(Sec_GPC="1"), drawn
    for said in ("yes", "no") if named else ():
        yield site.visitor(Sec_GPC="1"), {**drawn, **dict.fromkeys(named, said)}
    yield site.visitor(Sec_GPC="1"), {**drawn, "shown": re.sub(r"=\w+", "=0", drawn["shown"])}
    member = site.visitor(Sec_GPC="1")
    member.sign_in(somebody())
    yield member, drawn


def _as_shown_to(visitor: Visitor, seen: dict[str, Answer]) -> Answer:
    """Open a page; of strangers whose cookies say the same, for the first alone."""
    cookie = next(
        (value for name, value in visitor.cookies.items() if "cookie_consent" in name), ""
    )
    if settings.SESSION_COOKIE_NAME in visitor.cookies:
        return visitor.get("/")
    if cookie not in seen:
        seen[cookie] = visitor.get("/")
    return seen[cookie]


def _with_an_earlier_answer(site: RunningSite) -> Iterator[tuple[str, Visitor]]:
    """Yield who allowed everything before the signal came: nobody has done so in spite of it."""
    for choices in ((), ("accept",), ("reject",), ("reject", "some")):
        for person in (None, somebody()):
            visitor = site.visitor()
            if person is not None:
                visitor.sign_in(person)
            for choice in choices:
                choose(visitor, choice, *FOUR_GROUPS)
            said = " and then ".join(choices) or "nothing"
            yield f"{'a stranger' if person is None else 'a member'} who has said {said}", visitor


def _obeys_at_the_front_door(site: RunningSite, covered: list[str], rest: list[str]) -> None:
    """Let a page be kept for who has allowed everything; with the signal, it is not theirs."""
    visitor = site.visitor()
    choose(visitor, "accept")
    for _ in range(2):
        kept = visitor.get_at_the_front_door("/")
        missing = lacking(kept, *FOUR_GROUPS)
        require(not missing, f"a server shows {missing[:1]} to nobody who has allowed it")
    visitor.headers["Sec-GPC"] = "1"
    _obeys(visitor.get_at_the_front_door("/"), covered, rest, "who asks a server")


@promise("signals.do-not-track", look=Look.REHEARSAL)
def do_not_track_changes_no_choice(site: RunningSite) -> Evidence:
    """With `DNT: 1`, each answer has the same effect as without it."""
    with everything_on(site):
        for value in ("accept", "reject"):
            pages = []
            for headers in ({}, {"DNT": "1"}):
                visitor = site.visitor()
                visitor.headers.update(headers)
                choose(visitor, value)
                seen = visitor.get("/")
                pages.append((tag_numbers(seen), seen.permitted, len(seen.page.scripts)))
            require(pages[0] == pages[1], f"with Do Not Track, {value} has another effect")
    return Evidence(
        "When we switched everything on for a test, each answer had the same effect with the signal "
        "and without it.",
        {"answers compared": 2},
    )
