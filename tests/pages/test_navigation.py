"""A text makes a page: below the page whose address it continues, or at the top."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pages.checks import check_page_texts
from pages.navigation import NAMED, Node, _made_by_a_text, walk
from pages.page_texts import shipped_text

TEXT = "# Careers\n> Who we look for.\n\nLetters, please.\n"


@pytest.fixture
def texts(settings, tmp_path: Path) -> Iterator[Path]:
    """The folder of the texts, to write into."""
    settings.CONTENT_DIR = Path(shutil.copytree(settings.CONTENT_DIR, tmp_path / "content"))
    shipped_text.cache_clear()
    yield settings.CONTENT_DIR / "pages"
    shipped_text.cache_clear()


@pytest.mark.parametrize(
    ("name", "parent", "path"),
    [
        ("about__careers.md", "/about/", "/about/careers/"),
        ("careers.md", "/", "/careers/"),
    ],
)
def test_a_text_that_no_menu_names_stands_below_the_page_that_it_continues(
    texts: Path, name: str, parent: str, path: str
):
    (texts / name).write_text(TEXT)
    assert _made_by_a_text(parent) == (Node(path, "Careers", in_menu=False),)


def test_a_text_that_menu_or_code_names_makes_no_second_page():
    paths = [node.path for node in walk()]
    assert len(paths) == len(set(paths))
    made = {node.path for path in paths for node in _made_by_a_text(path)}
    assert made & NAMED == set()


def test_a_text_below_no_page_is_named(texts: Path):
    (texts / "nowhere__careers.md").write_text(TEXT)
    (found,) = check_page_texts()
    assert (found.id, "/nowhere/careers/" in found.msg) == ("pages.E002", True)


def test_a_text_that_cannot_be_read_yet_stands_under_its_address(texts: Path):
    (texts / "careers.md").write_text("Nothing but words.")
    assert _made_by_a_text("/") == (Node("/careers/", "/careers/", in_menu=False),)
