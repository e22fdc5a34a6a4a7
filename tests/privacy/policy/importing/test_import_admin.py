"""Staff look at what becomes of a text before it is stored, and are its author then."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from privacy.policy import import_admin
from privacy.policy.models import Policy, PolicyDraft
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.privacy.policy.importing.word_files import docx, p, r, tbl, tc

ADDRESS = "/admin/policy/policydraft/import/"
DOCUMENT = docx(
    p("Datenschutz", style="Titel")
    + p("Wer wir sind", style="Numbered")
    + p(
        "Acme GmbH. ",
        r("never shown", "<w:vanish/>"),
        "10",
        r("2", '<w:vertAlign w:val="superscript"/>'),
    )
    + p("erstens", number=1, depth=1)
    + tbl(tc(p("Cookie")) + tc(p("Zweck")), tc(p("sid")) + tc(p("Sitzung")))
    + p(f'<w:hyperlink r:id="rId1">{r("AGB")}</w:hyperlink>'),
    links={"rId1": "/agb.html"},
)


def fields(**changes: object) -> dict[str, object]:
    return {
        "policy": str(Policy.objects.get(slug="privacy").pk),
        "text": "",
        "encoding": "",
        "relative": "",
        "origin": "",
        **changes,
    }


def uploaded(data: bytes = DOCUMENT, name: str = "policy.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def shown_by(page: object) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', page.content.decode())  # type: ignore[attr-defined]
    assert found is not None
    return found[1]


def test_a_word_document_becomes_a_draft_of_who_imports_it(staff_client: SiteClient):
    listed = staff_client.get(reverse("admin:policy_policydraft_changelist"))
    assert f'href="{ADDRESS}"' in listed.content.decode()
    assert staff_client.get(ADDRESS).status_code == 200
    drop = {"relative": "absolute", "origin": "https://old.test/"}
    page = staff_client.post(ADDRESS, fields(file=uploaded(), **drop))
    html = page.content.decode()
    assert page.status_code == 200
    assert PolicyDraft.objects.count() == 0
    for words in (
        "Nothing is stored yet.",
        "<td>1. Wer wir sind</td>",
        "<td>(a) erstens</td>",
        "<td>Cookie | Zweck</td>",
        "<td>https://old.test/agb.html</td>",
        "<td>never shown</td>",
        "The document hides it from its readers.",
        "<td>sid</td>",
    ):
        assert words in html
    assert '<span class="visually-hidden">[removed: </span>never shown' in html
    answer = staff_client.post(ADDRESS, {"shown": shown_by(page)})
    draft = PolicyDraft.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        303,
        reverse("admin:policy_policydraft_change", args=[draft.pk]),
    )
    assert draft.source_text.startswith("# Datenschutz\n\n## 1\\. Wer wir sind\n\nAcme GmbH. 10²\n")
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.object_id, entry.change_message) == (
        draft.author_id,
        str(draft.pk),
        "Imported from Word document.",
    )


def test_a_text_stored_twice_is_one_draft(staff_client: SiteClient):
    page = staff_client.post(ADDRESS, fields(text="# Us\n\nWe keep it."))
    for _ in range(2):
        staff_client.post(ADDRESS, {"shown": shown_by(page)})
    assert PolicyDraft.objects.get().source_text == "# Us\n\nWe keep it.\n"
    assert LogEntry.objects.count() == 1


def test_links_of_the_old_site_are_asked_about_before_anything_can_be_stored(
    staff_client: SiteClient,
):
    page = staff_client.post(ADDRESS, fields(file=uploaded()))
    html = page.content.decode()
    assert "(relative to the old site)" in html
    assert 'name="shown"' not in html


def test_a_refused_text_comes_again_with_each_problem(staff_client: SiteClient):
    text = "<!doctype html><p>a <del>b</del>\n<p><ins>c</ins>"
    page = staff_client.post(ADDRESS, fields(text=text))
    html = page.content.decode()
    assert page.status_code == 422
    assert html.count('<li class="error">line') == 2
    assert "&lt;p&gt;a &lt;del&gt;b&lt;/del&gt;" in html
    page = staff_client.post(ADDRESS, fields(file=uploaded(b"%PDF-1.7", "a.pdf")))
    assert (page.status_code, "The file is a PDF" in page.content.decode()) == (422, True)


@pytest.mark.parametrize("text", ["", "We keep it."])
def test_one_text_is_asked_for(staff_client: SiteClient, text: str):
    page = staff_client.post(ADDRESS, fields(text=text, **({"file": uploaded()} if text else {})))
    assert page.status_code == 422
    assert "Choose a file, or paste a text: one of the two." in page.content.decode()


def test_what_was_not_shown_is_not_stored(staff_client: SiteClient):
    page = staff_client.post(ADDRESS, fields(text="We keep it."))
    shown = shown_by(page)
    for forged in ("", shown[:-1], f"x{shown}"):
        answer = staff_client.post(ADDRESS, {"shown": forged})
        assert answer.status_code == 409
        assert "Look at it again." in answer.content.decode()
    assert PolicyDraft.objects.count() == 0


def test_a_text_too_long_for_the_page_is_left_to_the_command(
    staff_client: SiteClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_admin, "LONGEST_SIGNED", 10)
    html = staff_client.post(ADDRESS, fields(text="We keep it.")).content.decode()
    assert "The text is too long for this page." in html
    assert 'name="shown"' not in html


def test_nobody_imports_who_may_only_look(db: None):
    staff = make_staff("vera", is_superuser=False)
    staff.user_permissions.set(Permission.objects.filter(codename="view_policydraft"))
    client = SiteClient()
    client.force_login(staff)
    assert (
        ADDRESS not in client.get(reverse("admin:policy_policydraft_changelist")).content.decode()
    )
    for answer in (client.get(ADDRESS), client.post(ADDRESS, fields(text="We keep it."))):
        assert answer.status_code == 403
    assert PolicyDraft.objects.count() == 0
