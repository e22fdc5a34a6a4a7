"""The rules of the witness, each with what keeps it and what breaks it."""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.http import HttpResponse
from django.views.debug import technical_500_response

from privacy.promises.running_site import RunningSite
from privacy.promises.visitor import Answer, SetCookie
from privacy.promises.witness import browser_rules, cast, record_rules
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.recorder import Entry, Line
from privacy.promises.witness.rules import MOST_KEPT, Judge, Known
from privacy.promises.witness.url_map import Route
from privacy.promises.written_tables import Written

ADA = Canary()
KNOWN = Known((ADA,), {"s3cret-of-a-link-that-is-long"})
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=()",
    "Strict-Transport-Security": "max-age=1",
    "Cache-Control": "private, no-store",
}


def seen(
    html: str = "",
    *,
    path: str = "/",
    method: str = "GET",
    brought: frozenset[str] = frozenset(),
    cookies: tuple[SetCookie, ...] = (),
    **headers: str,
) -> Exchange:
    named = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = Answer(path, 200, {k: v for k, v in named.items() if v}, {}, html, cookies=cookies)
    return Exchange("a stranger", method, None, answer, brought)


def cookie(name: str, value: str = "1", **attributes: str) -> SetCookie:
    usual = {"path": "/", "max-age": "1209600", "secure": "True", "httponly": "True"}
    told = {**usual, "samesite": "Lax", **{k.replace("_", "-"): v for k, v in attributes.items()}}
    return SetCookie(name, value, {k: v for k, v in told.items() if v})


SESSION = "__Host-session"


@pytest.mark.parametrize(
    ("one", "path", "said"),
    [
        (cookie(SESSION), "/accounts/login/", []),
        (cookie(SESSION, max_age=""), "/accounts/login/", []),
        (cookie(SESSION, "", max_age="0"), "/", []),
        (cookie("other"), "/", ["“other”, which is not listed"]),
        (cookie(SESSION, max_age="1209601"), "/accounts/", ["session for 1209601 seconds, not 1209600"]),
        (cookie(SESSION, domain="a.test"), "/accounts/", ["session for other addresses than /"]),
        (cookie(SESSION, path="/a/"), "/accounts/", ["session for other addresses than /"]),
        (cookie(SESSION, samesite="None"), "/admin/", ["session where other sites or scripts can use it"]),
        (cookie(SESSION, httponly=""), "/admin/", ["session where other sites or scripts can use it"]),
        (cookie(SESSION, secure=""), "/admin/", ["session without binding it to this encrypted site"]),
        (cookie("session"), "/admin/", ["session without binding it to this encrypted site"]),
        (cookie(SESSION), "/contact/", ["session, though nothing was done that needs it"]),
    ],
)  # fmt: skip
def test_a_cookie_is_set_as_listed(one, path, said):
    exchange = seen(path=path, method="POST", cookies=(one,))
    found = list(browser_rules.set_as_listed(exchange, KNOWN))
    assert found == [f"{exchange.said} sets {fault}" for fault in said]


def test_a_look_sets_no_cookie_but_renews_staffs():
    signed_in = frozenset({"session"})
    assert (
        list(
            browser_rules.set_as_listed(
                seen(path="/admin/", brought=signed_in, cookies=(cookie(SESSION),)), KNOWN
            )
        )
        == []
    )
    looked = seen(cookies=(cookie(SESSION),))
    assert len(list(browser_rules.set_as_listed(looked, KNOWN))) == 1
    assert len(list(browser_rules.nothing_on_a_first_visit(looked, KNOWN))) == 1
    assert list(browser_rules.nothing_on_a_first_visit(seen(), KNOWN)) == []


def test_who_only_looks_is_known_again_by_nothing_that_an_answer_bears():
    known = Known(())
    first, same, other = (seen(ETag=tag) for tag in ('"1"', '"1"', '"2"'))
    found = [
        len(list(browser_rules.nothing_on_a_first_visit(one, known)))
        for one in (first, same, other)
    ]
    assert found == [0, 0, 1]


def test_what_is_published_between_two_looks_is_no_number_of_a_visitors(monkeypatch):
    known = Known(())
    found = []
    for tag, stamp in (('"1"', "a"), ('"2"', "b"), ('"3"', "b")):
        monkeypatch.setattr("sens_site.lib.cache.content_stamp._last_read", stamp)
        found.append(len(list(browser_rules.nothing_on_a_first_visit(seen(ETag=tag), known))))
    assert found == [0, 0, 1]


