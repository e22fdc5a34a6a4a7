"""Every template compiles, needs no token, holds nothing that the CSP refuses, and is called something."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.template import engines

from tests.architecture.source import ROOT, text
from tests.architecture.source import files as all_files

TEMPLATES = tuple(
    path
    for path in all_files()
    if "templates/" in path
    and path.endswith((".html", ".txt"))
    # Another company's stand in the place of ours; their site is started in a test of its own.
    and not path.startswith("content/example/")
)
HTML = tuple(path for path in TEMPLATES if path.endswith(".html"))
FOR_STAFF = re.compile(r"(^|/)admin/")
INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\bsrc=)")
DATA_BLOCK = re.compile(r"<script[^>]*type=\"application/(ld\+)?json\"")
FRAMES = {
    found for path in HTML for found in re.findall(r"{% extends [\"']([^\"']+)[\"'] %}", text(path))
}
"""Templates that others stand on: those say what the page is called."""
KEPT_AS_A_FILE = {"templates/privacy/datamap/export.html"}
"""Documents that a person downloads: they carry their own look, and no CSP stands over them."""
TITLE_FROM_CONTEXT = {"templates/errors/error.html"}
"""Page templates whose title is the context's `title`."""


def name_of(path: str) -> str:
    return path.partition("templates/")[2]


def test_there_are_templates():
    assert "templates/base.html" in HTML


@pytest.mark.parametrize("path", TEMPLATES)
def test_template_compiles(path):
    template = engines["django"].get_template(name_of(path))
    origin: Any = template.origin  # type: ignore[attr-defined]
    assert Path(origin.name).resolve() == ROOT / path


@pytest.mark.parametrize("path", [p for p in HTML if not FOR_STAFF.search(p)])
def test_template_needs_no_token(path):
    assert re.findall(r"csrf_token|csrfmiddlewaretoken", text(path)) == []


@pytest.mark.parametrize("path", [p for p in HTML if p not in KEPT_AS_A_FILE])
def test_template_holds_no_inline_style_or_script(path):
    assert INLINE.findall(DATA_BLOCK.sub("<script src=", text(path))) == []


@pytest.mark.parametrize("path", HTML)
def test_page_template_says_what_the_page_is_called(path):
    source = text(path)
    is_page = "{% extends" in source and name_of(path) not in FRAMES
    is_page = is_page and not FOR_STAFF.search(path)
    named = re.search(r"{% block (title|head_title)", source) or path in TITLE_FROM_CONTEXT
    assert not is_page or named, f"{path} has no title block"


@pytest.mark.parametrize("path", HTML)
def test_template_turns_no_escaping_off(path):
    source = text(path)
    assert re.findall(r"{%-? autoescape off|\|safeseq", source) == []
