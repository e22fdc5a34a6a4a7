"""A copy of everything: whole, of nobody else, without secrets, and in flat memory."""

import hashlib
import io
import json
import re
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.apps import apps

from accounts.models import PolicyAcceptance
from contact.models import ContactMessage
from privacy.datamap import export
from privacy.datamap.erasure_proof import new_mark, plant, plantable
from privacy.datamap.export import exported_entries, shown_columns, stream_export
from privacy.datamap.registry import MapError, entries, personal_entries
from privacy.datamap.subjects import by_address, subject_of
from privacy.policy.models import TERMS, PolicyVersion

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def opened(subject) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(stream_export(subject, now=NOW))))


def test_it_holds_three_files_and_those_that_came_whose_digests_are_true(ada_subject):
    archive = opened(ada_subject)
    assert archive.testzip() is None
    photo, *others = archive.namelist()
    assert others == ["data.json", "index.html", "manifest.json"]
    assert archive.read(photo) == b"A photo of ada-lovelace"
    rows = json.loads(archive.read("data.json"))["tables"]["contact.MessagePhoto"]
    assert [row["content"] for row in rows] == [photo]
    assert f"<td>{photo}</td>" in archive.read("index.html").decode()
    digests = json.loads(archive.read("manifest.json"))["sha256"]
    assert digests == {
        name: hashlib.sha256(archive.read(name)).hexdigest()
        for name in (photo, "data.json", "index.html")
    }


def test_every_mark_that_may_be_shown_is_in_it_and_none_of_the_neighbours(ada_subject, neighbour):
    mark, other = new_mark(), new_mark()
    plant(ada_subject, mark)
    plant(subject_of(neighbour), other)
    data = opened(ada_subject).read("data.json").decode()
    page = opened(ada_subject).read("index.html").decode()
    shown = {
        f"{entry.label}.{name}"
        for entry in exported_entries()
        for name in shown_columns(entry)
        for row in json.loads(data)["tables"][entry.label]
        if mark in str(row[name])
    }
    assert shown == {
        f"{entry.label}.{field.name}"
        for entry in exported_entries()
        for field in plantable(entry)
        if field.name in shown_columns(entry)
    } | {
        "account.EmailConfirmation.email_address",  # called by the address that it confirms
        "contact.MessageNote.message",  # by the reference of the message
        "contact.MessagePhoto.content",  # by the name of a file
        "contact.MessagePhoto.message",
        "contact.MessageReply.message",
        "contact.ReplyDraft.message",
    }
    assert len(shown) >= 18
    assert set(re.findall(mark + "[0-9a-f]+", data)) == set(re.findall(mark + "[0-9a-f]+", page))
    assert (other in data, other in page) == (False, False)
    assert (neighbour.email in data, neighbour.username in page) == (False, False)


def test_secrets_and_staff_are_not_in_it(ada, ada_subject):
    archive = opened(ada_subject)
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert ada.password not in everything
    assert f"seed-{ada.username}" not in everything
    assert "editor" not in everything
    manifest = json.loads(archive.read("manifest.json"))
    withheld = {item["table"]: item["withheld"] for item in manifest["items"]}
    assert withheld["accounts.User"] == ["password"]
    assert withheld["mfa.Authenticator"] == ["data"]


def test_it_shows_names_where_the_database_has_keys(ada, ada_subject):
    terms = PolicyVersion.objects.get(policy__slug=TERMS, number=1)
    PolicyAcceptance.objects.create(user=ada, version=terms, kind="accepted")
    assert terms.pk != 1
    archive = opened(ada_subject)
    tables = json.loads(archive.read("data.json"))["tables"]
    accepted = {row["version"] for row in tables["accounts.PolicyAcceptance"]}
    assert accepted == {"Privacy policy version 3", "Terms and conditions version 1"}
    (asked,) = tables["rights.SubjectRequest"]
    assert {row["request"] for row in tables["rights.RequestEvent"]} == {
        f"Request {asked['reference']}"
    }
    assert {row["group"] for row in tables["accounts.User_groups"]} == {"Readers"}
    assert {row["email_address"] for row in tables["account.EmailConfirmation"]} == {ada.email}
    page = archive.read("index.html").decode()
    assert f"<td>Request {asked['reference']}</td>" in page
    assert "<td>Shown who is asking</td>" in page
    assert "<td>identity-proved</td>" not in page