def test_a_cookie_that_is_dated_back_is_taken_back():
    past = SetCookie("x", "", {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"})
    assert past.is_taken_back
    assert SetCookie("x", "", {}).seconds is None


@pytest.mark.parametrize(
    "html",
    [
        '<img src="//x.test/a.png">',
        "<IMG SRC=HTTPS://x.test/a.png>",
        '<img src="&#104;ttps://x.test/a.png">',
        '<img src="\\\\x.test/a">',
        '<img srcset="/a 1x, https://x.test/b 2x">',
        '<link rel="stylesheet" href="https://x.test/a.css">',
        '<link rel="icon" href="https://x.test/a.ico">',
        '<svg><use href="https://x.test/a.svg#a"/></svg>',
        '<base href="https://x.test/">',
        '<object data="https://x.test/a"></object>',
        '<iframe src="https://x.test/"></iframe>',
        '<form action="https://x.test/"></form>',
        '<button formaction="https://x.test/">',
        '<p style="background:url(https://x.test/a)">',
        '<meta http-equiv="Refresh" content="0; url=https://x.test/">',
        "<style>@import 'https://x.test/a.css'</style>",
        "<style>a{background:image-set('https://x.test/a' 1x)}</style>",
    ],
)
def test_what_another_site_is_asked_for_is_seen(html):
    assert len(list(browser_rules.loads_from_here(seen(html), KNOWN))) == 1
    allowed = seen(html, brought=frozenset({"cookie_consent"}))
    assert list(browser_rules.loads_from_here(allowed, KNOWN)) == []


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://x.test/">Elsewhere</a>',
        '<link rel="canonical" href="https://x.test/">',
        '<img src="/a.png"><img src="data:image/png;base64,AA">',
        '<img src="https://testserver/a.png">',
        '<!-- <img src="https://x.test/a.png"> -->',
        "<p>x: y</p>",
    ],
)
def test_what_is_only_named_is_not_taken_for_asked_for(html):
    assert list(browser_rules.loads_from_here(seen(html), KNOWN)) == []


def test_a_way_elsewhere_and_styles_of_files_are_seen():
    css: Any = {"Content_Type": "text/css"}
    for away in (seen(Location="//x.test"), seen(Refresh="0; url=//x.t"), seen(NEL="https://x.t")):
        assert len(list(browser_rules.loads_from_here(away, KNOWN))) == 1
    assert len(list(browser_rules.loads_from_here(seen("a{b:url(//x.test)}", **css), KNOWN))) == 1
    for fine in (seen("a{b:url(/a)}", **css), seen("x", Content_Type="text/plain")):
        assert list(browser_rules.loads_from_here(fine, KNOWN)) == []


@pytest.mark.parametrize(
    ("html", "faults"),
    [
        ('<a href="/" ping="/p">', 1),
        ('<link rel="dns-prefetch" href="//x.test">', 1),
        ('<img src="/a" width="1" height="40">', 1),
        ('<img src="/a" hidden>', 1),
        ('<iframe srcdoc="a">', 1),
        ('<img src="/a" width="40" height="40">', 0),
    ],
)
def test_beacons_are_seen(html, faults):
    assert len(list(browser_rules.holds_no_beacon(seen(html), KNOWN))) == faults


@pytest.mark.parametrize(
    ("html", "path", "faults"),
    [
        ("<script>a()</script>", "/", 1),
        ('<script src="/static/visits/visit.js"></script>', "/", 1),
        ('<script src="/static/admin/js/core.js"></script>', "/admin/", 0),
        ('<script src="/static/passkey/passkey.js"></script>', "/accounts/passkey/", 0),
        ('<script src="/static/passkey/passkey.js"></script>', "/contact/", 1),
        ('<script type="application/ld+json">{}</script>', "/", 0),
        ('<p onclick="a()">', "/", 1),
        ('<a href=" java\tscript:a()">', "/", 1),
    ],
)
def test_scripts_are_seen(html, path, faults):
    assert len(list(browser_rules.runs_no_script(seen(html, path=path), KNOWN))) == faults


