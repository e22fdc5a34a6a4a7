"""A grant leaves a receipt, a refusal leaves nothing; the visitor holds the receipt alone."""

import json
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from privacy.consent import idempotency
from privacy.consent.models import ConsentReceipt, DailyChoice, NoticeSnapshot
from privacy.consent.offer.catalogue import RECEIPT_COOKIE
from privacy.consent.receipt_chain import seal_receipts
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import COOKIE, answer, squeezed

pytestmark = pytest.mark.django_db
OURS = settings.COMPANY.legal_name
# ISO/IEC TS 27560:2023, by its table in w3c/dpv guides/consent-27560: what is one person's stands in
# the receipt, what is the same for everybody in the notice that it names by its digest.
MANDATORY = {"schema", "receipt_id", "notice", "purposes", "event"}
MANDATORY_OF_THE_NOTICE = {
    "record_id", "pii_principal_id", "policy_policy", "controllers", "storage_locations",
    "retention", "jurisdiction", "withdrawal_method", "services", "language", "entity_id",
    "lawful_basis",
}  # fmt: skip
MANDATORY_OF_A_SERVICE = {"purpose", "recipient", "country", "retention", "pii_types"}


def the_receipt() -> ConsentReceipt:
    return ConsentReceipt.objects.get()


def counts() -> dict[str, int]:
    return dict(DailyChoice.objects.values_list("outcome", "count"))


def test_a_refusal_writes_no_row_but_a_count(choose):
    response = choose("reject")
    assert ConsentReceipt.objects.count() == 0
    assert NoticeSnapshot.objects.count() == 0
    assert counts() == {"nothing": 1}
    assert list(response.cookies) == [COOKIE]
    assert response.headers["Clear-Site-Data"] == '"cache"'


def test_a_grant_writes_one_receipt_with_every_mandatory_field(choose, full_offer):
    response = choose("some", analytics="yes")
    receipt = the_receipt()
    document = json.loads(receipt.document)
    assert document.keys() >= MANDATORY
    assert document["receipt_id"] == str(receipt.pk) == response.cookies[RECEIPT_COOKIE].value
    assert [p["group"] for p in document["purposes"]] == ["analytics"]
    assert document["purposes"][0]["services"] == ["visits", "google-analytics"]
    notice = json.loads(receipt.notice.content)
    assert notice.keys() >= MANDATORY_OF_THE_NOTICE
    assert {key for s in notice["services"].values() for key in s} >= MANDATORY_OF_A_SERVICE
    assert notice["services"]["visits"]["recipient"] == OURS
    assert notice["services"]["google-analytics"]["recipient"] == "Google LLC"
    assert notice["controllers"][0].keys() == {"id", "name", "address", "contact", "type"}
    assert document["declined"] == ["preferences", "marketing", "social"]
    assert document["collection_method"] == "page"
    assert document["event"]["state"] == "given"
    assert document["event"]["validity_duration"] == "P182D"
    assert receipt.digest == sha256(receipt.document.encode()).hexdigest()
    assert receipt.notice_id == document["notice"]["snapshot"]
    assert counts() == {"some": 1}


def test_the_receipt_points_to_the_very_notice(client, choose, full_offer):
    shown = squeezed(client.get("/about/"))
    choose("accept", next="/about/")
    notice = json.loads(the_receipt().notice.content)
    text = "May we use cookies for preferences, analytics, marketing and social media?"
    assert text in shown
    assert text in " ".join(notice["shown"].split())
    assert notice["groups"]["analytics"] == full_offer.by_key["analytics"].material
    assert "/about/" not in the_receipt().notice.content
    assert sha256(the_receipt().notice.content.encode()).hexdigest() == the_receipt().notice_id


def test_no_receipt_names_where_or_who_the_visitor_is(client, full_offer):
    client.post(
        "/cookies/choose/",
        answer("accept", next="/about/history/"),
        headers={**SAME_ORIGIN, "user-agent": "Telltale/1.0", "referer": "https://testserver/x/"},
        REMOTE_ADDR="203.0.113.77",
    )
    stored = the_receipt().document + the_receipt().notice.content
    for telltale in ("203.0.113.77", "Telltale", "/about/history/", "/x/"):
        assert telltale not in stored
    parts = ("address", "agent", "url", "user", "ip_", "session")
    columns = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("consent").get_models()
        for field in model._meta.fields
        if any(part in field.name for part in parts)
    ]
    # What a person refuses is another table, and no receipt leads there.
    assert columns == ["PersonalRefusals.user"]


def test_the_receipt_cookie_is_sent_to_the_cookies_page_alone(choose):
    morsel = choose("accept").cookies[RECEIPT_COOKIE]
    assert (morsel["path"], morsel["samesite"], morsel["httponly"], morsel["secure"]) == (
        "/cookies/", "Strict", True, True,
    )  # fmt: skip
    assert RECEIPT_COOKIE == "__Secure-consent_receipt"


def test_the_visitor_sees_downloads_and_checks_the_receipt(client, choose, full_offer):
    choose("accept")
    receipt = the_receipt()
    page = client.get("/cookies/receipt/")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert str(receipt.pk) in squeezed(page)
    assert "enters our chain over all receipts within a few minutes." in squeezed(page)
    assert seal_receipts() == 1
    assert "It fits its hash and link 1 of our chain" in squeezed(client.get("/cookies/receipt/"))
    file = client.get("/cookies/receipt/consent-receipt.json")
    assert sha256(file.content).hexdigest() == receipt.digest
    assert file.headers["Content-Disposition"] == 'attachment; filename="consent-receipt.json"'


