"""What tells of people in a text, and what of it is nobody's."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import models
from django.utils import timezone

from audit_log.models import AuditEntry
from privacy.datamap.promises import stored
from privacy.datamap.promises.named_items import GROUPS, NAMED, OTHER
from privacy.datamap.promises.purging import age, months_from
from privacy.datamap.terms import Category


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"to": "ann.lee+news@mail.example.co.uk"}', "an email address"),
        ("Call +49 30 1234 5678 today", "a telephone number"),
        ("(303) 555-0123", "a telephone number"),
        ("303.555.0123", "a telephone number"),
        ("from 198.51.100.7:443", "an IP address"),
        ("2001:db8::1", "an IP address"),
        ("fe80::1ff:fe23:4567:890a", "an IP address"),
        ("2001:0db8:0000:0000:0000:ff00:0042:8329", "an IP address"),
        ("2026-11-25T03:10:22+00:00", ""),
        ("03:10:22", ""),
        ("version 5.2.19 of 2026.11.25", ""),
        ("400.1.2.3", ""),
        ("0190a4b2-5555-7777-8888-123456789012", ""),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", ""),
        ("a::before and @media", ""),
        ("AW-123-456-7890", ""),
        ("info@testserver, webmaster@company.test", ""),
    ],
)
def test_people_are_seen_in_a_text_and_dates_and_digests_are_not(text, told):
    assert stored.told_by(text) == told


def test_the_numbers_of_the_company_are_nobodys(settings):
    company = settings.COMPANY
    assert stored.told_by(f"{company.phone} or {company.fax}") == ""
    assert stored.told_by(re.sub(r"\D+", ".", company.toll_free).strip(".")) == ""


def test_only_what_is_asked_for_is_looked_for():
    assert stored.told_by("198.51.100.7", (stored.EMAIL,)) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(b"a\xffb", "a�b"), (memoryview(b"ab"), "ab"), ({"a": 1}, "{'a': 1}")]
)
def test_values_of_every_kind_are_read_as_text(value, text):
    assert stored._text(value) == text


@pytest.mark.django_db
def test_the_trail_may_say_what_everybody_reads_on_a_page():
    told = {"kind": "changed", "did": "Changed.", "changes": {"text": ["–", "ann@example.net"]}}
    AuditEntry.objects.create(table="pages.Page", **told)
    assert stored.people_in_columns_about_nobody() == []
    AuditEntry.objects.create(table="search.Miss", **told)
    assert stored.people_in_columns_about_nobody() == [
        "audit_log_auditentry.changes holds an email address"
    ]


def test_a_file_that_a_row_names_is_known(settings, tmp_path, monkeypatch):
    settings.PRIVATE_ROOT, settings.MEDIA_ROOT = str(tmp_path / "none"), str(tmp_path)
    (tmp_path / "manual.pdf").write_bytes(b"%PDF")
    field = models.FileField(name="file")
    document = SimpleNamespace(
        _meta=SimpleNamespace(local_concrete_fields=[field, models.TextField(name="title")]),
        _base_manager=SimpleNamespace(values_list=lambda name, flat: ["manual.pdf"]),
    )
    models_of_apps = "privacy.datamap.promises.stored.apps.get_models"
    monkeypatch.setattr(models_of_apps, list)
    assert stored.files_of_nobody() == [tmp_path.name]
    monkeypatch.setattr(models_of_apps, lambda: [document])
    assert stored.files_of_nobody() == []


def test_every_category_has_its_items():
    assert set(NAMED) == set(GROUPS)
    assert set(NAMED) | set(OTHER) == set(Category) - {Category.DEVICE, Category.ERASURE}


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-11-25", -24, "2024-11-25"),
        ("2028-02-29", -36, "2025-02-28"),
    ],
)
def test_months_are_those_of_the_calendar(day, months, then):
    assert months_from(date.fromisoformat(day), months) == date.fromisoformat(then)


def test_an_age_is_said_in_round_numbers():
    ages = {age(timezone.now() - timedelta(days=days)) for days in (-3, 0, 59, 60, 95)}
    assert ages == {"0 days", "59 days", "2 months", "3 months"}
    assert age(None) == "none"
