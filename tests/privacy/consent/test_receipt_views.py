"""The receipt's own page, and the one on which anybody can check a receipt that was saved."""

import json
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from privacy.consent import receipt_views
from privacy.consent.models import ConsentReceipt, ReceiptSeal
from privacy.consent.offer.catalogue import RECEIPT_COOKIE
from privacy.consent.receipt_chain import seal_receipts
from sens_site.lib.canonical_json import canonical_json
from sens_site.lib.http.local_limit import LocalLimit
from sens_site.lib.row_guards import lifted
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import squeezed

pytestmark = pytest.mark.django_db
CHECK = "/cookies/receipt/check/"


@pytest.fixture
def receipt(choose, full_offer):
    choose("accept")
    return ConsentReceipt.objects.get()


def bring(text="", file=None, client=None):
    """Check a receipt as a stranger without any cookie."""
    data = {"text": text} if file is None else {"file": SimpleUploadedFile("receipt.json", file)}
    return (client or SiteClient()).post(CHECK, data, headers=SAME_ORIGIN)


@contextmanager
def tampering():
    """Be somebody with the password of the database's owner."""
    connection.check_constraints()  # PostgreSQL lets nobody alter a table that waits for its checks
    with lifted():
        yield
        connection.check_constraints()


def altered(table, assignment):
    with tampering(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {assignment}")  # noqa: S608 - our own words


def test_a_link_from_another_site_is_told_why_no_receipt_is_shown(receipt, client):
    """SameSite=Strict: the browser leaves the number at home."""
    led = SiteClient().get("/cookies/receipt/", headers={"sec-fetch-site": "cross-site"})
    assert "You came here by a link on another site or in an email." in squeezed(led)
    assert '<a href="/cookies/receipt/">Show my receipt</a>' in squeezed(led)
    for site in ("same-origin", "none", "same-site"):
        page = SiteClient().get("/cookies/receipt/", headers={"sec-fetch-site": site})
        assert "Your browser holds no receipt." in squeezed(page)
    file = SiteClient().get(
        "/cookies/receipt/consent-receipt.json", headers={"sec-fetch-site": "cross-site"}
    )
    assert file.status_code == 404
    assert "You came here by a link" in squeezed(file)
    whole = SiteClient().get("/cookies/receipt/consent-receipt-with-notice.json")
    assert whole.status_code == 404
    with_number = client.get("/cookies/receipt/", headers={"sec-fetch-site": "cross-site"})
    assert str(receipt.pk) in squeezed(with_number)


def test_the_page_shows_what_was_allowed_by_its_name(receipt, client):
    page = squeezed(client.get("/cookies/receipt/"))
    assert "Analytics (Our visit statistics, Google Analytics 4)" in page
    assert '<a href="https://testserver/privacy/v/3/">' in page


def test_a_withdrawal_can_be_shown_and_saved_with_what_was_before(receipt, choose, client):
    choose("some", analytics="yes", preferences="yes", marketing="no", social="no")
    choose("reject")
    page = squeezed(client.get("/cookies/receipt/"))
    first = receipt
    between = ConsentReceipt.objects.get(replaces=first.pk)
    newest = ConsentReceipt.objects.get(replaces=between.pk)
    shown = [page.index(str(one.pk)) for one in (newest, between, first)]
    assert shown == sorted(shown)
    head, _, before = page.partition("Before that")
    assert "<dt>Taken back on</dt>" in head
    assert "<dt>Taken back</dt> <dd>Analytics, Preferences</dd>" in head
    assert "<dd> Nothing </dd>" in head
    assert before.count("<dt>Given on</dt>") == 2
    assert "<dt>Taken back</dt> <dd>Marketing, Social media</dd>" in before
    file = json.loads(client.get("/cookies/receipt/consent-receipt.json").content)
    assert (file["event"]["state"], file["replaces"]) == ("withdrawn", str(between.pk))
    assert file["withdrawn"] == ["analytics", "preferences"]


def test_what_overrides_the_signal_is_shown(choose, client, full_offer):
    choose("some", headers={**SAME_ORIGIN, "sec-gpc": "1"}, marketing="yes")
    assert "you allowed Marketing in spite of it" in squeezed(client.get("/cookies/receipt/"))


def test_receipts_before_one_that_was_deleted_are_not_looked_for(choose, client, full_offer):
    choose("accept")
    choose("reject")
    with tampering():
        ConsentReceipt.objects.filter(replaces=None)._raw_delete(using="default")
    assert "Before that" not in squeezed(client.get("/cookies/receipt/"))


def test_the_file_with_the_notice_can_be_verified_by_anybody(receipt, client):
    seal_receipts()
    address = "/cookies/receipt/consent-receipt-with-notice.json"
    file = client.get(address)
    assert file.headers["Content-Disposition"].endswith('"consent-receipt-with-notice.json"')
    whole = json.loads(file.content)

    def digest(part):
        text = json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    assert digest(whole["notice"]) == whole["receipt"]["notice"]["snapshot"]
    assert digest(whole["receipt"]) == whole["seal"]["digest"] == receipt.digest
    seal = whole["seal"]
    link = f"1|{receipt.pk}|{seal['digest']}|{seal['keep_until']}|{'0' * 64}"
    assert sha256(link.encode()).hexdigest() == seal["hash"]


def test_a_file_without_a_link_yet_says_so(receipt, client):
    file = client.get("/cookies/receipt/consent-receipt-with-notice.json")
    assert json.loads(file.content)["seal"] is None


def test_anybody_can_check_a_saved_receipt_without_a_log_in_or_a_cookie(receipt):
    page = SiteClient().get(CHECK)
    assert page.headers["Cache-Control"].startswith("public")
    assert "<script src" not in page.content.decode()
    waiting = squeezed(bring(receipt.document))
    assert "It enters the chain over all receipts within a few minutes." in waiting
    seal_receipts()
    for answer in (bring(receipt.document), bring(file=receipt.document.encode())):
        assert answer.status_code == 200
        assert answer.cookies == {}
        said = squeezed(answer)
        assert "<strong>Unchanged.</strong> This site wrote this receipt, and it is link 1" in said
        assert "differ from the file" not in said
        assert receipt.digest in said


def test_checking_leaves_nothing(receipt, menu_read, django_assert_num_queries):
    with django_assert_num_queries(2):
        bring(receipt.document)


def test_a_receipt_with_its_notice_is_checked_as_a_whole(receipt, client):
    whole = json.loads(client.get("/cookies/receipt/consent-receipt-with-notice.json").content)
    said = squeezed(bring(json.dumps(whole, indent=2)))
    assert "<strong>Unchanged.</strong>" in said
    assert "The words that came with it are the ones that were shown." in said
    whole["notice"]["language"] = "fr"
    said = squeezed(bring(json.dumps(whole)))
    assert "<strong>Unchanged.</strong>" in said
    assert "The words that came with it are not the ones that were shown." in said
    del whole["notice"]
    assert "are not the ones that were shown" in squeezed(bring(json.dumps(whole)))
    whole["receipt"]["notice"] = "none"
    assert "Not ours, or changed." in squeezed(bring(json.dumps(whole)))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: json.dumps(json.loads(text), indent=2).replace("\n", "\r\n").encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: ("\n\n" + text + "\r\n").encode(),
        lambda text: json.dumps(dict(reversed(json.loads(text).items()))).encode(),
    ],
    ids=["line ends and indents", "byte order mark", "UTF-16", "empty lines", "order"],
)
def test_what_a_mail_or_an_editor_does_around_the_words_changes_nothing(receipt, change):
    said = squeezed(bring(file=change(receipt.document)))
    assert "<strong>Unchanged.</strong>" in said
    assert "Spaces, line ends or the encoding differ" in said