def test_a_script_after_an_answer_and_a_file_are_not_judged():
    script = '<script src="/static/visits/visit.js"></script>'
    allowed = seen(script, brought=frozenset({"cookie_consent"}))
    assert list(browser_rules.runs_no_script(allowed, KNOWN)) == []
    assert list(browser_rules.runs_no_script(seen(script, Content_Type="text/plain"), KNOWN)) == []


def test_a_source_that_is_permitted_is_seen():
    opened: Any = {"Content_Security_Policy": "default-src 'none'; img-src 'self' https://x.test;"}
    assert len(list(browser_rules.permits_only_this_site(seen(**opened), KNOWN))) == 1
    assert list(browser_rules.permits_only_this_site(seen(), KNOWN)) == []
    allowed = seen(brought=frozenset({"cookie_consent"}), **opened)
    assert list(browser_rules.permits_only_this_site(allowed, KNOWN)) == []


def test_on_a_machine_of_ones_own_nothing_is_bound_to_encryption(settings):
    settings.SITE_IS_HTTPS = False
    bare = seen(Strict_Transport_Security="")
    assert list(browser_rules.carries_the_headers(bare, KNOWN)) == []
    plain = seen(path="/accounts/", method="POST", cookies=(cookie("session", secure=""),))
    assert list(browser_rules.set_as_listed(plain, KNOWN)) == []


@pytest.mark.parametrize(
    ("told", "path", "brought", "faults"),
    [
        ("public, max-age=0", "/", frozenset(), 0),
        ("public, max-age=0", "/", frozenset({"cookie_consent"}), 1),
        ("private, max-age=0", "/accounts/", frozenset({"session"}), 1),
        ("private, no-store", "/accounts/", frozenset({"session"}), 0),
        ("public, max-age=0", "/copy/s3cret-of-a-link-that-is-long/", frozenset(), 1),
        ("", "/", frozenset(), 1),
        ("", "/static/a.css", frozenset(), 0),
    ],
)
def test_what_is_personal_is_stored_nowhere(told, path, brought, faults):
    exchange = seen(path=path, brought=brought, Cache_Control=told)
    assert len(list(browser_rules.is_kept_for_nobody_else(exchange, KNOWN))) == faults


@pytest.mark.parametrize(
    "thing",
    [
        Line("access", f"from {ADA.address}"),
        Written("contact", (ADA.address.upper(), memoryview(b"x")), "INSERT"),
        {"from": ADA.address},
        ("limit", {"by": ADA.address}),
    ],
)
def test_an_address_is_seen_wherever_it_is_kept(thing):
    assert len(list(record_rules.no_address(thing, KNOWN))) == 1
    assert list(record_rules.no_browser(thing, KNOWN)) == []


def test_a_browsers_name_is_seen_wherever_it_is_kept():
    assert len(list(record_rules.no_browser(Line("x", ADA.user_agent), KNOWN))) == 1


def test_words_and_secrets_are_seen_in_a_log():
    assert len(list(record_rules.no_words_in_a_log(Line("x", f"by {ADA.email}"), KNOWN))) == 1
    assert list(record_rules.no_words_in_a_log(Line("x", "by somebody"), KNOWN)) == []
    written = Line("x", "", ("GET /s3cret-of-a-link-that-is-long/",))
    assert len(list(record_rules.no_secrets_in_a_log(written, KNOWN))) == 1
    assert list(record_rules.no_secrets_in_a_log(Line("x", "", ("GET /…",)), KNOWN)) == []


def test_words_are_seen_in_sessions_caches_and_passwords_in_rows():
    assert len(list(record_rules.no_words_in_a_session({"draft": ADA.text}, KNOWN))) == 1
    assert list(record_rules.no_words_in_a_session({"draft": ""}, KNOWN)) == []
    assert len(list(record_rules.no_words_in_a_cache(Entry("k", ADA.name), KNOWN))) == 1
    row = Written("accounts_user", (b"plain " + ADA.password.encode(),), "UPDATE")
    assert len(list(record_rules.no_password_in_a_row(row, KNOWN))) == 1
    assert list(record_rules.no_password_in_a_row(Written("t", ("hash",), "UPDATE"), KNOWN)) == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (sha256(ADA.email.encode()).hexdigest(), ["email address"]),
        (sha256(ADA.address.encode()).hexdigest(), ["IP address"]),
        (sha256(b"another").hexdigest(), []),
    ],
    ids=["email", "network", "nobody"],
)
def test_a_number_that_anybody_can_work_out_is_as_good_as_the_address(key, said):
    found = list(record_rules.no_words_in_a_cache(Entry(f"x:1:{key}", 1), KNOWN))
    by_a_number = "under a number that anybody can work out"
    assert found == [f"the cache holds a {one} {by_a_number}" for one in said]


