"""Promises to who has an account: their own copy, and a browser that is known."""

import ast
import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.http import HttpResponse

from accounts.known_devices import remember_device
from accounts.models import User
from accounts.promises import DATA, Person, registered
from privacy.promises.registry import (
    Evidence,
    Look,
    NotCarriedOut,
    PromiseBroken,
    promise,
    require,
)
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.seen_links import are_seen, button_is_seen
from privacy.promises.visitor import SetCookie
from sens_site.promises.all_ones_rows import everything_is_shown
from sens_site.promises.source_code import called, only_where_known
from sens_site.promises.stored_secrets import SAMPLES, long_enough

COPY = "/accounts/data/copy/"
PROFILE = "/accounts/profile/"
KNOWN_DEVICE = re.compile(r"(?:__Secure-)?known_device")
WHOLE = 16
"""So many signs of a digest are no coincidence."""
COPIES = 7
"""How many copies one person asks for in a row: the sentence says at once, and not how often."""
DAYS_182 = 182 * 24 * 3600
LONG_AGO = datetime(2016, 1, 31, tzinfo=UTC)
OWNERS: tuple[dict[str, Any], ...] = (
    {"is_staff": True},
    {"is_staff": True, "is_superuser": True},
    {"date_joined": LONG_AGO, "last_login": LONG_AGO},
    {"last_login": None, "company": "", "name": "", "position": "", "phone": ""},
)
"""Who logs in as well: staff, who came years ago, who has said nothing of themselves."""
PAGES_OF_ACCOUNTS = (
    PROFILE, COPY, DATA, "/accounts/", "/accounts/email/", "/accounts/login/", "/accounts/password/change/",
    "/accounts/sessions/", "/contact/webmaster/", "/",
)  # fmt: skip
"""What somebody opens, or sends to, who has logged in before."""
MARKED = {
    "accounts/adapter.py": 1,
    "accounts/known_devices.py": 1,
    "privacy/consent/offer/catalogue.py": 1,
}
"""How often code has to do with that mark: a log-in sets it, and the page of cookies names it."""
MARKING = re.compile("KNOWN_DEVICE_COOKIE_NAME|remember_device")


def person_with_a_message(site: RunningSite) -> Person:
    """Return somebody who has registered, filled in the profile and written to us."""
    person = registered(site)
    person.visitor.post(PROFILE, person.details)
    message = {"name": person.details["name"], "email": person.email, "message": _told_by(person)}
    answer = site.visitor().post("/contact/webmaster/", message)
    require(answer.status == 303, f"a message is answered with {answer.status}")
    return person


def _told_by(person: Person) -> str:
    return f"{person.username} wrote this."


@promise("account.own-copy", look=Look.REHEARSAL)
def ones_own_copy_is_whole_and_ones_own(site: RunningSite) -> Evidence:
    """Who is logged in sees and downloads all that is theirs, and nothing of anybody else's."""
    with site.rehearsal():
        person, neighbour = person_with_a_message(site), person_with_a_message(site)
        held = person.visitor.get(DATA)
        unseen = sorted(word for word in person.words if word not in held.shown)
        require(not unseen, f"the page of what we hold lacks {len(unseen)} details of the person")
        are_seen(site, (held,), COPY)
        page = person.visitor.get(COPY)
        require(page.status == 200, f"the page of the copy answers {page.status}")
        forms = page.page.forms(COPY) or [f for f in page.page.forms() if not f.get("action")]
        button_is_seen(site, page, forms[0] if forms else None, "download the copy")
        files = _unpacked(person.visitor)
        for _ in range(COPIES):
            again = neighbour.visitor.post(COPY, {}).status
            require(again == 200, f"who has a copy already is answered {again}")
        stranger = site.visitor().post(COPY, {})
        require(stranger.status in (302, 303), f"a stranger gets {stranger.status} for the copy")
        rows = everything_is_shown(User.objects.get(username=person.username), person.visitor)
    mine = {*person.words, _told_by(person)}
    for name in ("data.json", "index.html"):
        require(name in files, f"the copy has no {name}")
        lost = sorted(word for word in mine if word not in files[name])
        require(not lost, f"{name} of the copy lacks {len(lost)} things of the person")
    whole = "\n".join([held.text, *files.values()])
    foreign = [word for word in {*neighbour.words, _told_by(neighbour)} if word in whole]
    require(not foreign, f"the copy holds {len(foreign)} things of somebody else")
    json.loads(files["data.json"])
    return Evidence(
        "Played through for this check: two people registered and wrote to us; one of them saw and "
        "downloaded all of it at once, and nothing of the other’s.",
        {
            "things found in the copy": len(mine),
            "things of somebody else": 0,
            "rows shown, in every state": rows,
            "copies for one person": COPIES,
        },
    )


def _unpacked(visitor: Visitor) -> dict[str, str]:
    answer = visitor.post(COPY, {})
    require(answer.status == 200, f"the copy is answered with {answer.status}")
    try:
        with ZipFile(BytesIO(answer.body)) as archive:
            return {one: archive.read(one).decode() for one in archive.namelist()}
    except BadZipFile as error:
        raise PromiseBroken("the copy is no archive that can be opened") from error


