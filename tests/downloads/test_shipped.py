"""Documents that come with the company's content."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from downloads import policy_documents, shipped, store
from downloads.models import Document, DocumentVersion, stored_name
from privacy.policy.models import PRIVACY, PolicyVersion
from sens_site.lib.content import ContentError, load_company
from sens_site.settings import BASE_DIR
from tests.factories.documents import make_document, make_version

pytestmark = pytest.mark.django_db
ONE = """\
[[document]]
number = "notes"
title = "Notes"
kind = "white-paper"
places = ["/support/education/"]
[[document.version]]
label = "1"
issued_on = 2026-02-01
file = "documents/notes.txt"
[[document.version]]
label = "2"
issued_on = 2026-03-01
publish_on = 2026-04-01
change_note = "More."
file = "documents/notes-2.txt"
"""
COMPANIES = sorted(file.parent.parent.name for file in BASE_DIR.glob(f"content/*/{shipped.FILE}"))


@pytest.fixture
def content(settings: Any, tmp_path: Path) -> Path:
    """The content of a company with one document in two versions."""
    folder = tmp_path / "content"
    (folder / "documents").mkdir(parents=True)
    (folder / shipped.FILE).write_text(ONE)
    (folder / "documents" / "notes.txt").write_text("one\n")
    (folder / "documents" / "notes-2.txt").write_text("two\n")
    settings.CONTENT_DIR = folder
    return folder


def of(number: str) -> list[tuple[str, str, str]]:
    versions = DocumentVersion.objects.filter(document__number=number).order_by("publish_at")
    return [
        (one.label, str(timezone.localtime(one.publish_at))[:16], one.change_note)
        for one in versions
    ]


def test_what_is_described_is_loaded_once_and_staff_may_change_it(content: Path) -> None:
    assert shipped.load_documents() == 2
    assert of("notes") == [
        ("1", "2026-02-01 00:00", ""), ("2", "2026-04-01 00:00", "More."),
    ]  # fmt: skip
    document = Document.objects.get(number="notes")
    assert [place.path for place in document.places.all()] == ["/support/education/"]
    Document.objects.filter(pk=document.pk).update(title="Notes of ours")
    assert shipped.load_documents() == 0
    document.refresh_from_db()
    assert document.title == "Notes of ours"


def test_a_file_that_the_store_has_lost_comes_back(content: Path) -> None:
    shipped.load_documents()
    first, second = DocumentVersion.objects.filter(document__number="notes").order_by("label")
    for version in (first, second):
        store.store().delete(version.stored_as)
    (content / "documents" / "notes-2.txt").write_text("otherwise by now\n")
    assert shipped.load_documents() == 0
    assert [store.store().exists(one.stored_as) for one in (first, second)] == [True, False]


def test_both_companies_ship_documents() -> None:
    assert len(COMPANIES) == 2


def test_a_company_may_have_no_documents(content: Path) -> None:
    (content / shipped.FILE).unlink()
    assert shipped.load_documents() == 0


def test_a_missing_file_is_named_with_what_to_do(content: Path) -> None:
    (content / "documents" / "notes.txt").unlink()
    with pytest.raises(ContentError, match=r"notes\.txt is missing\. Put the file there"):
        shipped.load_documents()


@pytest.mark.parametrize("company", COMPANIES)
def test_shipped_files_are_what_their_texts_make_and_they_load(company: str, settings: Any) -> None:
    DocumentVersion.objects.all().delete()
    Document.objects.all().delete()
    settings.CONTENT_DIR = settings.BASE_DIR / "content" / company
    settings.COMPANY = load_company(settings.CONTENT_DIR)
    for one in shipped.shipped_versions():
        assert one.file.read_bytes() == shipped.typeset(one), (
            f"{one.file.name}: run CONTENT_DIR=content/{company} manage.py typeset_documents"
        )
    assert shipped.load_documents() == 3
    guide = DocumentVersion.objects.get(document__number="site-guide")
    assert "Guide to this website" in guide.text
    assert sorted(Document.objects.values_list("number", flat=True)) == [
        "privacy-policy", "site-guide", "verify-the-policy",
    ]  # fmt: skip


def test_the_command_writes_what_is_different(content: Path) -> None:
    with (content / shipped.FILE).open("a") as described:
        described.write(
            '[[document.version]]\nlabel = "3"\nissued_on = 2026-05-01\n'
            'file = "documents/three.pdf"\nsource = "documents/three.md"\n'
        )
    (content / "documents" / "three.md").write_text("Words.{promise:plain}\n")
    said = StringIO()
    call_command("typeset_documents", stdout=said)
    call_command("typeset_documents", stdout=said)
    made = (content / "documents" / "three.pdf").read_bytes()
    assert said.getvalue() == f"three.pdf: {len(made)} bytes.\n"
    assert shipped.load_documents() == 3
    assert "Words." in DocumentVersion.objects.get(document__number="notes", label="3").text


def test_the_command_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "downloads.management.commands.typeset_documents.is_available", lambda: False
    )
    with pytest.raises(CommandError, match="company-site"):
        call_command("typeset_documents")


# --- the policy -----------------------------------------------------------------------------------


def policy_labels() -> list[str]:
    versions = DocumentVersion.objects.filter(document__number="privacy-policy")
    return sorted(versions.values_list("label", flat=True))


def test_each_version_of_the_policy_has_its_pdf_once() -> None:
    numbers = [str(one.number) for one in PolicyVersion.objects.of(PRIVACY).order_by("number")]
    assert len(numbers) >= 2
    DocumentVersion.objects.filter(document__number="privacy-policy").delete()
    Document.objects.filter(number="privacy-policy").delete()
    assert policy_documents.publish_policy_pdfs() == len(numbers)
    assert policy_labels() == numbers
    assert policy_documents.publish_policy_pdfs() == 0
    newest = PolicyVersion.objects.of(PRIVACY)[0]
    version = DocumentVersion.objects.get(
        document__number="privacy-policy", label=str(newest.number)
    )
    assert version.issued_on == newest.posted_on
    assert version.publish_at is not None
    assert timezone.localdate(version.publish_at) == newest.effective_on
    assert f"Version {newest.number}. Posted on" in " ".join(version.text.split())


def test_the_pdf_of_a_later_version_joins_what_is_there() -> None:
    DocumentVersion.objects.filter(document__number="privacy-policy").delete()
    document = Document.objects.filter(number="privacy-policy").first() or make_document(
        "privacy-policy"
    )
    numbers = [str(one.number) for one in PolicyVersion.objects.of(PRIVACY).order_by("number")]
    kept = make_version(document, numbers[-1], content=b"%PDF-1.7 shipped")
    assert policy_documents.publish_policy_pdfs() == len(numbers) - 1
    kept.refresh_from_db()
    assert kept.sha256 in stored_name(kept.sha256)
    assert policy_labels() == numbers
