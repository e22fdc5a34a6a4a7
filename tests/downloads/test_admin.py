"""Staff publish documents in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.utils import timezone

from downloads import services, store
from downloads.forms import GATE, number_from, places, title_from
from downloads.models import (
    Document,
    DocumentVersion,
    DownloadCount,
    DownloadRecord,
    State,
    Watch,
    month_of,
)
from tests.client import SiteClient
from tests.downloads import bad_files
from tests.downloads.bad_files import pdf
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_person, make_staff
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DOCUMENTS, VERSIONS = "/admin/downloads/document/", "/admin/downloads/documentversion/"


def file(name: str = "manual.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf() if content is None else content)


def new(**changes: Any) -> dict[str, Any]:
    return {
        "upload": file(),
        "title": "Charger manual",
        "number": "101271",
        "kind": "manual",
        "language": "en",
        "access": "everyone",
        "part_numbers": "A1C-24\n",
        "places": ["/products/dc-systems-dc-ups/"],
        "label": "A",
        "when": "now",
        **changes,
    }


def texts(response: Any, tag: str, css: str) -> list[str]:
    """Return what stands in elements of a class."""
    return [one.text for one in read(response).elements if one.matches(f"{tag}.{css}")]


def errors(response: Any) -> list[str]:
    return texts(response, "ul", "errorlist")


def test_a_document_is_published_with_its_first_version(
    staff_client: SiteClient, staff: Any
) -> None:
    response = staff_client.post(f"{DOCUMENTS}add/", new())
    assert (response.status_code, response.headers["Location"]) == (302, DOCUMENTS)
    document = Document.objects.get(number="101271")
    assert [place.path for place in document.places.all()] == ["/products/dc-systems-dc-ups/"]
    version = document.current
    assert version is not None
    assert (version.label, version.file_name, version.uploaded_by) == ("A", "manual.pdf", staff)
    with store.open_stored(version) as stored:
        assert stored.read() == pdf()
    assert LogEntry.objects.filter(object_id=str(document.pk)).count() == 1


def test_the_same_form_twice_makes_one_document(staff_client: SiteClient) -> None:
    staff_client.post(f"{DOCUMENTS}add/", new())
    again = staff_client.post(f"{DOCUMENTS}add/", new())
    assert errors(again) == ["Document with this Number already exists."]
    assert DocumentVersion.objects.filter(document__number="101271").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "Feed"}, "The site itself uses this address. Choose another."),
        (
            {"number": "a--b"},
            "Use small letters and digits, with single hyphens between them.",
        ),
        (
            {"access": "registered"},
            GATE,
        ),
        ({"when": "later"}, "Choose a time that is still to come."),
        ({"when": "later", "publish_at": "2020-01-01T10:00"}, "Choose a time that is still to come."),
        ({"title": "a\x01"}, "This text holds characters that cannot be read. Remove them or type it again"),
        ({"upload": ""}, "This field is required."),
        ({"upload": file("notes.txt", b"#!/bin/sh\n")}, None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(
    staff_client: SiteClient, changes: dict[str, Any], said: str | None
) -> None:
    response = staff_client.post(f"{DOCUMENTS}add/", new(**changes))
    found = errors(response)
    assert len(found) == 1
    assert said in (found[0], None)
    assert not Document.objects.filter(title="Charger manual").exists()


def test_a_refused_file_leaves_nothing_in_the_store(
    staff_client: SiteClient, settings: Any, tmp_path: Any
) -> None:
    chosen = {"BACKEND": "downloads.store.DocumentFolder", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "documents": chosen}
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    large = bad_files.pdf_with_script() + b"\n" * 3_000_000  # larger than what is kept in memory
    response = staff_client.post(f"{DOCUMENTS}add/", new(upload=file(content=large)))
    assert "This PDF can act by itself: a script." in errors(response)[0]
    sent: Any = response
    for close in sent._resource_closers:
        close()
    assert list(tmp_path.iterdir()) == []
    allowed = new(upload=file(content=large), allow_active="on", when="draft")
    assert staff_client.post(f"{DOCUMENTS}add/", allowed).status_code == 302
    assert DocumentVersion.objects.get(document__number="101271").state == State.DRAFT


def test_a_full_disk_is_said_and_nothing_is_half_done(
    staff_client: SiteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.DocumentFolder, "_save", full)
    answers = [
        staff_client.post(f"{DOCUMENTS}add/", new()),
        staff_client.post(
            f"{DOCUMENTS}many/", {"uploads": [file()], "kind": "manual", "language": "en"}
        ),
    ]
    assert [one.status_code for one in answers] == [503, 503]
    assert b"Nothing was published." in answers[0].content
    assert not Document.objects.filter(number="101271").exists()


@pytest.mark.parametrize("fault", [IntegrityError, services.DocumentError])
def test_who_was_slower_by_a_moment_is_told_by_the_form(
    staff_client: SiteClient, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    add = services.add_version

    def after_a_colleague(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(services, "add_version", add)
        raise fault

    document = make_document()
    make_version(document, "1")
    monkeypatch.setattr(services, "add_version", after_a_colleague)
    said = {"document": document.pk, "upload": file(), "label": "2", "when": "now"}
    assert staff_client.post(f"{VERSIONS}add/", said).status_code == 302
    assert sorted(one.label for one in document.versions.all()) == ["1", "2"]


def test_a_document_is_changed_and_its_number_only_before_it_is_known(
    staff_client: SiteClient,
) -> None:
    document = make_document("draft-number", title="Draft")
    make_version(document, publish_at=None)
    page = f"{DOCUMENTS}{document.pk}/change/"
    said = {"title": "Better", "kind": "cad", "language": "en", "access": "registered"}
    assert staff_client.fill_in(page, {**said, "number": "a-7"}).status_code == 302
    document.refresh_from_db()
    assert (document.title, document.number, document.is_gated) == ("Better", "a-7", True)
    make_version(document, "2")
    assert b'name="number"' not in staff_client.get(page).content
    staff_client.fill_in(page, {**said, "number": "a-8", "title": "Best"})
    document.refresh_from_db()
    assert (document.title, document.number) == ("Best", "a-7")


def test_two_editors_do_not_write_over_each_other(staff_client: SiteClient) -> None:
    document = make_document()
    page = f"{DOCUMENTS}{document.pk}/change/"
    said = {"number": "guide", "kind": "manual", "language": "en", "access": "everyone"}
    first, second = {**said, "title": "One"}, {**said, "title": "Two"}
    shown = staff_client.get(page)
    staff_client.fill_in(page, first)
    stamp = read(shown).attributes("input", name="edit_stamp")[0]["value"]
    assert staff_client.post(page, {**second, "edit_stamp": stamp}).status_code == 409
    document.refresh_from_db()
    assert document.title == "One"


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_for_one_and_for_three(
    staff_client: SiteClient, django_assert_num_queries: Any, count: int, menu_read: None
) -> None:
    for index in range(count):
        make_version(make_document(f"a-{index}"), content=f"%PDF-1.7 {index}".encode())
    with django_assert_num_queries(10):
        staff_client.get(DOCUMENTS)
        staff_client.get(VERSIONS)


def names(response: Any) -> list[str]:
    return texts(response, "th", "field-title")


def test_the_list_finds_what_nobody_opened_in_a_year(staff_client: SiteClient) -> None:
    now = timezone.now()
    old, counted, recorded, young, gone = (
        make_version(make_document(name), publish_at=now - days * DAY, content=name.encode())
        for name, days in (("a", 400), ("b", 400), ("c", 400), ("d", 300), ("e", 400))
    )
    DownloadCount.objects.create(version=counted, month=month_of((now - 360 * DAY).date()), count=1)
    DownloadCount.objects.create(version=old, month=month_of((now - 399 * DAY).date()), count=7)
    DownloadRecord.objects.create(version=recorded, user=make_person(), at=now - 360 * DAY)
    DownloadRecord.objects.create(version=old, user=make_person("b"), at=now - 367 * DAY)
    DocumentVersion.objects.filter(pk=gone.pk).update(
        withdrawn_at=now, withdrawn_reason="Outdated."
    )
    titles = set(names(staff_client.get(f"{DOCUMENTS}?use=none")))
    assert {"A", "B", "C", "D", "E"} & titles == {"A"}
    assert {"A", "B", "C", "D", "E"} - set(names(staff_client.get(DOCUMENTS))) == set()
    assert young.document.title == "D"


def test_what_waits_and_what_is_missing_is_counted_on_the_desk(staff_client: SiteClient) -> None:
    DocumentVersion.objects.update(missing_since=None, damaged_since=None)
    document = make_document("desk")
    make_version(document, "1", missing_since=timezone.now())
    make_version(document, "2", publish_at=None, damaged_since=timezone.now())
    make_version(document, "3", checked_at=timezone.now())
    waits = {
        (task.count, task.words)
        for model in (Document, DocumentVersion)
        for task in admin.site._registry[model].to_do()  # type: ignore[attr-defined]
    }
    assert waits == {
        (1, "draft of a document"),
        (2, "documents whose files are missing or changed"),
    }
    listed = staff_client.get(f"{VERSIONS}?file=faulty")
    said = [one.split(" since ")[0] for one in texts(listed, "td", "field-fault")]
    assert said == ["changed", "missing"]
    assert names(staff_client.get(f"{DOCUMENTS}?drafts=yes")) == ["Desk"]
    states = texts(staff_client.get(VERSIONS), "td", "field-fault")
    assert "as published" in states
    page = staff_client.get(f"{DOCUMENTS}{document.pk}/change/").content
    assert (b"its file is missing" in page, b"its file was changed" in page) == (True, True)


# --- versions -------------------------------------------------------------------------------------


def test_a_new_version_supersedes_the_one_before(staff_client: SiteClient) -> None:
    document = make_document()
    old = make_version(document, "1", publish_at=timezone.now() - DAY)
    page = read(staff_client.get(f"{VERSIONS}add/?document={document.pk}"))
    assert page.attributes("input", name="label")[0]["value"] == "2"
    said = {"document": document.pk, "upload": file(), "label": "2", "when": "now"}
    response = staff_client.post(f"{VERSIONS}add/", {**said, "change_note": "New table."})
    assert response.status_code == 302
    current = document.current
    assert current is not None
    assert (current.label, current.change_note, old.state) == (
        "2", "New table.", State.SUPERSEDED,
    )  # fmt: skip
    again = staff_client.post(f"{VERSIONS}add/", {**said, "upload": file()})
    assert again.status_code == 302
    assert document.versions.count() == 2


def test_a_label_that_is_taken_is_refused_beside_the_form(staff_client: SiteClient) -> None:
    document = make_document()
    make_version(document, "1")
    said = {"document": document.pk, "upload": file(), "label": "1", "when": "now"}
    response = staff_client.post(f"{VERSIONS}add/", said)
    assert errors(response) == ["There is a version 1 of this document already."]
    nowhere = staff_client.post(f"{VERSIONS}add/", {**said, "document": "", "upload": file()})
    assert errors(nowhere) == ["This field is required."]
    assert b'value="1"' in staff_client.get(f"{VERSIONS}add/").content


def test_only_words_of_a_version_are_corrected(staff_client: SiteClient) -> None:
    version = make_version(make_document())
    page = f"{VERSIONS}{version.pk}/change/"
    said = {"issued_on": "2026-02-03", "change_note": "Typo.", "label": "9", "sha256": "0"}
    assert staff_client.fill_in(page, said).status_code == 302
    before = version.sha256
    version.refresh_from_db()
    assert (version.change_note, version.label, version.sha256) == ("Typo.", "1", before)


def test_withdrawing_says_first_what_it_does(staff_client: SiteClient, client: SiteClient) -> None:
    document = make_document()
    first = make_version(document, "1", publish_at=timezone.now() - DAY)
    second = make_version(document, "2", content=b"%PDF-1.7 second")
    Watch.objects.create(user=make_person(), document=document)
    page = f"{VERSIONS}{second.pk}/withdraw/"
    lines = read(staff_client.get(page)).texts("li")
    assert "Version 1 is the current one again." in lines
    assert "One person has asked to hear of new versions. A withdrawal is not announced." in lines
    assert staff_client.fill_in(page, {"reason": "Wrong table."}).status_code == 303
    second.refresh_from_db()
    assert (second.state, second.withdrawn_reason) == (State.WITHDRAWN, "Wrong table.")
    Watch.objects.create(user=make_person("b"), document=document)
    lines = read(staff_client.get(f"{VERSIONS}{first.pk}/withdraw/")).texts("li")
    assert "No version of the document is given out then: its page says so." in lines
    assert "2 people have asked to hear of new versions. A withdrawal is not announced." in lines
    assert staff_client.fill_in(f"{VERSIONS}{second.pk}/offer-again/", {}).status_code == 303
    assert document.current == second
    Watch.objects.all().delete()
    shown = read(staff_client.get(f"{VERSIONS}{first.pk}/withdraw/"))
    assert [
        one.text for one in shown.find("li", inside="div.content") if "ersion" in one.text
    ] == []


def test_a_draft_is_planned_the_plan_cancelled_and_the_draft_discarded(
    staff_client: SiteClient,
) -> None:
    document = make_document()
    draft = make_version(document, "1", publish_at=None)
    page = f"{VERSIONS}{draft.pk}"
    later = timezone.localtime(timezone.now() + DAY)
    sent = {"at": later.strftime("%Y-%m-%dT%H:%M")}
    assert b"What it does" not in staff_client.get(f"{page}/publish/").content
    assert staff_client.fill_in(f"{page}/publish/", sent).status_code == 303
    draft.refresh_from_db()
    assert draft.state == State.PLANNED
    assert staff_client.fill_in(f"{page}/cancel/", {}).status_code == 303
    past = staff_client.fill_in(f"{page}/publish/", {"at": "2020-01-01T10:00"})
    assert (past.status_code, b"still to come" in past.content) == (409, True)
    make_version(document, "0", content=b"%PDF-1.7 zero")
    lines = read(staff_client.get(f"{page}/publish/")).texts("li")
    assert "Version 0 is superseded by it, and stays at its address." in lines
    assert staff_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 302
    assert [one.label for one in document.versions.all()] == ["0"]


def test_what_is_published_is_not_deleted(staff_client: SiteClient) -> None:
    version = make_version(make_document())
    for page in (f"{DOCUMENTS}{version.document_id}", f"{VERSIONS}{version.pk}"):
        assert staff_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    draft = make_document("only-a-draft")
    make_version(draft, publish_at=None, content=b"%PDF-1.7 draft")
    shown = staff_client.get(f"{DOCUMENTS}{draft.pk}/delete/")
    assert b"only-a-draft, version 1" in shown.content
    response = staff_client.post(f"{DOCUMENTS}{draft.pk}/delete/", {"post": "yes"})
    assert response.status_code == 302
    assert not Document.objects.filter(pk=draft.pk).exists()


# --- many at once ---------------------------------------------------------------------------------


def test_many_files_become_drafts_and_a_bad_one_keeps_none_from_it(
    staff_client: SiteClient,
) -> None:
    make_document("wiring-plan")
    uploads = [
        file("Wiring_Plan.pdf"),
        file("setup.exe", b"MZ\x90\0" + b"\0" * 90),
        file("notes-of-may.txt", b"May\n"),
    ]
    said = {"uploads": uploads, "kind": "drawing", "language": "en", "places": []}
    response = staff_client.post(f"{DOCUMENTS}many/", said)
    assert response.status_code == 303
    listed = staff_client.get(response.headers["Location"])
    assert [one.partition(":")[0] for one in texts(listed, "li", "error")] == ["Setup.exe"]
    assert texts(listed, "li", "success") == ["2 drafts were made. Look at each, and publish it."]
    made = Document.objects.filter(kind="drawing", number__in=["wiring-plan-2", "notes-of-may"])
    assert sorted(made.values_list("title", flat=True)) == ["Notes of may", "Wiring Plan"]
    assert {one.state for one in DocumentVersion.objects.filter(document__in=made)} == {State.DRAFT}
    uploads = [file("Wiring_Plan.pdf"), file("one-more.txt", b"June\n")]
    again = staff_client.post(f"{DOCUMENTS}many/", {**said, "uploads": uploads})
    listed = staff_client.get(again.headers["Location"])
    assert texts(listed, "li", "warning") == [
        "Wiring_Plan.pdf is here already: wiring-plan-2, version 1."
    ]
    assert texts(listed, "li", "success") == ["One draft was made. Look at each, and publish it."]
    nothing = staff_client.post(
        f"{DOCUMENTS}many/", {**said, "uploads": [file("one-more.txt", b"June\n")]}
    )
    listed = staff_client.get(nothing.headers["Location"])
    assert texts(listed, "li", "success") == []


def test_who_may_only_look_brings_nothing() -> None:
    looker = make_staff("looker", is_superuser=False)
    looker.user_permissions.add(Permission.objects.get(codename="view_document"))
    client = SiteClient()
    client.force_login(looker)
    assert client.get(DOCUMENTS).status_code == 200
    assert client.get(f"{DOCUMENTS}many/").status_code == 403
    assert b"Bring several files" not in client.get(DOCUMENTS).content


def test_the_page_for_many_files_asks_for_some(staff_client: SiteClient) -> None:
    assert staff_client.get(f"{DOCUMENTS}many/").status_code == 200
    assert staff_client.get(DOCUMENTS).content.count(b"/admin/downloads/document/many/") == 1
    assert staff_client.post(f"{DOCUMENTS}many/", {}).status_code == 422


@pytest.mark.parametrize(
    ("name", "number", "title"),
    [
        ("101271_Rev A.pdf", "101271-rev-a", "101271 Rev A"),
        ("Über-Maße.pdf", "uber-mae", "Über Maße"),
        ("手册.pdf", "document", "手册"),
        ("feed.pdf", "feed-2", "Feed"),
        ("_.pdf", "document", "Document"),
    ],
)
def test_a_file_lends_its_name(name: str, number: str, title: str) -> None:
    assert (number_from(name), title_from(name)) == (number, title)


def test_documents_belong_to_pages_of_the_menu() -> None:
    offered = dict(places())
    assert offered["/applications/marine/"] == "Applications: Marine"


def test_a_document_may_be_larger_than_other_things_that_staff_bring(
    staff_client: SiteClient,
) -> None:
    large = file("notes.txt", b"words of a long text\n" * 700_000)  # 14 MB
    assert staff_client.post(f"{DOCUMENTS}add/", new(upload=large)).status_code == 302
    refused = staff_client.post(
        "/admin/pages/file/add/", {"upload": file(content=b"1" * 14_000_000)}
    )
    assert refused.status_code == 413
