"""What goes wrong on the walk concerns what it belongs to, and no other promise."""

from collections import Counter
from typing import Any

import pytest
from django.db import OperationalError, connection

from contact.services import Submission, receive_message
from privacy.promises.registry import NotCarriedOut, PromiseBroken
from privacy.promises.running_site import RunningSite
from privacy.promises.visitor import Answer
from privacy.promises.witness import browser_rules, cast
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.names_asked import MOST_OF_A_NAME, NamesAsked
from privacy.promises.witness.url_map import Route, some_of
from privacy.promises.witness.walk import Walk
from sens_site.promises import walk as looks

SAVE_ROW = ("_save", "_addanother", "_continue")


@pytest.mark.django_db
def test_a_walk_that_breaks_off_is_one_broken_promise_and_leaves_the_others_open(monkeypatch):
    site, runs = RunningSite(routes=frozenset()), []

    def fail(self: Any) -> None:
        runs.append(self)
        raise LookupError("no")

    monkeypatch.setattr("privacy.promises.witness.walk.Walk.run", fail)
    with pytest.raises(LookupError):
        looks.every_answer_is_guarded(site)
    for look in (looks.each_cookie_is_set_as_listed, looks.the_server_tells_nobody):
        with pytest.raises(NotCarriedOut, match="broke off"):
            look(site)
    assert len(runs) == 1


@pytest.mark.django_db
def test_what_was_seen_before_a_walk_broke_off_still_counts(monkeypatch):
    def fail(self: Any) -> None:
        self.judge.faults[browser_rules.COOKIES].append("a page sets a cookie")
        raise LookupError("no")

    monkeypatch.setattr("privacy.promises.witness.walk.Walk.run", fail)
    with pytest.raises(PromiseBroken, match="a page sets a cookie"):
        looks.each_cookie_is_set_as_listed(RunningSite(routes=frozenset()))


@pytest.mark.django_db
def test_what_a_room_cannot_make_is_left_out_and_the_walk_goes_on(monkeypatch):
    def fail(*args: Any) -> None:
        raise LookupError("no")

    cast.discover()  # what is imported later would register in what is put back
    monkeypatch.setattr("privacy.promises.witness.cast._makes_rows", {fail: None})
    site = RunningSite(routes=frozenset({"contact:thanks"}))
    assert site.walk.reached["contact/webmaster/thanks/"] >= {200}
    looks.each_cookie_is_set_as_listed(site)
    with pytest.raises(NotCarriedOut, match=r"test_walk.*LookupError"):
        looks.every_answer_is_guarded(site)


@pytest.mark.django_db
def test_an_address_that_gives_no_answer_is_a_fault_but_where_the_world_is_to_blame(monkeypatch):
    send = RunningSite.send

    def fail(self: RunningSite, method: str, path: str, **more: Any) -> Answer:
        if path == "/contact/webmaster/thanks/":
            raise LookupError("no") if method == "GET" else OperationalError("locked")
        return send(self, method, path, **more)

    monkeypatch.setattr(RunningSite, "send", fail)
    site = RunningSite(routes=frozenset({"contact:thanks"}))
    assert site.walk.broken_off is None
    there = "/contact/webmaster/thanks/ by a stranger"
    assert f"POST {there} (OperationalError)" in site.walk.left_out
    with pytest.raises(PromiseBroken, match=r"LookupError. ends in an error"):
        looks.every_answer_is_guarded(site)
    looks.each_cookie_is_set_as_listed(site)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "pattern", "left_out", "faults"),
    [(500, "a/", 0, 1), (503, "a/", 1, 0), (503, "readyz", 0, 0), (502, "readyz", 0, 1)],
)
def test_an_answer_that_failed_is_a_fault_and_one_that_is_busy_was_no_answer(
    status, pattern, left_out, faults
):
    walk = Walk(RunningSite(routes=frozenset()))
    answer = Answer("/a/", status, {}, {}, "")
    walk._note(Exchange("somebody", "GET", Route(pattern, "", print, ""), answer, frozenset()))
    assert (len(walk.left_out), len(walk.faults_of(browser_rules.FAILURES))) == (left_out, faults)