@pytest.mark.parametrize(
    ("key", "seconds", "faults"),
    [
        ("x:1:limit", 30 * 24 * 3600, 0),
        ("x:1:limit", 0, 0),
        ("x:1:limit", 30 * 24 * 3600 + 1, 1),
        ("x:1:limit", None, 1),
        ("x:1:content-stamp", None, 0),
    ],
)
def test_an_entry_that_outlasts_its_time_is_seen(key, seconds, faults):
    found = list(record_rules.no_entry_outlasts_its_time(Entry(key, 1, seconds), KNOWN))
    assert len(found) == faults


def test_a_log_in_is_judged_by_the_answer_that_brings_it():
    known = Known((ADA,))
    answer = seen(path="/accounts/password/", method="POST")
    log_in = seen(path="/accounts/login/", method="POST")
    known_one = replace(answer, brought=frozenset({"session"}))

    def told(session: dict[str, Any], exchange: Exchange) -> int:
        assert list(record_rules.is_somebodys(session, known)) == []
        return len(list(record_rules.nobody_is_logged_in_by_a_mail(exchange, known)))

    theirs = {"_auth_user_id": "1"}
    assert told(theirs, answer) == 1
    assert [told(theirs, one) for one in (log_in, known_one, seen())] == [0, 0, 0]
    assert told({}, answer) == 0


def test_what_leaves_and_what_is_written_beside_is_seen(settings):
    assert len(list(record_rules.nothing_leaves("socket.connect (…)", KNOWN))) == 1
    beside = [f"{settings.PRIVATE_ROOT}/{one}" for one in ("leads.csv", "exports/leads.csv")]
    for path in ("/elsewhere/log", *beside, f"{settings.PRIVATE_ROOT}/exports/{'0a' * 16}.zip"):
        assert any(record_rules.nothing_is_written_beside(path, KNOWN)) is not (".zip" in path)


@pytest.mark.parametrize(
    ("method", "path", "wrote", "faults"),
    [
        ("GET", "/", (), 0),
        ("GET", "/", ("UPDATE accounts_session",), 0),
        ("GET", "/", ("DELETE accounts_session", "UPDATE accounts_user"), 2),
        ("HEAD", "/accounts/login/?next=/", ("DELETE accounts_session",), 0),
        ("POST", "/", ("DELETE accounts_user",), 0),
    ],
)
def test_a_look_that_writes_is_seen(method, path, wrote, faults):
    looked = replace(seen(path=path, method=method), wrote=frozenset(wrote))
    assert len(list(record_rules.a_look_changes_nothing(looked, KNOWN))) == faults


BOB = Canary()
TWO = Known(
    (ADA, BOB),
    {"s3cret-of-a-link-that-is-long"},
    told_by={word: who for who, one in (("a", ADA), ("b", BOB)) for word in one.told.values()},
    staff=frozenset({"a superuser"}),
)


@pytest.mark.parametrize(
    ("changes", "path", "faults"),
    [
        ({"who": "a"}, "/", ["shows what b told"]),
        ({"who": "b"}, "/", []),
        ({"who": "a superuser"}, "/", []),
        ({"who": "a", "signed_in_as": "b"}, "/", []),
        ({"who": "a", "sent": {"name": BOB.name.upper()}}, "/", []),
        ({"who": "a", "sent": {"name": ADA.name}}, "/", ["shows what b told"]),
        ({"who": "a"}, "/copy/s3cret-of-a-link-that-is-long/", []),
        ({"who": "a", "route": Route("code/<str:token>/", "", print, "")}, "/code/1/", []),
        ({"who": "a", "route": Route("code/", "", print, "")}, "/code/", ["shows what b told"]),
    ],
)
def test_what_another_person_told_is_seen(changes, path, faults):
    answer = replace(seen(f"<p>{BOB.name.upper()}</p>", path=path), **changes)
    said = [f"{answer.said} {one}" for one in faults]
    assert list(record_rules.nobody_else_is_shown(answer, TWO)) == said


