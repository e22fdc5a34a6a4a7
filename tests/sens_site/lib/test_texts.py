"""Texts of public pages, and the files in which they come."""

import pytest

from sens_site.lib.content import ContentError
from sens_site.lib.texts import Text, links_to_us, read_text


def test_a_text_is_kept_without_what_browsers_add():
    typed = Text(" About ", "\tUs.", "\r\nOne.\r\n\r\nTwo. \n\n")
    assert typed.normalised() == Text("About", "Us.", "One.\n\nTwo.\n")
    assert typed.normalised().source == "# About\n\nUs.\n\nOne.\n\nTwo.\n"


def test_a_file_begins_with_title_and_description(tmp_path):
    file = tmp_path / "about.md"
    file.write_text("# About\n> Who we are.\n\nWe are.\n", encoding="utf-8")
    assert read_text(file) == Text("About", "Who we are.", "We are.\n")


@pytest.mark.parametrize("source", ["", "About\n> Us.\nWe.\n", "# About\nUs.\nWe.\n", "# A\n> B\n"])
def test_a_file_of_another_shape_is_named(tmp_path, source):
    file = tmp_path / "about.md"
    file.write_text(source, encoding="utf-8")
    with pytest.raises(ContentError, match=r"about\.md is not the text of a page"):
        read_text(file)


def test_links_to_us_are_told_from_links_to_others():
    html = '<a href="/a/?x#y">a</a> <a href="//b.test/">b</a> <a href="https://c.test/">c</a>'
    assert links_to_us(html + '<a href="/d&amp;e/">d</a>') == ["/a/", "/d&e/"]
