"""The walk: every address of the site, by everybody, with GET, HEAD and POST, in a rehearsal."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction

from privacy.promises.page_reader import Element
from privacy.promises.visitor import Answer, Site, Visitor
from privacy.promises.witness import browser_rules, cast, front_door, mail_rules, record_rules  # noqa: F401 - the rules register themselves
from privacy.promises.witness.cast import MEMBER, STRANGER, SUPERUSER, undone
from privacy.promises.witness.exchange import Exchange, is_of_the_world, plain_name
from privacy.promises.witness.filling import filled
from privacy.promises.witness.links import (
    BY_AN_ADVERTISEMENT,
    forms_of,
    leads_of,
    links_of,
    path_here,
    pattern_of,
    secrets_of,
    styles_named_by,
)
from privacy.promises.witness.mails import Mail, mails_in
from privacy.promises.witness.names_asked import DESK, NamesAsked
from privacy.promises.witness.recorder import Recorder, heard_by
from privacy.promises.witness.rules import ANSWER, MAIL, Judge, Known, known_of
from privacy.promises.witness.url_map import Route, addresses_of_rows, all_routes, beside, some_of

MOST_OF_A_KIND = 400
"""Of how many objects of one kind a stranger opens each. Of more, so many that nobody can guess."""
FEW_OF_A_KIND = 2
"""How many of them a superuser opens where no role may. All others, and strangers there, open one."""
FRONT_DOOR = "a stranger at the front door"
NO_ANSWER, FAILED, BUSY = 0, 500, 503
PROBE = "readyz"  # says by 503 that something is not in order: that is its answer
DEBUG_PAGE = "because you have <code>DEBUG = True</code>"
"""What Django shows of an error on a developer’s machine in place of the site’s own page."""
ACCOUNTS = "/accounts/"
DEEPEST = 3  # forms in a row: register, confirm, and what the page after that offers


@dataclass(eq=False)
class Walk:
    """What the walk has come to."""

    site: Site
    only: frozenset[str] | None = None
    """The names of the routes that a test wants walked."""
    counts: Counter[str] = field(default_factory=Counter)
    reached: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    addresses: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    routes: tuple[Route, ...] = ()
    broken_off: Exception | None = None
    """What ended it before everything was seen: what was seen before still counts."""
    left_out: list[str] = field(default_factory=list)  # it ended in an error on the way
    _newest: dict[str, None] = field(default_factory=dict)  # rows of this walk's people
    _beside: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _links_met: set[str] = field(default_factory=set)
    _styles: set[str] = field(default_factory=set)
    _wrote: set[str] = field(default_factory=set)
    """Into which tables something was written since the last request began."""
    _opened: dict[str, Answer] = field(default_factory=dict)  # by a role, to see what it is offered
    _sent_empty: set[str] = field(default_factory=set)
    """The patterns to which nothing was sent by who may use them."""

    def __post_init__(self) -> None:
        """Have somebody to tell, before there is anybody to walk."""
        self.judge = Judge(Known(()))
        self.recorder = Recorder(self._told)
        self._pattern_of = cache(pattern_of)

    def run(self) -> None:
        """Walk."""
        cast.discover()
        self.people = cast.made_up()
        self._roles = cast.roles()
        self.judge = Judge(known_of(self.people, staff=frozenset({*self._roles, SUPERUSER})))
        self._names = NamesAsked(self.site, self.people, self._send, self.counts)
        self.by_pattern = {one.pattern: one for one in all_routes()}
        self.routes = tuple(
            one for one in self.by_pattern.values() if self.only is None or one.name in self.only
        )
        self._beside = beside(self.by_pattern.values())
        self.mailed: list[Mail] = []
        with heard_by(self.recorder):
            self._at_the_front_door()
        with self.site.rehearsal(), heard_by(self.recorder):
            self.judge.known.desk = mail_rules.desk(self.judge.known)
            visitors = cast.visitors(self.site, self.people, self._leaving_out)
            sessions = {v.cookies.get(settings.SESSION_COOKIE_NAME, "") for v in visitors.values()}
            self.judge.known.secrets.update(sessions - {""})
            self._collect_addresses()
            self._walk(visitors)
            mail_rules.judge_recipients(self.mailed, self.judge)

    @property
    def unreached(self) -> list[str]:
        """The views that no look has come to."""
        return [one.shown_name for one in self.routes if one.pattern not in self.reached]

    @contextmanager
    def _leaving_out(self, what: str) -> Iterator[None]:
        """Go on where one thing ends in an error: what is promised of it, other checks look at."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever a room's code may raise
            self.left_out.append(f"{what} ({type(error).__name__})")

    def faults_of(self, *subjects: str) -> list[str]:
        """Return the breaches of some rules."""
        return [fault for subject in subjects for fault in self.judge.faults.get(subject, [])]

    def _told(self, kind: str, thing: Any) -> None:
        if kind == "row":
            self._wrote.add(f"{thing.statement.split(None, 1)[0].upper()} {thing.table}")
            for mail in mails_in(thing):
                self.mailed.append(mail)
                self.judge.known.secrets.update(s for link in mail.links for s in secrets_of(link))
                self.recorder.note(MAIL, mail)
        self.judge(kind, thing)

    def _collect_addresses(self) -> None:
        for one in self.routes:
            if one.path:
                self.addresses[one.pattern][one.path] = None
        for address in cast.unlinked():
            self.addresses[self._pattern_of(address)][address] = None
        for mail in self.mailed:
            for link in mail.links:
                self._meet(path_here(link, "/"))
        self._newest = dict.fromkeys(addresses_of_rows(self.routes))
        for address in self._newest:
            self._meet(address)

    def _walk(self, visitors: Mapping[str, Visitor]) -> None:
        desk = tuple(one for one in self.routes if one.is_admin)
        public = tuple(one for one in self.routes if not one.is_admin)
        sent: set[Any] = set()
        for who, visitor in visitors.items():
            if who in self._roles:
                sent |= self._go(who, visitor, self._offered_to(who, visitor, desk))
                self._opened.clear()
            elif who == STRANGER:
                self._go(who, visitor, public + desk)
            elif who == MEMBER:
                sent |= self._go(who, visitor, public + desk)
            elif who == SUPERUSER:
                self._go(who, visitor, desk + public, sent)
            else:
                self._go(who, visitor, public)
        for scene, (who, path) in cast.scenes().items():
            if self.only is None or self._wanted(self._pattern_of(path)):
                with self._leaving_out(f"the scene {scene.__name__}"), undone(visitors[who]):
                    scene(visitors[who], partial(self._send, who, visitors[who]))

    def _offered_to(self, who: str, visitor: Visitor, desk: tuple[Route, ...]) -> tuple[Route, ...]:
        """Return what the desk offers to a role: which pages it may open is tried elsewhere."""
        if not desk:
            return ()
        self._opened = {DESK: self._send(who, visitor, "GET", DESK)}
        lists = [one for one in sorted(leads_of(self._opened[DESK])) if one.count("/") == 4]
        self._opened |= {one: self._send(who, visitor, "GET", one) for one in lists}
        links = set[str]().union(*map(leads_of, self._opened.values()))
        offered = {self._pattern_of(link) for link in links}
        return tuple(one for one in desk if one.pattern in offered)

    def _go(
        self, who: str, visitor: Visitor, routes: tuple[Route, ...], sent: Iterable[Any] = ()
    ) -> set[Any]:
        """Open routes and send their forms but those sent before; return which were sent by now."""
        done: set[str] = set()
        forms = set(sent)
        other = self.people[MEMBER].visitor(self.site)  # from another network, by another browser
        found = True
        while found:  # also by a page that comes after what it leads to
            found = False
            for one in routes:
                fresh = self._some_of(one, who, done)
                found = found or bool(fresh)
                for number, address in enumerate(fresh):
                    done.add(address)
                    with self.site.hearing_what_is_asked() as asked:
                        known = self._opened.pop(address, None)
                        answer = known or self._send(who, visitor, "GET", address)
                    if number == 0:
                        self._names(who, visitor, address, asked)
                        if who == STRANGER:
                            self._send(who, other, "HEAD", address)
                            self._send(who, other, "OPTIONS", address)
                        if who != SUPERUSER or one.pattern not in self._sent_empty:
                            with undone(visitor):
                                self._send(who, visitor, "POST", address)
                        if who in self._roles if one.is_admin else who == MEMBER:
                            self._sent_empty.add(one.pattern)
                        self._fill_in(who, visitor, answer, forms, 0)
        if who == STRANGER:
            self._go_where_nothing_leads(who, visitor)
        return forms

    def _go_where_nothing_leads(self, who: str, visitor: Visitor) -> None:
        for path in sorted(self._styles):
            self._send(who, visitor, "GET", path)
        for path in ("/", "/privacy/", "/contact/webmaster/"):
            if self._wanted(self._pattern_of(path)):
                self._send(who, visitor, "GET", f"{path}?{BY_AN_ADVERTISEMENT}")
        for path, fill in cast.unasked().items():
            if self._wanted(self._pattern_of(path)):
                with undone(visitor):
                    self._send(who, visitor, "POST", path, fill(self.people[who]))

    def _at_the_front_door(self) -> None:
        public = {one.path: one for one in self.routes if one.path and not one.is_admin}
        for path, answer in front_door.opened_twice(self.site, public):
            if isinstance(answer, str):
                self.judge.note(browser_rules.HEADERS, answer)
                return
            self.counts["at the front door"] += 1
            self._note(Exchange(FRONT_DOOR, "GET", public[path], answer, frozenset()))

    def _note(self, seen: Exchange) -> None:
        if seen.answer.status == BUSY:
            if seen.route is None or seen.route.pattern != PROBE:
                self.left_out.append(seen.said)
        elif seen.answer.status >= FAILED:
            self.judge.note(browser_rules.FAILURES, f"{seen.said} ends in an error")
        if not (settings.DEBUG and DEBUG_PAGE in seen.answer.text):
            self.recorder.note(ANSWER, seen)

    def _some_of(self, one: Route, who: str, done: set[str]) -> list[str]:
        """Return addresses of a route that somebody has still to open."""
        most = 1
        if who == SUPERUSER and one.is_admin and one.pattern not in self._sent_empty:
            most = FEW_OF_A_KIND
        if who == STRANGER and not one.is_admin:
            most = MOST_OF_A_KIND
        return some_of(self.addresses[one.pattern], done, self._newest, most)

    def _fill_in(
        self, who: str, visitor: Visitor, answer: Answer, forms: set[Any], depth: int
    ) -> None:
        if not answer.is_page or "<form" not in answer.text:
            return
        for form in forms_of(answer.text):
            action = urljoin(answer.path, form.get("action")) or answer.path
            shape = (
                self._pattern_of(action),
                tuple(box.get("name") for box in form.all("input", "textarea", "select")),
            )
            if shape in forms or (self.only is not None and not self._wanted(shape[0])):
                continue
            forms.add(shape)
            led: set[str] = set()
            for data in self._ways_to_fill(form, who, action, led):
                with undone(visitor):
                    seen = len(self.mailed)
                    after = self._send(who, visitor, "POST", action, data)
                    self.counts["forms sent"] += 1
                    self.counts["forms taken"] += after.status in (200, 302, 303)
                    led |= set(data) if after.status in (302, 303) else set()
                    self._follow(who, visitor, after, self.mailed[seen:], forms, depth)

    def _ways_to_fill(self, form: Element, who: str, action: str, led: set[str]) -> Iterator[Any]:
        """Yield what is sent: a stranger comes without an account, and as who has one."""
        as_well = [MEMBER] if who == STRANGER and action.startswith(ACCOUNTS) else []
        for person in (who, *as_well):
            yield from filled(form, self.people[person], led)

    def _follow(
        self,
        who: str,
        visitor: Visitor,
        after: Answer,
        mails: list[Mail],
        forms: set[Any],
        depth: int,
    ) -> None:
        """Open the page after a form, and what was mailed; send the forms there."""
        if depth >= DEEPEST:
            return
        leads = [after.header("Location")] if after.status in (301, 302, 303) else []
        leads += [link for mail in mails for link in mail.links]
        for path in filter(None, (path_here(lead, after.path) for lead in leads)):
            page = self._send(who, visitor, "GET", path)
            if page.status in (301, 302, 303):
                led = path_here(page.header("Location"), path)
                page = self._send(who, visitor, "GET", led) if led else page
            if not NO_ANSWER < page.status < FAILED:  # a notice waits to be shown
                self._send(who, visitor, "GET", after.path)
            self._fill_in(who, visitor, page, forms, depth + 1)

    def _wanted(self, pattern: str) -> bool:
        return any(one.pattern == pattern for one in self.routes)

    def _send(
        self,
        who: str,
        visitor: Visitor,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
    ) -> Answer:
        brought = frozenset(map(plain_name, visitor.cookies))
        answer, pattern = Answer(path, NO_ANSWER, {}, {}, ""), self._pattern_of(path)
        self._wrote.clear()
        try:
            # What fails in the database fails for this request alone.
            with transaction.atomic():
                answer = visitor.ask(method, path, data or {})
                if answer.status >= FAILED:
                    transaction.set_rollback(True)
        except Exception as error:  # noqa: BLE001 - whatever a view may raise
            said = f"{method} /{pattern} by {who} ({type(error).__name__})"
            if is_of_the_world(error):
                self.left_out.append(said)
            else:
                self.judge.note(browser_rules.FAILURES, f"{said} ends in an error")
        self.reached[pattern].add(answer.status)
        if answer.status == NO_ANSWER:
            return answer
        self.counts[method] += 1
        as_whom = MEMBER if who == STRANGER and "session" in brought else who
        by_whom = (brought, data or {}, as_whom, frozenset(self._wrote))
        self._note(Exchange(who, method, self.by_pattern.get(pattern), answer, *by_whom))
        if method == "GET" and answer.is_page:
            self._styles |= styles_named_by(answer.text)
            for link in links_of(answer.text):
                if link and link not in self._links_met:
                    if link.startswith("/"):  # leads to one place, wherever it stands
                        self._links_met.add(link)
                    self._meet(path_here(link, path))
        if answer.header("Location"):
            self._meet(path_here(answer.header("Location"), path))
        return answer

    def _meet(self, path: str) -> None:
        path = path.partition("?")[0]
        if path:
            pattern = self._pattern_of(path)
            for one, rest in ((pattern, ""), *self._beside.get(pattern, ())):
                self.addresses[one].setdefault(path + rest)
