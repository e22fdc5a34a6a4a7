"""The lines of a text for which Markdown has no word: pictures, files, embedded things."""

import pytest

from pages import file_services, files
from pages.rendering import ShortForm, fault_of, pieces_of, questions_of, short_forms
from tests.pages.pictures import drawn

pytestmark = pytest.mark.django_db

VIDEO = "{embed:youtube _dQw4w9WgX_ A *video* <b>}"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    file_services.add_file(files.made_from(drawn()), name="front", alt="The front")
    file_services.add_file(files.made_from(b"%PDF-1.7"), name="prices", alt="Prices")


def words(body: str) -> list[str]:
    """What comes out: HTML, or the name of what stands there."""
    return [
        piece.file.name if piece.file else piece.embed.name if piece.embed else piece.html.strip()
        for piece in pieces_of(body)
    ]


def test_a_short_form_on_a_line_of_its_own_stands_for_what_it_names():
    body = f"Before.\n\n{{picture:front}}\n{{file:prices}}\n{VIDEO}\nAfter."
    assert words(body) == [
        "<p>Before.</p>", "front", "", "prices", "", "youtube", "<p>After.</p>",
    ]  # fmt: skip


def test_what_markdown_reads_as_emphasis_reaches_the_service_as_it_was_typed():
    assert short_forms(VIDEO) == [
        ShortForm("embed", "youtube", "_dQw4w9WgX_", "A *video* <b>", VIDEO)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{picture:nobody}",
        "{picture:prices}",
        "{file:front}",
        "{embed:nobody x y}",
        "{embed:youtube}",
    ],
)
def test_what_shows_nothing_stays_as_it_was_typed(line: str):
    assert words(f"{line}\n") == ["", f"<p>{line}</p>", ""]


def test_inside_a_block_of_code_or_a_sentence_it_is_only_text():
    body = "```\n{picture:front}\n```\n\nWrite {picture:front} for it."
    shown = "".join(words(body))
    assert "front" not in words(body)
    assert shown.count("{picture:front}") == 2


def test_a_short_form_brings_no_markup_of_its_own():
    assert words("{file:<script>alert(1)</script>}")[1] == (
        "<p>{file:&lt;script&gt;alert(1)&lt;/script&gt;}</p>"
    )


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{embed:youtube dQw4w9WgXcQ A video}", ""),
        ("{embed:nobody dQw4w9WgXcQ A video}", "Nothing can be shown by “nobody”."),
        (
            "{embed:youtube javascript:x A video}",
            "“javascript:x” is no reference of YouTube videos.",
        ),
        (
            "{embed:youtube dQw4w9WgXcQ}",
            "A title is missing at the end of {embed:youtube dQw4w9WgXcQ}",
        ),
    ],
)
def test_what_is_wrong_with_something_embedded_is_said(line: str, fault: str):
    assert [fault_of(one) for one in short_forms(line)] == [fault]


FAQ = "Before.\n\n## What is it?\n\nA **thing**.\n\n## Is “R&D” in it?\n\nNo.\n\n---\n\nAsk us.\n"


def test_a_page_whose_every_section_is_a_question_is_one_of_questions_and_answers():
    assert questions_of(FAQ) == [
        ("What is it?", "<p>A <strong>thing</strong>.</p>"),
        ("Is “R&D” in it?", "<p>No.</p>"),
    ]


@pytest.mark.parametrize(
    "body",
    ["No sections.\n", "## One question?\n\nYes.\n", FAQ + "\n## A statement\n\nWords.\n"],
)
def test_other_pages_are_none(body):
    assert questions_of(body) == []