def test_no_column_holds_a_key_of_the_database(ada_subject):
    archive = opened(ada_subject)
    tables = json.loads(archive.read("data.json"))["tables"]
    for item in json.loads(archive.read("manifest.json"))["items"]:
        label, rows = item["table"], tables[item["table"]]
        # A receipt of consent has no other name than its number.
        receipt = {"id"} if label == "consent.ConsentReceipt" else set()
        assert {"id", "user"} & set(item["columns"]) == receipt, label
        assert all(set(row) == set(item["columns"]) for row in rows), label
        links = [f.name for f in apps.get_model(label)._meta.concrete_fields if f.is_relation]
        assert [row[name] for row in rows for name in links if isinstance(row.get(name), int)] == []


def test_each_item_says_why_from_whom_to_whom_and_how_long(ada_subject):
    manifest = json.loads(opened(ada_subject).read("manifest.json"))
    assert len(manifest["items"]) == len(exported_entries())
    for item in manifest["items"]:
        for fact in ("purpose", "basis", "source", "recipients", "retention"):
            assert item[fact], (item["table"], fact)


def test_what_is_not_held_is_said():
    archive = opened(by_address("nobody@nowhere.test"))
    manifest = json.loads(archive.read("manifest.json"))
    assert {item["rows"] for item in manifest["items"]} == {"nothing held"}
    assert archive.read("index.html").decode().count("nothing held") == len(exported_entries())


def test_markup_that_somebody_typed_is_only_text(ada, ada_subject):
    ContactMessage.objects.update(message="<script>alert(1)</script>")
    page = opened(ada_subject).read("index.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.exhaustive
def test_ten_thousand_rows_need_no_more_memory_than_a_few(ada, ada_subject, tmp_path):
    template = ContactMessage.objects.get()
    fields = {
        f.name: getattr(template, f.name)
        for f in ContactMessage._meta.concrete_fields
        if f.name not in {"id", "reference", "fingerprint"}
    }
    peaks = []
    for total in (1_000, 10_000):
        ContactMessage.objects.bulk_create(
            ContactMessage(**fields, fingerprint=f"{n:064d}")
            for n in range(ContactMessage.objects.count(), total)
        )
        with (tmp_path / "export.zip").open("wb") as file:
            tracemalloc.start()
            size = sum(file.write(chunk) for chunk in stream_export(ada_subject))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert size > 0
    assert peaks[1] < 2 * peaks[0] + 2_000_000
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        data = json.loads(archive.read("data.json"))
    assert len(data["tables"]["contact.ContactMessage"]) == 10_000


def test_all_that_is_personal_is_exported_but_the_logs_of_staff():
    assert {e.label for e in personal_entries()} - {e.label for e in exported_entries()} == {
        "admin.LogEntry",
        "audit_log.AuditEntry",
    }
    assert entries()["admin.LogEntry"].exported is False


def test_bytes_are_left_empty_and_days_and_numbers_written_as_usual():
    row = {"secret": b"x", "view": memoryview(b"x"), "day": date(2026, 11, 25), "sum": 1}
    assert json.loads(export._json_row(row)) == {
        "secret": None, "view": None, "day": "2026-11-25", "sum": 1,
    }  # fmt: skip


def test_a_table_that_belongs_to_no_processing_activity_is_not_exported_in_silence():
    entry = replace(entries()["contact.ContactMessage"], activity=None)
    with pytest.raises(MapError, match=r"contact\.ContactMessage belongs to no processing"):
        export._item(entry, 1)
