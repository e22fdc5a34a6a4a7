"""Announcements that come as files."""

from datetime import date

import pytest

from news.checks import check_shipped_news
from news.shipped import ShippedItem, shipped_items
from sens_site.lib.content import ContentError
from sens_site.lib.texts import Text

GOOD = "# New manuals\n> Six manuals.\nCategory: Documents\nDocument: A-1 Manual\n\nRead them.\n"


@pytest.fixture
def folder(settings, tmp_path):
    settings.CONTENT_DIR = tmp_path
    (tmp_path / "news").mkdir()
    return tmp_path / "news"


def test_a_file_gives_date_address_category_and_documents(folder):
    (folder / "2026-03-04-new-manuals.md").write_text(GOOD, encoding="utf-8")
    assert shipped_items() == [
        ShippedItem(
            name="2026-03-04-new-manuals",
            slug="new-manuals",
            day=date(2026, 3, 4),
            category="Documents",
            documents=("A-1 Manual",),
            text=Text("New manuals", "Six manuals.", "Read them.\n"),
        )
    ]


def test_a_company_without_news_has_none(settings, tmp_path):
    settings.CONTENT_DIR = tmp_path
    assert shipped_items() == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("new-manuals", GOOD, "is no announcement"),
        ("2026-03-04-New", GOOD, "is no announcement"),
        ("2026-13-04-new-manuals", GOOD, "is of no day"),
        ("2026-03-04-new-manuals", GOOD.replace("Category: Documents\n", ""), "no announcement"),
        ("2026-03-04-new-manuals", GOOD.replace("\nRead them.\n", ""), "no announcement"),
        ("2026-03-04-new-manuals", GOOD.replace("> ", ""), "is not the text of a page"),
        ("2026-03-04-new-manuals", GOOD.replace("Documents", "…"), "makes no address"),
        ("2026-03-04-new-manuals", GOOD.replace("Documents", "D" * 61), "longer than 60"),
        ("2026-03-04-new-manuals", GOOD.replace("New", "N" * 120), "heading of .* longer than 120"),
        ("2026-03-05-old", GOOD, "has the address of 2026-03-04-old"),
    ],
)
def test_a_file_that_is_no_announcement_is_named(folder, name, text, says):
    (folder / "2026-03-04-old.md").write_text(GOOD, encoding="utf-8")
    assert check_shipped_news() == []
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=says):
        shipped_items()
    assert [one.id for one in check_shipped_news()] == ["news.E001"]
