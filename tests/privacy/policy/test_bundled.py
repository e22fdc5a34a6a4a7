"""The shipped texts, with the company's own words where it has filled them in."""

from dataclasses import replace

import pytest

from privacy.policy import bundled
from privacy.policy.models import PolicyVersion

TERMS = """Intro.

## Governing law

These terms are governed by {company:governing_law}.

Place of jurisdiction: {company:jurisdiction}.

## Contact

### By letter

Write.
"""


@pytest.fixture
def company(tmp_path, settings, monkeypatch):
    """Play a company whose terms have two lines that counsel fills in."""
    (tmp_path / "terms.md").write_text(TERMS)
    (tmp_path / "last.md").write_text("## Law\n\nGoverned by {company:governing_law}.\n")
    monkeypatch.setattr(bundled, "TEXT_DIR", tmp_path)

    def fill_in(**values: str) -> None:
        settings.COMPANY = replace(settings.COMPANY, **values)

    return fill_in


def test_what_nobody_has_filled_in_is_left_out_with_its_heading(company):
    assert bundled.shipped_text("terms.md") == "Intro.\n\n## Contact\n\n### By letter\n\nWrite.\n"
    assert bundled.shipped_text("last.md") == ""


def test_what_is_filled_in_stands_in_its_place(company):
    company(governing_law="the law of Ohio")
    text = bundled.shipped_text("terms.md")
    assert "## Governing law\n\nThese terms are governed by the law of Ohio.\n\n## Con" in text
    company(jurisdiction="the courts of Anytown")
    assert "Ohio.\n\nPlace of jurisdiction: the courts of Anytown.\n" in bundled.shipped_text(
        "terms.md"
    )


@pytest.mark.django_db
def test_no_text_in_force_says_that_something_is_still_to_come(client):
    for version in PolicyVersion.objects.all():
        if (version.policy.slug, version.number) != ("terms", 1):
            assert "to be completed" not in version.source_text.lower(), version
            assert "{company:" not in version.source_text, version
    for path in ("/privacy/", "/legal/", "/privacy/record/", "/privacy/record.json"):
        page = client.get(path).content.decode().lower()
        assert [w for w in ("to be completed", "to be named", "governing law") if w in page] == []