FORGERIES = {
    "a refusal added": lambda text: text.replace('"declined":[]', '"declined":["analytics"]'),
    "the signal": lambda text: text.replace('"gpc":false', '"gpc":true'),
    "a look-alike letter": lambda text: text.replace("analytics", "analyt\u00eccs"),
    "a space": lambda text: text.replace('"given"', '"given "'),
    "a field added": lambda text: text[:-1] + ',"more":1}',
    "another number": lambda text: text.replace('"receipt_id":"', '"receipt_id":"0'),
    "the number alone": lambda text: json.dumps({"receipt_id": json.loads(text)["receipt_id"]}),
    "no number": lambda text: '{"receipt_id":12}',
    "NUL": lambda text: '{"receipt_id":"\\u0000"}',
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_one_changed_letter_is_found_and_a_number_alone_tells_nothing(receipt, forge):
    answer = bring(forge(receipt.document))
    assert answer.status_code == 200
    said = squeezed(answer)
    assert "<strong>Not ours, or changed.</strong>" in said
    assert "Unchanged" not in said
    assert "It says:" not in said


def test_a_receipt_whose_time_is_over_is_still_proven_by_its_link(receipt):
    seal_receipts()
    text = receipt.document
    with tampering():
        ConsentReceipt.objects.all()._raw_delete(using="default")
    assert "Unchanged, and over." in squeezed(bring(text))
    assert "Not ours, or changed." in squeezed(bring(text.replace("given", "taken")))


def test_a_copy_of_ours_that_was_altered_is_owned_up_to(receipt):
    seal_receipts()
    altered("consent_consentreceipt", "document = '{}'")
    assert "but our own copy is not" in squeezed(bring(receipt.document))


def test_a_link_that_was_altered_is_owned_up_to(receipt):
    seal_receipts()
    altered("consent_receiptseal", "previous_hash = 'x'")
    assert ReceiptSeal.objects.count() == 1
    assert "but our own copy is not" in squeezed(bring(receipt.document))


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        (b"   ", "There is nothing in it."),
        (b"Hello", "It is no JSON, or not the whole of it."),
        (b'{"receipt_id":', "It is no JSON, or not the whole of it."),
        (b"[" * 20_000, "It is no JSON, or not the whole of it."),
        (b"[]", "It holds something else than a receipt."),
        (b"{}", "It holds something else than a receipt."),
        (b'{"receipt":7}', "It holds something else than a receipt."),
        (b'{"receipt_id":"1","receipt_id":"2"}', "It says something twice"),
        (b'{"receipt_id":NaN}', "It holds NaN, which is no number."),
        (b'{"receipt_id":"\xff"}', "It is no text in UTF-8."),
        (b'{"receipt_id":"\\ud800"}', "It holds characters that no text has."),
        (b'{"receipt_id":"1\n2"}', "There are line breaks or tabs inside its words"),
        ("{“receipt_id”:“1”}".encode(), "quotation marks as a word processor sets them"),
        (b"\x89PNG\r\n\x1a\n", "It is no text in UTF-8."),
        (b'{"receipt_id":' + b"1" * 5000 + b"}", "It is no JSON, or not the whole of it."),
    ],
    ids=[
        "nothing", "a word", "half of it", "depth", "a list", "an empty object", "no object inside",
        "a name twice", "no number", "Latin-1", "a lone surrogate", "a line break in a word",
        "curly quotes", "a picture", "an endless number",
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_told_why(brought, said):
    answer = bring(file=brought)
    assert answer.status_code == 422
    assert said in squeezed(answer)
    assert "There is a problem" in squeezed(answer)


def test_a_text_that_cannot_be_checked_stays_in_its_box():
    answer = bring("{“receipt_id”:“1”}")
    assert answer.status_code == 422
    assert "{“receipt_id”:“1”}</textarea>" in answer.content.decode()


def test_one_of_the_two_is_asked_for():
    assert "Choose a file, or paste its text." in squeezed(bring())
    both = {"text": "{}", "file": SimpleUploadedFile("receipt.json", b"{}")}
    answer = SiteClient().post(CHECK, both, headers=SAME_ORIGIN)
    assert answer.status_code == 422
    assert "Choose one: the file or the text." in squeezed(answer)
    empty = bring(file=b"")
    assert empty.status_code == 422
    assert "The file is empty." in squeezed(empty)


def test_what_is_longer_than_any_receipt_is_a_413():
    answer = bring(file=b"x" * 70_000)
    assert answer.status_code == 413
    assert "That is too much to send at once" in squeezed(answer)


def test_whoever_checks_without_end_is_asked_to_wait_and_keeps_the_text(receipt, monkeypatch):
    monkeypatch.setattr(receipt_views, "CHECKS", LocalLimit((2, 60)))
    answers = [bring(receipt.document) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert "Many receipts were checked from your network." in squeezed(answers[2])
    assert "&quot;receipt_id&quot;" in answers[2].content.decode()


def test_a_withdrawal_is_shown_on_the_page_of_what_it_ended(receipt, choose, client):
    choose("reject")
    client.cookies[RECEIPT_COOKIE] = str(receipt.pk)
    page = squeezed(client.get("/cookies/receipt/"))
    assert "You have taken this consent back" in page
    assert str(ConsentReceipt.objects.get(replaces=receipt.pk).pk) in page


def test_ten_earlier_receipts_are_shown_at_most(receipt, client):
    newest = receipt
    for number in range(12):
        newest = ConsentReceipt.objects.create(
            at=timezone.now() + timedelta(minutes=number),
            keep_until=receipt.keep_until,
            replaces=newest.pk,
            document=canonical_json(json.loads(receipt.document)),
            digest=receipt.digest,
            notice=receipt.notice,
        )
    client.cookies[RECEIPT_COOKIE] = str(newest.pk)
    _, _, before = squeezed(client.get("/cookies/receipt/")).partition("Before that")
    assert before.count("<dt>Given on</dt>") == 10