def test_nobody_is_shown_where_nothing_is_told_or_by_nobody_who_is_known():
    for html in ("<p>Hello</p>", "<p>zq0123456789</p>"):
        assert list(record_rules.nobody_else_is_shown(seen(html), TWO)) == []


def test_a_judge_keeps_each_breach_once_and_not_all_of_them():
    judge = Judge(KNOWN)
    for number in range(MOST_KEPT + 5):
        for _ in range(2):
            judge("file", f"/elsewhere/{number}")
    assert len(judge.faults[record_rules.FILES]) == MOST_KEPT


def test_no_answer_leads_on_to_an_address_that_says_who_somebody_is():
    def said(location: str) -> list[str]:
        there = Answer("/contact/", 303, {"Location": location}, {}, "")
        exchange = Exchange("a stranger", "POST", None, there, frozenset())
        return list(record_rules.no_words_in_an_address(exchange, KNOWN))

    leads = "POST /an unknown address by a stranger (303) leads on to an address with a"
    assert said(f"/thanks/?to={ADA.mailbox}%40example.com") == [f"{leads} email address"]
    assert said(f"/thanks/?to={quote(ADA.phone)}") == [f"{leads} telephone number"]
    assert said("/thanks/") == []


@pytest.mark.parametrize(
    ("table", "words", "said"),
    [
        (
            "audit_log_auditentry",
            ADA.email,
            ["the table audit_log_auditentry holds a email address"],
        ),
        ("search_miss", f"about {ADA.text}", ["the table search_miss holds a text"]),
        ("audit_log_auditentry", "Answered.", []),
        ("contact_contactmessage", ADA.email, []),
    ],
    ids=["an address", "a text", "no word of theirs", "a table about them"],
)
def test_words_of_customers_stand_in_no_table_about_nobody(table, words, said):
    row = Written(table, (1, words), "INSERT")
    told = list(record_rules.no_words_in_a_table_about_nobody(row, Known((ADA,), outside=KNOWN)))
    assert told == said
    assert list(record_rules.no_words_in_a_table_about_nobody(row, KNOWN)) == []


def test_what_a_rule_cannot_read_is_against_that_rule_alone():
    judge = Judge(KNOWN)
    odd = cookie("session", **{"max-age": "for ever"})
    judge("answer", seen(path="/accounts/", method="POST", cookies=(odd,)))
    assert [subject for subject, said in judge.faults.items() if said] == [browser_rules.COOKIES]
    assert "cannot be read (ValueError)" in judge.faults[browser_rules.COOKIES][0]


@pytest.mark.django_db
def test_a_view_that_fails_in_the_database_does_not_end_the_walk(monkeypatch):
    def fail(*args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM accounts_user")

    monkeypatch.setattr("contact.views.render", fail)
    walk = RunningSite(routes=frozenset({"contact:thanks"})).walk
    # A column that is missing is an operational error to SQLite alone.
    status = 503 if connection.vendor == "sqlite" else 500
    assert walk.reached["contact/webmaster/thanks/"] >= {status}
    assert walk.unreached == []


@pytest.mark.django_db
def test_what_has_nobody_to_reach_it_is_named(monkeypatch):
    site = RunningSite(routes=frozenset({"contact:thanks", "rights:confirm_identity"}))
    cast.discover()  # what is imported later would register in what is put back
    monkeypatch.setattr("privacy.promises.witness.cast._makes_rows", {})
    assert site.walk.unreached == ["rights:confirm_identity"]
    assert site.walk is site.walk


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
def test_what_django_shows_of_an_error_to_developers_is_no_page_of_the_site(
    monkeypatch, settings, debug
):
    def fail(request: Any, *args: Any) -> HttpResponse:
        page = technical_500_response(request, None, None, None, status_code=400)
        return HttpResponse(page.content, status=400)

    monkeypatch.setattr("contact.views.render", fail)
    settings.DEBUG = debug
    walk = RunningSite(routes=frozenset({"contact:thanks"})).walk
    assert walk.reached["contact/webmaster/thanks/"] >= {400}
    assert bool(walk.faults_of(browser_rules.LOADS, browser_rules.SCRIPTS)) is not debug