@promise("cookies.known-device", look=Look.REHEARSAL)
def a_browser_is_known_for_182_days(site: RunningSite) -> Evidence:
    """Set by a log-in alone, for 182 days and the account pages; it keeps guessers from the owner."""
    with site.rehearsal():
        looking = site.visitor()
        for path in ("/", "/accounts/login/", "/accounts/register/"):
            require(not _marks(looking.get(path).cookies), f"{path} marks a browser as known")
        wrong = looking.post("/accounts/login/", {"login": "nobody", "password": "not a password"})
        require(not _marks(wrong.cookies), "a failed log-in marks a browser as known")
        person = registered(site)
        again = Person(site.visitor(), username=person.username)
        given = _marks(again.log_in().cookies)
        require(len(given) == 1, f"a log-in marks the browser {len(given)} times")
        told = given[0].attributes
        require(told.get("max-age") == str(DAYS_182), f"it lives for {told.get('max-age')} seconds")
        require(told.get("path") == "/accounts/", f"it is sent to {told.get('path')}")
        require("httponly" in told, "a script can read it")
        _names_nobody(given[0].value, person)
        first = [v for name, v in person.visitor.cookies.items() if KNOWN_DEVICE.fullmatch(name)]
        require(len(first) == 1, "the browser of the first log-in is not known")
        shared = _parts(first[0]) & _parts(given[0].value)
        require(not shared, "two browsers of one person bear the same number")
        _lives_no_longer_for_some(site, person)
        _is_marked_by_a_log_in_alone(again)
        _keeps_the_owner_in(site, person, again.visitor)
    only_where_known("has to do with the mark of a browser", marks_a_browser, MARKING, MARKED)
    return Evidence(
        "Played through for this check: a log-in marked the browser for 182 days, for the account "
        "pages alone and without a name; when strangers had used up the guesses at the password, "
        "its owner could still log in from that browser, and nobody could without the password.",
        {"days": 182},
    )


def _lives_no_longer_for_some(site: RunningSite, person: Person) -> None:
    """Require the same days and the same pages whoever logs in: staff, too, who are customers beside."""
    user = User.objects.filter(username=person.username)
    usual = user.values(*{name for kind in OWNERS for name in kind}).get()
    for kind in OWNERS:
        user.update(**{**usual, **kind})
        given = _marks(Person(site.visitor(), username=person.username).log_in().cookies)
        lives = [(one.attributes.get("max-age"), one.attributes.get("path")) for one in given]
        said = f"for some the mark of a browser lives for {lives}"
        require(lives == [(str(DAYS_182), "/accounts/")], said)
    user.update(**usual)


def _is_marked_by_a_log_in_alone(person: Person) -> None:
    """Require that nothing else marks the browser anew: 182 days after the log-in it is forgotten."""
    for path in PAGES_OF_ACCOUNTS:
        opened = person.visitor.get(path)
        require(not _marks(opened.cookies), f"{path} marks a browser anew when it is opened")
        sent = person.visitor.post(path, person.details if path == PROFILE else {})
        require(not _marks(sent.cookies), f"{path} marks a browser anew when something is sent")


def marks_a_browser(node: ast.AST) -> bool:
    named = isinstance(node, ast.Attribute) and node.attr == "KNOWN_DEVICE_COOKIE_NAME"
    return named or called(node) == "remember_device"


def _marks(cookies: tuple[SetCookie, ...]) -> list[SetCookie]:
    return [one for one in cookies if KNOWN_DEVICE.fullmatch(one.name) and one.value]


def _names_nobody(value: str, person: Person) -> None:
    user = User.objects.get(username=person.username)
    telling = [*person.words, str(user.pk)]
    parts = _parts(value)
    named = [word for word in telling if word.lower() in value.lower() and len(word) > 4]
    require(not named and str(user.pk) not in parts, "the cookie names its owner")
    long = [part[:WHOLE] for part in parts if len(part) >= WHOLE]
    hashed = any(part in digest for digest in _hashes(telling) for part in long)
    require(long and not hashed, "the number of the browser is a hash of who owns it")
    # A part that stays from one log-in to the next could be a number of the account's.
    answers = [HttpResponse() for _ in range(SAMPLES)]
    for answer in answers:
        remember_device(answer, user)
    set_by = [morsel.value for answer in answers for morsel in answer.cookies.values()]
    long_enough("a known browser", [one.partition(".")[0] for one in set_by])


def _parts(value: str) -> set[str]:
    return {part for part in re.split(r"[^0-9A-Za-z]+", value.lower()) if part}


def _hashes(words: Iterable[str]) -> Iterator[str]:
    """Yield each usual digest of each word, as anybody could work it out from a list."""
    usual = sorted(hashlib.algorithms_guaranteed)
    for word, name in product({form for one in words for form in (one, one.lower())}, usual):
        digest = hashlib.new(name, word.encode(), usedforsecurity=False)
        size = {"length": 2 * WHOLE} if digest.digest_size == 0 else {}
        for text in (digest.hexdigest(**size), base64.b32encode(digest.digest(**size)).decode()):
            yield text.lower()


def _keeps_the_owner_in(site: RunningSite, person: Person, known: Visitor) -> None:
    """Guess at a password from one connection until it is shut; the owner shares the connection."""
    guesser = Person(site.visitor(), username=person.username)
    for number in range(20):
        guesser.visitor.post(
            "/accounts/login/", {"login": person.username, "password": f"no{number}"}
        )
    shut = guesser.log_in()
    # Who is shut out by nobody needs no known browser: that guesses have a limit is another promise.
    if shut.status == 303:
        raise NotCarriedOut("Guesses at a password have no limit that could lock anybody out.")
    known.cookies = {name: value for name, value in known.cookies.items() if "known" in name}
    known.address = guesser.visitor.address
    wrong = known.post("/accounts/login/", {"login": person.username, "password": "not this one"})
    require(wrong.status != 303, "a known browser needs no password")
    owner = Person(known, username=person.username).log_in()
    require(owner.status == 303, f"strangers lock the owner out of a known browser: {owner.status}")
