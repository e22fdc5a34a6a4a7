"""From a lawyer's Word document to the page that everybody reads, by two people."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from privacy.policy import obstacles
from privacy.policy.models import Policy, PolicyDraft
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.privacy.policy.importing.word_files import docx, p, r

DOCUMENT = docx(
    p("Contact", style="berschrift1")
    + p("Write to ", r("nobody ", "<w:vanish/>"), "us.")
    + p("You", style="berschrift1")
    + p("Contact", style="berschrift2")
    + p("letters", number=1, depth=1)
)


def test_a_word_document_becomes_a_version_of_the_policy(
    db: None, settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(obstacles, "_checks", [])
    settings.POLICY_FOUR_EYES = True
    importer, second, visitor = SiteClient(), SiteClient(), SiteClient()
    importer.force_login(make_staff("vera"))
    second.force_login(make_staff("rosalind"))

    fields = {"policy": str(Policy.objects.get(slug="privacy").pk), "relative": "", "encoding": ""}
    page = importer.post(
        "/admin/policy/policydraft/import/",
        {**fields, "file": SimpleUploadedFile("policy.docx", DOCUMENT)},
    ).content.decode()
    assert "<td>nobody</td>" in page
    signed = re.search(r'name="shown" value="([^"]+)"', page)
    assert signed is not None
    stored = importer.post("/admin/policy/policydraft/import/", {"shown": signed[1]})

    draft = PolicyDraft.objects.get()
    saved = importer.fill_in(
        stored.headers["Location"],
        {
            "source_text": draft.source_text,
            "post_on": "",
            "kind": "minor",
            "reason": "Shorter.",
            "summary": "Shorter.",
            "effective_on": timezone.localdate().isoformat(),
        },
    )
    assert saved.status_code == 302
    seal = f"/admin/policy/policydraft/{draft.pk}/seal/"
    assert "A second person has to read it" in importer.fill_in(seal, {}).content.decode()
    second.fill_in(seal, {})

    text = visitor.get("/privacy/").content.decode()
    assert '<h2 id="contact">Contact</h2>\n<p>Write to us.</p>' in text
    assert '<h3 id="contact-2">Contact</h3>\n<ul>\n<li>(a) letters</li>\n</ul>' in text
    assert "nobody" not in text