@pytest.mark.parametrize("value", ["", "x", "0" * 36, "%00", "é", "a" * 5000, "{}"])
def test_a_forged_receipt_number_shows_nothing(client, choose, value):
    choose("accept")
    stranger = SiteClient()
    stranger.cookies[RECEIPT_COOKIE] = value
    page = stranger.get("/cookies/receipt/")
    assert page.status_code == 200
    assert "Your browser holds no receipt." in squeezed(page)
    assert stranger.get("/cookies/receipt/consent-receipt.json").status_code == 404


def test_choosing_the_same_again_keeps_the_receipt(choose):
    choose("accept")
    idempotency.forget()
    choose("accept")
    assert ConsentReceipt.objects.count() == 1
    assert counts() == {"all": 1}


def test_choosing_the_same_on_another_day_is_proven_for_another_182_days(choose, time_machine_day):
    choose("accept")
    first = the_receipt()
    time_machine_day(timedelta(days=1))
    choose("accept")
    second = ConsentReceipt.objects.get(replaces=first.pk)
    assert second.at - first.at >= timedelta(days=1)
    choose("accept")
    assert ConsentReceipt.objects.count() == 2


@pytest.fixture
def time_machine_day(monkeypatch):
    def move(by):
        later = timezone.now() + by
        monkeypatch.setattr("privacy.consent.services.timezone.now", lambda: later)

    return move


def test_one_receipt_has_one_follower_for_one_choice_however_often_it_is_sent(choose, client):
    choose("accept")
    first = client.cookies[RECEIPT_COOKIE].value
    accepted = client.cookies[COOKIE].value
    for _ in range(3):
        idempotency.forget()
        client.cookies[RECEIPT_COOKIE], client.cookies[COOKIE] = first, accepted
        choose("reject")
    assert ConsentReceipt.objects.count() == 2
    assert counts() == {"all": 1, "withdrawn": 1}


def test_a_refusal_that_is_sent_twice_is_counted_once(choose):
    for _ in range(2):
        SiteClient().post("/cookies/choose/", answer("reject"), headers=SAME_ORIGIN)
    assert counts() == {"nothing": 1}


def test_choosing_otherwise_writes_a_receipt_that_names_the_one_before(choose, full_offer):
    choose("accept")
    first = the_receipt().pk
    response = choose("some", analytics="yes")
    second = ConsentReceipt.objects.exclude(pk=first).get()
    assert json.loads(second.document)["replaces"] == str(first)
    assert UUID(response.cookies[RECEIPT_COOKIE].value) == second.pk


def test_taking_consent_back_is_proven_too_and_the_proof_can_be_shown(client, choose, full_offer):
    choose("accept")
    first = the_receipt().pk
    response = choose("reject")
    second = ConsentReceipt.objects.exclude(pk=first).get()
    document = json.loads(second.document)
    assert (document["event"]["state"], document["replaces"]) == ("withdrawn", str(first))
    assert document["purposes"] == []
    assert response.cookies[RECEIPT_COOKIE].value == str(second.pk)
    assert client.cookies[COOKIE].value == "preferences=-1|analytics=-1|marketing=-1|social=-1"
    assert counts() == {"all": 1, "withdrawn": 1}
    assert str(second.pk) in squeezed(client.get("/cookies/receipt/"))
    choose("reject")
    assert (ConsentReceipt.objects.count(), client.cookies[RECEIPT_COOKIE].value) == (
        2, str(second.pk),
    )  # fmt: skip


def test_an_override_of_the_signal_is_written_down(choose, full_offer):
    choose("some", headers={**SAME_ORIGIN, "sec-gpc": "1"}, marketing="yes", preferences="yes")
    signal = json.loads(the_receipt().document)["opt_out_signal"]
    assert signal == {"gpc": True, "overridden": ["marketing"]}


def test_staff_can_check_a_receipt_that_somebody_shows(choose, staff_client):
    choose("accept")
    receipt = the_receipt()

    def check(shown):
        response = staff_client.post("/admin/consent/consentreceipt/check/", {"shown": shown})
        return squeezed(response)

    assert "We have a receipt of this number." in check(str(receipt.pk))
    assert "This is our receipt, word for word." in check(receipt.document)
    assert "Not in the chain yet." in check(receipt.document)
    seal_receipts()
    assert "Link 1 of the chain." in check(receipt.document)
    assert "Link 1 of the chain." in check(str(receipt.pk))
    forged = receipt.document.replace('"declined":[]', '"declined":["analytics"]')
    assert "or somebody has changed it" in check(forged)
    assert "This is no receipt of this site." in check("{}")
    assert "This is no receipt of this site." in check("0" * 32)
    assert ConsentReceipt.objects.count() == 1


def test_visitors_may_not_use_the_desk(client):
    assert client.get("/admin/consent/consentreceipt/check/").status_code == 302


def test_a_receipt_is_no_longer_than_one_kilobyte(choose, full_offer):
    every = {offered.key: "yes" for offered in full_offer.groups}
    choose("accept")
    choose("some", headers={**SAME_ORIGIN, "sec-gpc": "1"}, **every)
    choose("reject")
    sizes = [len(r.document.encode()) for r in ConsentReceipt.objects.order_by("at")]
    assert len(sizes) == 3
    assert max(sizes) <= 1024


def test_a_receipt_lists_the_services_that_were_allowed_and_no_others(choose, full_offer):
    choose("some", **{"analytics.visits": "yes", "analytics.google-analytics": "no"})
    document = json.loads(the_receipt().document)
    assert [(p["group"], p["services"]) for p in document["purposes"]] == [
        ("analytics", ["visits"])
    ]


def test_two_visitors_have_two_receipts(full_offer):
    for address in ("203.0.113.1", "203.0.113.2"):
        SiteClient(REMOTE_ADDR=address).post(
            "/cookies/choose/", answer("accept"), headers=SAME_ORIGIN
        )
    assert ConsentReceipt.objects.count() == 2
