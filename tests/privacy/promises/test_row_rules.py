"""Where rows arise: each table is written into where it belongs, and nowhere else."""

from functools import partial

import pytest

from privacy.promises.visitor import Answer
from privacy.promises.witness import row_rules
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.rules import Known
from privacy.promises.witness.url_map import all_routes

ROUTES = {route.path: route for route in all_routes()}
KNOWN = Known((), staff=frozenset({"a Webmaster"}))
SUBJECTS = (
    row_rules.OF_USE, row_rules.OF_WORDS, row_rules.OF_ACCOUNTS,
    row_rules.OF_CONSENT, row_rules.OF_DOWNLOADS, row_rules.OF_NOTICES,
)  # fmt: skip

pytestmark = pytest.mark.once


def against(path: str, *wrote: str, who: str = "a customer") -> list[str]:
    answer = Answer(path, 303, {}, {}, "")
    sent = partial(Exchange, who, "POST", ROUTES.get(path), answer, frozenset())
    seen = sent(wrote=frozenset(wrote))
    return [
        subject
        for subject in SUBJECTS
        for _ in row_rules.rows_where_they_belong(seen, KNOWN, subject=subject)
    ]


@pytest.mark.parametrize(
    ("path", "deed", "subjects"),
    [
        ("/contact/webmaster/", "INSERT contact_contactmessage", []),
        ("/contact/webmaster/", "UPDATE accounts_session", []),
        ("/contact/webmaster/", "UPDATE accounts_user", [row_rules.OF_ACCOUNTS]),
        ("/contact/webmaster/", "INSERT newsletter_subscriber", [row_rules.OF_CONSENT]),
        ("/contact/webmaster/", "INSERT downloads_downloadrecord", [row_rules.OF_DOWNLOADS]),
        ("/contact/webmaster/", "INSERT downloads_watch", [row_rules.OF_NOTICES]),
        ("/contact/webmaster/", "INSERT visits_pageview", [row_rules.OF_USE]),
        ("/contact/webmaster/", "INSERT a_table_that_nobody_knows", [row_rules.OF_USE]),
        ("/contact/webmaster/", "INSERT contact_contactmessage_of_sales", [row_rules.OF_USE]),
        ("/contact/webmaster/", "INSERT contact_cannedanswer", [row_rules.OF_USE]),
        ("/accounts/login/", "INSERT accounts_login", [row_rules.OF_USE]),
        ("/newsletter/", "INSERT rights_subjectrequest", [row_rules.OF_WORDS]),
        ("/accounts/login/", "INSERT accounts_session", []),
        ("/accounts/login/", "UPDATE accounts_user", []),
        ("/accounts/login/", "UPDATE accounts_registration", [row_rules.OF_USE]),
        ("/accounts/login/", "INSERT audit_log_auditentry", [row_rules.OF_USE]),
        ("/accounts/delete/", "UPDATE audit_log_auditentry", []),
        ("/accounts/delete/", "INSERT datamap_erasure", []),
        ("/accounts/delete/", "INSERT audit_log_auditentry", [row_rules.OF_USE]),
        ("/no-such-address/", "INSERT audit_log_auditentry", []),
    ],
)
def test_a_table_is_written_into_where_it_belongs(path, deed, subjects):
    assert against(path, deed) == subjects


def test_what_staff_do_is_the_companys():
    assert against("/accounts/login/", "INSERT audit_log_auditentry", who="a Webmaster") == []


@pytest.mark.parametrize(
    ("session", "told"),
    [
        ({"_auth_user_id": "1", "next": {"redirect_url": "/downloads/"}}, []),
        ({"trail": ["/downloads/", "/downloads/"]}, []),
        ({"_messages": ["/admin/contact/", "/admin/news/"]}, []),
        ({"challenge": "/9j/4AAQSk", "more": 3}, []),
        ({"trail": ["/downloads/", "/search/?q=x"]}, ["trail"]),
        ({"use": {"seen": [{"at": "/"}, {"at": "/news/"}]}}, ["use"]),
    ],
)
def test_a_session_holds_no_history(session, told):
    found = row_rules.no_history_in_a_session(session, KNOWN)
    assert [one.rpartition(" ")[2] for one in found] == told
