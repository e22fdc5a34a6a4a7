"""What a mail may have: each thing that it may not is seen, wherever in it that stands."""

from types import SimpleNamespace

import pytest
from django.core.mail import EmailMessage

from outbox.models import OutboxMail
from privacy.promises.running_site import RunningSite
from privacy.promises.visitor import Answer
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.mail_rules import (
    MAILS,
    a_mail_is_for_its_reader_alone,
    a_stored_mail_stays_what_it_is,
    desk,
    faults_in,
    judge_recipients,
    may_be_written_to,
)
from privacy.promises.witness.mails import Mail, mails_in
from privacy.promises.witness.rules import Judge, Known, known_of
from privacy.promises.written_tables import Written, written_by
from tests.factories.people import make_staff

ADA, BOB, EVE = Canary(), Canary(), Canary()
KNOWN = known_of({"ada": ADA, "bob": BOB, "eve": EVE}, staff=frozenset({"eve"}))
HERE, OFFICE = "https://testserver", "webmaster@localhost"
STAFF = "eve@testserver"
TO, FROM = ("To", ADA.email), ("From", f"A company <{OFFICE}>")
ENDS = f"{HERE}/newsletter/unsubscribe/{'0' * 64}/"
EDPB = "https://www.edpb.europa.eu/about"


@pytest.fixture(autouse=True)
def a_company(settings):
    settings.SITE_ORIGIN = HERE
    settings.WEBMASTER_EMAIL = settings.DEFAULT_FROM_EMAIL = OFFICE


def faults(*headers: tuple[str, str], to: str = ADA.email, text: str = "", html: str = ""):
    parts = (("text/plain", text), *((("text/html", html),) if html else ()))
    named = {name for name, _ in headers}
    usual = tuple(one for one in (("To", to), FROM) if one[0] not in named)
    mail = Mail("A mail", to, (*usual, *headers), parts)
    return [one.removeprefix("the mail “A mail” ") for one in faults_in(mail, {OFFICE, STAFF})]


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ((), []),
        ((("Reply-To", OFFICE),), []),
        ((("Reply-To", f"{OFFICE}, survey@other.test"),), ["has answers go elsewhere than to the company"]),
        ((("From", "news@other.test"),), ["does not come from the company"]),
        ((("To", "bob@example.com"),), ["is handed to somebody whom it does not name"]),
        ((("To", f"{ADA.email}, {BOB.email}"),), ["tells several people of each other"]),
        ((("Bcc", BOB.email),), ["goes to others, too", "says bcc"]),
        ((("Disposition-Notification-To", OFFICE),), ["says disposition-notification-to"]),
        ((("List-Id", "News <https://lists.other.test/1>"),), ["leads to another site by List-Id"]),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_headers_say_is_heard(headers, said):
    assert faults(*headers) == said


@pytest.mark.parametrize(
    ("headers", "text", "said"),
    [
        ((("Reply-To", ADA.email),), f"{ADA.email} has written:", []),
        ((("Reply-To", "other@other.test"),), f"{ADA.email} wrote", ["has answers go elsewhere than to the company"]),
        ((("To", f"{OFFICE}, {STAFF}"),), "", []),
    ],
    ids=["who has written", "somebody else", "colleagues"],
)  # fmt: skip
def test_colleagues_are_told_together_and_answer_who_has_written(headers, text, said):
    assert faults(*headers, to=OFFICE, text=text) == said


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (f"<{ENDS}>", []),
        (f"<{ENDS}>, <mailto:out@other.test>", ["is ended by another way than a page of ours"]),
        (f"<{HERE}/newsletter/>", ["is ended by another way than a page of ours"]),
        ("by a letter", ["is ended by another way than a page of ours"]),
    ],
)
def test_a_mail_is_ended_as_its_text_says(way, said):
    assert faults(("List-Unsubscribe", way), text=f"It ends: {ENDS}.") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HERE}/ and {HERE}/privacy/history/#check (and {EDPB}).", []),
        (f"{HERE}/admin/contact/contactmessage/?inbox=held", []),
        (f"{HERE}/?utm_source=mail", ["has a link that tells who follows it"]),
        (f"{HERE}/#reader-4711", ["has a link that tells who follows it"]),
        (f"{HERE}/search/", ["leads to search:search"]),
        (f"{HERE}/r/4711/", ["leads to sens_site.errors.no_such_page"]),
        ("https://click.other.test/1", ["links to click.other.test"]),
        ("https://4711@testserver/", ["links to 4711@testserver"]),
        ("HTTP://testserver/", ["links to testserver"]),
    ],
)
def test_where_a_mail_leads_is_heard(text, said):
    assert faults(text=text) == said


@pytest.mark.parametrize(
    ("html", "said"),
    [
        (f'<p><a href="{HERE}/">Here</a> <a href="#end">End</a> <a href="tel:1">1</a></p>', []),
        (f'<a href="mailto:{OFFICE}">Write</a>', []),
        ('<a href="mailto:out@other.test">Write</a>', ["leads to somebody else’s mailbox"]),
        ('<a href="//other.test/a">A</a>', ["links to other.test"]),
        ('<img src="/a">', ["loads something by <img>"]),
        ('<table background="//x.test/a">', ["loads something by <table>"]),
        ('<a ping="/a">', ["loads something by <a>"]),
        ("<style>a{b:url(//x.test/a)}</style>", ["loads something by a style"]),
    ],
)
def test_what_a_drawn_mail_holds_is_heard(html, said):
    assert faults(html=html) == said


def test_a_mail_carries_nothing_but_text():
    mail = Mail("A mail", ADA.email, (TO, FROM), (("image/png", "x"),))
    assert list(faults_in(mail, ())) == ["the mail “A mail” carries image/png"]