@pytest.mark.django_db
def test_a_front_door_that_gives_no_answer_is_a_fault_of_technical_protection_alone(monkeypatch):
    def fail(*args: Any) -> None:
        raise LookupError("no")

    monkeypatch.setattr("privacy.promises.witness.front_door.ask", fail)
    site = RunningSite(routes=frozenset({"contact:thanks"}))
    looks.each_cookie_is_set_as_listed(site)
    with pytest.raises(PromiseBroken, match=r"asked for .* ends in an error .LookupError"):
        looks.every_answer_is_guarded(site)


@pytest.mark.django_db
def test_a_limit_that_cannot_be_set_aside_does_not_end_a_rehearsal(monkeypatch):
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM accounts_user")

    cast.discover()  # what is imported later would register in what is put back
    monkeypatch.setattr("privacy.promises.witness.cast._set_aside", {fail: None})
    site = RunningSite()
    with site.rehearsal():
        assert site.get("/contact/webmaster/").status == 200


@pytest.mark.django_db
def test_what_only_a_script_or_a_lost_log_in_leads_to_is_seen_as_well():
    routes = {"accounts:passkeys", "accounts:remove_passkey", "accounts:log_in_by_passkey"}
    of_a_code = {"mfa_authenticate", "consent:load-once"}
    site = RunningSite(routes=frozenset({*routes, *of_a_code, "accounts:profile"}))
    pages = ("passkey_remove", "passkey_refused", "session_ended")
    templates = {
        *(f"accounts/{page}.html" for page in pages),
        "mfa/authenticate.html",
        "privacy/consent/once.html",
    }
    assert templates - site.walk.recorder.templates == set()
    assert site.walk.unreached == site.walk.left_out == []
    assert {subject: found for subject, found in site.walk.judge.faults.items() if found} == {}


@pytest.mark.django_db
def test_what_an_address_answers_only_after_something_has_happened_is_seen_as_well():
    """Too many consents, a group that is asked about again, mail that is tried again, a history."""
    routes = {"pages:home", "consent:cookies", "consent:choose", "promises:promises"}
    site = RunningSite(routes=frozenset({*routes, "admin:outbox_outboxmail_changelist"}))
    templates = {
        "privacy/consent/too_many.html", "partials/asked_again.html", "privacy/promises/strip.html",
        "admin/outbox/outboxmail/try_again.html",
    }  # fmt: skip
    assert templates - site.walk.recorder.templates == set()
    assert site.walk.left_out == []
    assert {subject: found for subject, found in site.walk.judge.faults.items() if found} == {}


@pytest.mark.django_db
def test_a_stranger_comes_by_links_of_advertisements_and_with_what_is_asked(monkeypatch):
    opened: set[str] = set()
    plain = Walk._send

    def send(self: Any, who: str, visitor: Any, method: str, path: str, data: Any = None) -> Any:
        opened.add(path)
        return plain(self, who, visitor, method, path, data)

    monkeypatch.setattr(Walk, "_send", send)
    assert (
        RunningSite(routes=frozenset({"contact:webmaster", "search:search"})).walk.unreached == []
    )
    assert {path.partition("=")[0] for path in opened if "gclid" in path} == {
        "/contact/webmaster/?utm_source"
    }
    assert "/search/?q=cookys" in opened


@pytest.mark.django_db
def test_a_name_is_tried_by_who_is_signed_in_and_with_what_it_is_compared():
    opened: list[str] = []
    site = RunningSite(routes=frozenset())

    def send(who: str, visitor: Any, method: str, path: str) -> None:
        opened.append(path)
        heard: Any = site._asked
        heard["confirm"] = {"1", "yes", "no", "why"}

    people = {who: Canary() for who in (cast.STRANGER, cast.MEMBER, cast.SUPERUSER)}
    names = NamesAsked(site, people, send, Counter())
    names._asked[cast.MEMBER, "page"] = MOST_OF_A_NAME
    asked: dict[str, set[str]] = {"confirm": set(), "page": set(), "_popup": set()}
    for who, path in (
        (cast.STRANGER, "/a/"),
        (cast.SUPERUSER, "/a/"),
        (cast.MEMBER, "/a/?b=c"),
        (cast.SUPERUSER, "/admin/"),
    ):
        names(who, site.visitor(), path, asked)
    values = ("1", "no", "why")
    of_the_desk = [f"/admin/?confirm={one}" for one in values] + ["/admin/?page=1"]
    assert opened == [*(f"/a/?confirm={one}" for one in values), *of_the_desk]


