"""A list of readers: each row needs a proof, each address is asked, and nobody is asked twice."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audit_log.models import AuditEntry
from newsletter import importing
from newsletter.import_admin import SALT
from newsletter.importing import ImportRefusedError, Prospect, import_rows, prospect_of, read_rows
from newsletter.models import Subscriber, Suppression
from newsletter.suppression import NEWSLETTER, suppress
from newsletter.unsubscribing import refuse_questions
from outbox.models import OutboxMail
from tests.client import SiteClient
from tests.factories.people import make_staff

HEAD = "email,topics,consented_on,proof\n"
PROOF = "Card at the trade fair, file 12"
PAGE = "/admin/newsletter/subscriber/import/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _surroundings(settings, topic):
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"


def line(email="ann@example.com", topics="starting", day="2026-05-01", proof=PROOF):
    return f'{email},{topics},{day},"{proof}"\n'


def faults_of(text):
    with pytest.raises(ImportRefusedError) as refused:
        read_rows(text)
    return refused.value.faults


def test_each_address_is_asked_and_keeps_its_proof():
    rows = read_rows("\ufeff" + HEAD + line(" Ann@EXAMPLE.com ") + line("ben@example.com"))
    assert [reader.email for reader in import_rows(rows)] == ["ann@example.com", "ben@example.com"]
    ann = Subscriber.objects.get(email="Ann@example.com")
    assert (ann.state, ann.source, ann.confirmed_at) == ("pending", "import", None)
    assert ann.proof == f"Consented on 2026-05-01: {PROOF}"
    assert [topic.slug for topic in ann.topics.all()] == ["starting"]
    assert "I want the newsletter" in str(ann.wording and ann.wording.text)
    assert {mail.purpose for mail in OutboxMail.objects.all()} == {"newsletter-sign-up"}
    assert Subscriber.objects.confirmed().count() == 0


def test_who_is_known_or_has_left_is_not_asked(reader):
    reader("known@example.com")
    suppress("left@example.com", purpose=NEWSLETTER, why=Suppression.Why.UNSUBSCRIBED)
    refuse_questions(Subscriber.objects.create(email="refused@example.com"))
    names = ("known", "left", "refused", "new")
    rows = read_rows(HEAD + "".join(line(f"{name}@example.com") for name in names))
    assert prospect_of(rows) == Prospect(asked=1, known=1, unwanted=2)
    assert len(import_rows(rows)) == 1
    assert OutboxMail.objects.get().recipient == "new@example.com"
    assert import_rows(rows) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The first line has to be: email,topics,consented_on,proof"),
        ("email,topics\na@b.test,x\n", "The first line has to be"),
        (HEAD, "The list has no rows."),
        (HEAD + line("nobody"), "Line 2: it has no email address."),
        (HEAD + line(topics="other"), "Line 2: there is no topic other"),
        (HEAD + line(topics=""), "Line 2: it has no topic."),
        (HEAD + line(day="yesterday"), "Line 2: the day of consent"),
        (HEAD + line(proof="yes"), "Line 2: the proof has to say"),
        (HEAD + line(proof="x" * 501), "Line 2: the proof has to say"),
        (HEAD + line(proof="a file that holds \x00"), "Line 2: the proof has to say"),
        (HEAD + line() + line(), "Line 3: this address stands in the list twice."),
        (HEAD + "ann@example.com,starting\n", "Line 2: it has not four columns."),
        (HEAD + "a@b.test,starting,2026-05-01,one,two\n", "Line 2: it has not four columns."),
        (HEAD + 'a@b.test,starting,2026-05-01,"one', "This is no list in CSV"),
    ],
)
def test_a_list_with_a_fault_is_refused_as_a_whole(text, words):
    assert words in faults_of(text)[0]
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(("days", "taken"), [(0, True), (1, False)])
def test_consent_is_given_on_a_day_that_has_come(days, taken):
    day = (timezone.localdate() + timedelta(days=days)).isoformat()
    if taken:
        assert len(read_rows(HEAD + line(day=day))) == 1
    else:
        assert "the day of consent" in faults_of(HEAD + line(day=day))[0]


def test_of_many_faults_the_first_are_told():
    faults = faults_of(HEAD + "".join(line(f"nobody{n}") for n in range(25)))
    assert len(faults) == 21
    assert faults[-1] == "And 5 more."


def test_a_list_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(importing, "MOST_ROWS", 1)
    assert "more than 1 rows" in faults_of(HEAD + line() + line("ben@example.com"))[0]


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_page_says_first_what_a_list_would_do(staff_client):
    assert "card" not in text_of(staff_client.get(PAGE)).lower().replace("card at the trade", "")
    shown = staff_client.post(PAGE, {"text": HEAD + line()})
    assert "Asked by email to confirm: 1" in text_of(shown)
    assert not Subscriber.objects.exists()
    done = staff_client.post(PAGE, {"shown": shown.context["shown"]})
    assert (done.status_code, done.headers["Location"]) == (303, "/admin/newsletter/subscriber/")
    assert Subscriber.objects.get().email == "ann@example.com"
    assert AuditEntry.objects.filter(did="Imported with a proof.").count() == 1
    again = staff_client.post(PAGE, {"shown": shown.context["shown"]}, follow=True)
    assert "0 addresses were asked" in text_of(again)
    assert OutboxMail.objects.count() == 1


def test_a_file_is_taken_as_well(staff_client):
    file = SimpleUploadedFile("list.csv", (HEAD + line()).encode())
    assert "Asked by email to confirm: 1" in text_of(staff_client.post(PAGE, {"file": file}))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose a file, or paste rows"),
        ({"text": HEAD + line("nobody")}, "Line 2: it has no email address."),
        ({"text": "x" * 150_001}, "longer than 150 kB"),
        ({"file": b"\xff\xfe"}, "not UTF-8"),
    ],
)
def test_a_list_that_cannot_be_read_comes_back_with_why(staff_client, data, words):
    if "file" in data:
        data = {"file": SimpleUploadedFile("list.csv", data["file"])}
    answer = staff_client.post(PAGE, data)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert data.get("text", "")[:40] in answer.content.decode()


def test_what_was_not_shown_is_not_imported(staff_client):
    forged = signing.dumps(HEAD + line(), salt="other")
    stale = signing.dumps(HEAD + line(topics="gone"), salt=SALT, compress=True)
    for shown in (forged, stale, "x"):
        answer = staff_client.post(PAGE, {"shown": shown})
        assert answer.status_code == 409
        assert "Nothing was imported" in text_of(answer)
    assert not Subscriber.objects.exists()


def test_only_who_may_bring_readers_is_offered_the_page(staff_client):
    offered = f'href="{PAGE}"'
    assert offered in text_of(staff_client.get("/admin/newsletter/subscriber/"))
    client, user = SiteClient(), make_staff("clerk", is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename="view_subscriber"))
    client.force_login(user)
    assert offered not in text_of(client.get("/admin/newsletter/subscriber/"))
    assert client.get(PAGE).status_code == 403
    assert staff_client.put(PAGE).status_code == 405