def test_what_staff_write_by_hand_may_lead_elsewhere(settings):
    link = "https://other.test/a"
    assert faults(("Auto-Submitted", "no"), text=link) == []
    assert faults(("List-Id", "<newsletter.testserver>"), text=link) == []
    assert faults(("List-Id", "<notice.testserver>"), text=link) == ["links to other.test"]


@pytest.mark.parametrize(
    ("to", "text", "said"),
    [
        (ADA.email, ADA.name, []),
        (ADA.email, EVE.name, []),
        (ADA.email, "zq0000000000", []),
        (ADA.email, BOB.name, ["the mail “A mail” tells ada what bob told"]),
        ("carol@example.com", BOB.name, ["the mail “A mail” tells somebody what bob told"]),
        (OFFICE, f"{ADA.name} {BOB.name}", []),
    ],
    ids=range(6),
)
def test_a_mail_tells_customers_of_nobody_else(to, text, said):
    known = Known(KNOWN.people, told_by=KNOWN.told_by, staff=KNOWN.staff, desk=frozenset({OFFICE}))
    mail = Mail("A mail", to, (("To", to), FROM), (("text/plain", text),))
    assert list(a_mail_is_for_its_reader_alone(mail, known)) == said


@pytest.mark.django_db
def test_a_mail_goes_to_whom_the_site_knows():
    make_staff("known", email="known@other.test")
    EmailMessage("A mail", "Hello", to=["archive@other.test"]).send()
    judge = Judge(Known((), desk=frozenset({OFFICE})))
    to = (OFFICE, "known@other.test", ADA.email, "archive@other.test", "typed@other.test")
    sent = {"email": " Typed@other.test", "shown": "1"}
    answer = Answer("/newsletter/", 200, {}, {}, "")
    asked = Exchange("a stranger", "POST", None, answer, frozenset(), sent)
    assert list(may_be_written_to(asked, judge.known)) == []
    judge_recipients([Mail("A mail", one, (), ()) for one in to], judge)
    assert judge.faults == {MAILS: ["the mail “A mail” goes to somebody else, too"]}


@pytest.mark.django_db
def test_who_is_at_the_desk():
    make_staff("known", email="Known@other.test")
    assert desk() == {OFFICE, "known@other.test"}
    assert desk(KNOWN) == {OFFICE, "known@other.test", EVE.email}
    assert desk(Known((ADA,))) == {OFFICE, "known@other.test"}


@pytest.mark.django_db
def test_of_several_mails_in_one_statement_each_is_heard():
    heard: list[Mail] = []
    site, sent = RunningSite(), EmailMessage("A mail", "Hello", to=[ADA.email], bcc=[BOB.email])
    from privacy.promises.witness.recorder import Recorder, heard_by

    def told(kind: str, thing: object) -> None:
        heard.extend(mails_in(thing) if isinstance(thing, Written) else ())

    with site.rehearsal(), heard_by(Recorder(told)):
        sent.send()
        assert OutboxMail.objects.count() == 2
    assert [(one.subject, one.recipient) for one in heard] == [
        ("A mail", ADA.email),
        ("A mail", BOB.email),
    ]
    assert [list(faults_in(one, ())) != [] for one in heard] == [False, True]


INSERT = 'INSERT INTO "outbox_outboxmail" ("recipient", "message") VALUES (%s, %s)'


def test_what_a_driver_wraps_is_heard_as_it_is():
    values = ("a@example.com", SimpleNamespace(obj=b"Subject: Hello\n\nWords.\n"))
    (mail,) = mails_in(*written_by(INSERT, values, many=False))
    assert (mail.subject, mail.parts[0][1]) == ("Hello", "Words.\n")


def test_what_stores_no_mail_is_none():
    assert list(mails_in(Written("outbox_jobrun", (), INSERT))) == []
    assert list(mails_in(Written("outbox_outboxmail", ("a",), "UPDATE x SET (a) = 1"))) == []
    assert list(mails_in(Written("outbox_outboxmail", ("a",), "INSERT INTO x"))) == []
    assert list(mails_in(Written("outbox_outboxmail", ("a", b""), INSERT))) == []


@pytest.mark.parametrize(
    ("statement", "values", "said"),
    [
        (
            'UPDATE "outbox_outboxmail" SET "recipient" = %s WHERE "id" = %s',
            ("a@b.test", 1),
            "reader",
        ),
        ("UPDATE outbox_outboxmail SET sender = %s, recipient = %s", ("a", "b"), "reader"),
        ('UPDATE "outbox_outboxmail" SET "message" = %s', (b"Subject: Other",), "text"),
        ('UPDATE "outbox_outboxmail" SET "message" = %s', (b"",), ""),
        ('UPDATE "outbox_outboxmail" SET "claim" = %s WHERE "recipient" = %s', ("c", "a"), ""),
        ('INSERT INTO "outbox_outboxmail" ("recipient") VALUES (%s)', ("a@b.test",), ""),
    ],
)
def test_a_stored_mail_gets_no_other_reader_and_no_other_text(statement, values, said):
    (row,) = written_by(statement, values, many=False)
    found = list(a_stored_mail_stays_what_it_is(row, Known(())))
    assert found == ([f"a mail that is stored gets another {said}"] if said else [])


def test_what_is_written_elsewhere_is_no_mail():
    (row,) = written_by("UPDATE accounts_user SET recipient = %s", (b"a",), many=False)
    assert list(a_stored_mail_stays_what_it_is(row, Known(()))) == []


@pytest.mark.parametrize("more", ["?from=site", "#request-7"])
def test_the_list_of_authorities_is_not_told_who_comes(more):
    assert faults(text=f"You may complain: {EDPB}{more}") == [
        "has a link that tells who follows it"
    ]