@pytest.mark.django_db
def test_a_superuser_opens_all_and_sends_no_form_that_a_role_has_sent(monkeypatch):
    sent: set[tuple[str, str, tuple[str, ...]]] = set()
    opened: set[tuple[str, str]] = set()
    plain = Walk._send

    def send(self: Any, who: str, visitor: Any, method: str, path: str, data: Any = None) -> Any:
        if data:
            sent.add((who, path, tuple(data)))
        opened.add((who, path))
        return plain(self, who, visitor, method, path, data)

    monkeypatch.setattr(Walk, "_send", send)
    add = "/admin/contact/cannedanswer/add/"
    site = RunningSite(routes=frozenset({"admin:index", "admin:contact_cannedanswer_add"}))
    assert site.walk.unreached == []
    assert {who for who, path in opened if path == add} >= {"a Webmaster", "a superuser"}
    assert {who for who, path, _ in sent if path == add} == {"a Webmaster"}


@pytest.mark.django_db
def test_a_role_opens_each_list_that_it_is_offered_once(monkeypatch):
    lists, asked, plain = "/admin/contact/cannedanswer/", list[str](), Walk._send

    def send(self: Any, who: str, visitor: Any, method: str, path: str, data: Any = None) -> Any:
        if (who, path) == ("a Webmaster", lists):
            asked.append(method)
        return plain(self, who, visitor, method, path, data)

    monkeypatch.setattr(Walk, "_send", send)
    route = "admin:contact_cannedanswer_changelist"
    assert RunningSite(routes=frozenset({"admin:index", route})).walk.unreached == []
    assert asked[:2] == ["GET", "POST"]


ONCE, TWICE = ["_addanother", "_continue", "_save", "_save"], sorted([*SAVE_ROW, *SAVE_ROW])


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "pressed"), [(302, ONCE), (200, TWICE)])
def test_a_button_that_leads_elsewhere_is_pressed_until_the_form_was_taken(
    monkeypatch, status, pressed
):
    sent: list[str] = []
    site, ada = RunningSite(), Canary()

    def send(self: Any, who: str, by: Any, method: str, path: str, data: Any = ()) -> Answer:
        sent.extend(name for name in data if name in SAVE_ROW)
        return Answer(path, status, {}, {}, "")

    monkeypatch.setattr(Walk, "_send", send)
    walk = Walk(site)
    walk.people, walk.mailed = {cast.STRANGER: ada}, []
    buttons = "".join(f'<input type="submit" name="{name}">' for name in SAVE_ROW)
    form = f'<form method="post"><input type="checkbox" name="box">{buttons}</form>'
    answer = Answer("/admin/", 200, {"Content-Type": "text/html"}, {}, form)
    walk._fill_in(cast.STRANGER, ada.visitor(site), answer, set(), 0)
    assert sorted(sent) == pressed


@pytest.mark.django_db
def test_the_photo_of_a_message_is_opened_however_many_messages_without_one_there_are():
    """What visitors have written is in the lists of the desk too, and has no such page behind it."""
    for number in range(40):
        receive_message(
            Submission(
                name="A",
                email=f"a{number}@customer.test",
                phone="",
                message=f"No. {number}",
                wants_contact=False,
            )
        )
    names = {"changelist", "change", "photo"}
    routes = frozenset(f"admin:contact_contactmessage_{name}" for name in names)
    for _ in range(3):
        walk = RunningSite(routes=routes | {"admin:index"}).walk
        assert walk.left_out == []
        assert walk.unreached == []


@pytest.mark.parametrize(
    ("done", "most", "own", "number"),
    [
        ((), 1, True, 1),
        ((), 2, True, 2),
        (("/7",), 2, False, 1),
        ((), 0, False, 0),
        ((), 9, True, 9),
    ],
)
def test_of_many_addresses_one_is_of_a_newest_row(done, most, own, number):
    addresses = [f"/{one}" for one in range(9)]
    chosen = some_of(addresses, done, {"/8", "/5"}, most)
    assert (len(chosen), len(set(chosen))) == (number, number)
    assert not set(chosen) & set(done)
    assert not own or set(chosen) & {"/8", "/5"}
