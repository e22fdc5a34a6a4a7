"""What the look at stored receipts takes, and what it finds in one that an owner has altered."""

import json
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection

from privacy.consent.models import ConsentReceipt
from privacy.consent.promises.choices import each_receipt_on_record_names_its_act
from privacy.consent.promises.looks import press
from privacy.promises.registry import PromiseBroken
from privacy.promises.running_site import RunningSite
from sens_site.lib import row_guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt() -> ConsentReceipt:
    """What a visitor leaves who presses Accept all."""
    press(RunningSite().visitor(), "/", "accept")
    return ConsentReceipt.objects.get()


def store(document: str, digest: str) -> None:
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE consent_consentreceipt SET document = %s, digest = %s", [document, digest]
        )
        connection.check_constraints()


def found() -> str:
    with pytest.raises(PromiseBroken) as info:
        each_receipt_on_record_names_its_act(RunningSite())
    return str(info.value)


def test_a_receipt_of_an_act_is_taken(receipt):
    evidence = each_receipt_on_record_names_its_act(RunningSite())
    assert evidence.figures["receipts"] == 1
    assert evidence.words.startswith("Of the 1 newest receipts on record each names an explicit")


def test_a_receipt_that_does_not_fit_its_digest_is_found(receipt):
    store(receipt.document, "a" * 64)
    assert found() == "a receipt on record is not what its digest says"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"notice": {"snapshot": "a" * 64}}, "names another notice than it was given for"),
        ({"purposes": []}, "names no purpose"),
        ({"receipt_id": "0"}, "bears another number"),
        ({"collection_method": "guess"}, "names no act"),
        ({"page": "/"}, "has other fields than it should"),
    ],
)
def test_a_receipt_that_was_altered_with_its_digest_is_found(receipt, change, words):
    altered: dict[str, Any] = json.loads(receipt.document) | change
    document = json.dumps(altered)
    store(document, sha256(document.encode()).hexdigest())
    assert found() == f"a receipt on record {words}"
