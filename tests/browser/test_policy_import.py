"""Staff import a Word document without script: look first, then store."""

import pytest

from privacy.policy.models import PolicyDraft
from tests.browser.test_journey_staff import log_in, press
from tests.factories.people import make_staff
from tests.privacy.policy.importing.word_files import docx, p, r, tbl, tc

DOCUMENT = docx(
    p("Datenschutz", style="Titel")
    + p("Wer wir sind", style="Numbered")
    + p("Acme GmbH, ", r("nie gezeigt, ", "<w:vanish/>"), "Berlin.")
    + p("erstens", number=1, depth=1)
    + p("zweitens", number=1, depth=1)
    + tbl(tc(p("Cookie")) + tc(p("Zweck")), tc(p("sid")) + tc(p("Sitzung")))
)


@pytest.mark.usefixtures("put_back")
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_word_document_is_looked_at_and_stored_without_script(page, a_name):
    staff = make_staff(a_name("vera"))
    log_in(page, staff.username)
    page.goto("/admin/policy/policydraft/")
    press(page, "Import a text", "link")
    page.set_input_files(
        "#id_file",
        {"name": "policy.docx", "mimeType": "application/octet-stream", "buffer": DOCUMENT},
    )
    press(page, "Look at it first")
    assert "nie gezeigt" in page.locator("#left-out").inner_text()
    assert "1. Wer wir sind" in page.locator("#outline").inner_text()
    assert "(b)" in page.locator("#numbering").inner_text()
    drafts = PolicyDraft.objects.count()
    press(page, "Store it as a draft")
    assert page.locator("#id_source_text").input_value().startswith("# Datenschutz")
    assert PolicyDraft.objects.count() == drafts + 1
    assert PolicyDraft.objects.latest("pk").author == staff
