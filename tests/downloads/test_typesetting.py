"""Texts as accessible PDF: what PDF/UA-1 asks for, and that no word is taken for an instruction."""

from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from downloads.typesetting import is_available, pdf_of

TEXT = """\
A line
over two, and a hard  
break: *soft*, **strong**, `code`, [our page](/cookies/), [theirs](https://example.com/a"b), [above](#a).

## A heading

### One below

- one
- two
  - within

1. first
2. second

> said

| head | more |
|---|---|
| cell | #let x = 1 |

---

```
$ run "this" \\n
again
```

    also code

#set text(red) $x$ @y <z> \\[
"""  # noqa: W291 - two spaces break a line


def made(markdown: str = TEXT, **changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "title": 'A "title"',
        "author": "Example",
        "issued_on": date(2026, 1, 5),
        "line": "Of January 5, 2026.",
        "origin": "https://www.example.com",
        **changes,
    }
    return pdf_of(markdown, **facts)


def words_of(content: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split()
    )


def test_the_same_text_gives_the_same_bytes() -> None:
    assert is_available()
    assert made() == made()


def test_the_file_says_what_readers_for_the_blind_need() -> None:
    with pikepdf.open(BytesIO(made(lang="de"))) as pdf:
        root: Any = pdf.Root
        assert root.MarkInfo.Marked is True or bool(root.MarkInfo.Marked)
        assert str(root.Lang).lower().startswith("de")
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/StructTreeRoot" in root
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == 'A "title"'
        tags = set(_tags(root.StructTreeRoot))
    wanted = {"/H1", "/H2", "/L", "/LI", "/Table", "/TH", "/TD", "/Link", "/P", "/Code"}
    assert wanted - tags == set()


def _tags(node: Any) -> list[str]:
    found = [str(node["/S"])] if "/S" in node else []
    below = node.get("/K", [])
    for one in below if isinstance(below, pikepdf.Array) else [below]:
        if isinstance(one, pikepdf.Dictionary):
            found += _tags(one)
    return found


@pytest.mark.parametrize(
    "words",
    [
        "A line over two, and a hard break: soft, strong, code, our page, theirs, above.",
        "A heading One below", "one", "within", "2. second", "said", "#let x = 1", "also code",
        '$ run "this" \\n again', "#set text(red) $x$ @y <z> [",
    ],
)  # fmt: skip
def test_all_words_stand_in_the_file_as_they_were_written(words: str) -> None:
    assert words in words_of(made())


def test_links_lead_to_the_site() -> None:
    with pikepdf.open(BytesIO(made())) as pdf:
        found = {
            str(note.A.URI)
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        }
    assert found == {"https://www.example.com/cookies/", "https://example.com/a%22b"}
