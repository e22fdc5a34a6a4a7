"""What a row calls itself: the admin shows it, its log keeps it, and error reports repeat it."""

from datetime import date
from uuid import UUID

import pytest
from django.apps import apps

from privacy.datamap.registry import entries, personal_entries
from privacy.datamap.rows import rows_of
from privacy.datamap.subjects import subject_of
from tests.architecture.source import ROOMS
from tests.subject import make_subject

OURS = [model for model in apps.get_models() if model.__module__.split(".")[0] in ROOMS]
NUMBER = UUID(int=7)
NAMES = [
    ("rights.VendorTask", {"vendor": "mail"}, "mail"),
    ("consent.GroupVersion", {"group": "analytics", "version": "0123abcd"}, "analytics 0123abcd"),
    ("consent.NoticeSnapshot", {"digest": "0123456789abcdef"}, "0123456789ab"),
    ("consent.ConsentReceipt", {"pk": NUMBER}, "00000000-0000-0000-0000-000000000007"),
    ("consent.ReceiptSeal", {"number": 3}, "Seal 3"),
    ("rights.RequestSeal", {"number": 3}, "Seal 3"),
    (
        "policy.HeadLogEntry",
        {"chain": "receipts", "size": 3, "head": "ab", "logged_on": date(2026, 11, 25)},
        "receipts 3 ab 2026-11-25",
    ),
    ("consent.DailyChoice", {"day": "2026-11-25", "outcome": "all"}, "2026-11-25 all"),
    ("datamap.Erasure", {"reference": "0123456789abcdef"}, "erasure 01234567"),
    ("visits.PageView", {"pk": 7}, "View 7"),
    ("visits.DailyCount", {"day": "2026-11-25", "kind": "page", "key": "/"}, "2026-11-25 page /"),
    (
        "visits.Reach",
        {"day": "2026-11-25", "days": 7, "kind": "page", "key": "/"},
        "7 days to 2026-11-25: page /",
    ),
    ("datamap.PurgeFailure", {"rule": "contact.ContactMessage"}, "contact.ContactMessage"),
]


@pytest.mark.parametrize(("label", "fields", "name"), NAMES, ids=lambda value: str(value)[:30])
def test_staff_find_a_row_by_its_name(label, fields, name):
    assert str(apps.get_model(label)(**fields)) == name


@pytest.mark.django_db
def test_no_row_but_the_account_names_its_person_and_none_tells_a_secret():
    person = make_subject("ada-lovelace")
    subject = subject_of(person)
    words = {*subject.addresses, person.username, person.name, person.company, person.phone}
    telling = {}
    for entry in personal_entries():
        secrets = [name for name, column in entry.columns.items() if column.secret]
        for row in rows_of(entry, subject) if entry.model in OURS else ():
            hidden = words | {str(getattr(row, name)) for name in secrets} - {"", "None"}
            if any(word in str(row) for word in hidden):
                telling[entry.label] = str(row)
    assert telling == {"accounts.User": "ada-lovelace"}


def test_every_model_of_ours_is_looked_at():
    assert {model._meta.label for model in OURS} <= set(entries())
