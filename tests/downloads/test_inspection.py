"""Files that staff bring: what is refused, with which words, and what is taken."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from downloads import archives, drawings, pdf_files
from downloads.file_types import FileRefusedError
from downloads.inspection import clean_name, inspect
from downloads.models import Kind
from tests.downloads import bad_files
from tests.downloads.bad_files import BAD_FILES, GOOD_FILES, BadFile, archive, pdf


@pytest.fixture
def one_megabyte(settings: Any) -> None:
    settings.DOCUMENTS_MAX_MB = 1


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: ascii(bad.name)[:40])
def test_a_bad_file_is_refused_with_what_is_wrong(bad: BadFile, one_megabyte: None) -> None:
    with pytest.raises(FileRefusedError) as refused:
        inspect(BytesIO(bad.made()), name=bad.name, kind=bad.kind)
    assert bad.said in str(refused.value)


@pytest.mark.parametrize(("name", "made", "content_type"), GOOD_FILES)
def test_a_good_file_is_taken_for_what_it_is(name: str, made: Any, content_type: str) -> None:
    content = made()
    found = inspect(BytesIO(content), name=name)
    assert (found.file_name, found.content_type) == (name, content_type)
    assert (found.size, found.sha256) == (len(content), sha256(content).hexdigest())


def test_only_software_may_hold_programs() -> None:
    content = archive(("setup.exe", b"MZ"))
    assert inspect(BytesIO(content), name="a.zip", kind=Kind.SOFTWARE).size == len(content)


def test_an_archive_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 1)
    with pytest.raises(FileRefusedError, match=r"more than 5,000 files"):
        inspect(BytesIO(archive(("a", b""), ("b", b""))), name="a.zip")


def test_an_archive_that_is_large_in_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 5)
    with pytest.raises(FileRefusedError, match="becomes very large"):
        inspect(BytesIO(archive(("a", b"abc"), ("b", b"abc"))), name="a.zip")


def test_active_content_stays_where_somebody_has_looked_at_it() -> None:
    content = bad_files.pdf_with_script()
    assert inspect(BytesIO(content), name="form.pdf", allow_active=True).size == len(content)


def test_a_pdf_with_a_plain_link_acts_by_nothing() -> None:
    content = bad_files.pdf_with_a_link("https://a.test/")
    assert inspect(BytesIO(content), name="a.pdf").size == len(content)


def test_what_a_pdf_holds_beside_dictionaries_does_not_act() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    document.Root["/Words"] = document.make_indirect(pikepdf.String("/JavaScript"))
    document.Root["/More"] = pikepdf.Array([pikepdf.Array([1]), "b"])
    output = BytesIO()
    document.save(output)
    assert inspect(output, name="a.pdf").content_type == "application/pdf"


def test_a_pdf_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_files, "MOST_OBJECTS", 1)
    with pytest.raises(FileRefusedError, match="500,000 parts"):
        inspect(BytesIO(pdf()), name="a.pdf")


def test_the_words_of_a_text_are_kept_for_the_search() -> None:
    found = inspect(BytesIO("\ufeffCharger A1C-24\n".encode()), name="a.txt")
    assert found.text == "Charger A1C-24\n"


def test_the_words_of_a_pdf_are_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    page = type("Page", (), {"extract_text": lambda self: "word " * 30})
    reader = type("Reader", (), {"__init__": lambda *_: None, "pages": [page()] * 9})
    monkeypatch.setattr("pypdf.PdfReader", reader)
    monkeypatch.setattr(pdf_files, "TEXT_MAX", 200)
    assert inspect(BytesIO(pdf()), name="a.pdf").text == "\n".join(["word " * 30] * 2)


def test_a_pdf_that_no_reader_understands_has_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(content: object) -> None:
        raise KeyError("/Root")

    monkeypatch.setattr("pypdf.PdfReader", stumbles)
    assert inspect(BytesIO(pdf()), name="a.pdf").text == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  manual.pdf. ", "manual.pdf"),
        ("a\u00a0 \u3000b.pdf", "a b.pdf"),
        ("u\u0308ber.pdf", "\u00fcber.pdf"),
        ("a" * 251 + ".pdf", "a" * 251 + ".pdf"),
    ],
)
def test_a_name_is_brought_into_one_form(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


def test_the_styles_of_a_drawing_may_point_within_it() -> None:
    content = bad_files.svg('<style>g { fill: url("#a") }</style><g style="fill:url(#a)">url()</g>')
    drawings.look_at_svg(BytesIO(content))


# --- the virus scanner ----------------------------------------------------------------------------


@contextmanager
def scanner(answer: bytes, folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """A stand-in for clamd: reads one stream and gives one answer, in two pieces."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(folder / "clamd"))
        listening.listen(1)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as stream:
                heard.append(stream.read(10))
                while size := struct.unpack("!I", stream.read(4))[0]:
                    heard.append(stream.read(size))
                connection.sendall(answer[:3])
                connection.sendall(answer[3:])

        thread = threading.Thread(target=serve)
        thread.start()
        yield str(folder / "clamd"), heard
        thread.join()


def test_the_scanner_is_given_the_whole_file(settings: Any, tmp_path: Path) -> None:
    with scanner(b"stream: OK\0", tmp_path) as (path, heard):
        settings.CLAMD_SOCKET = path
        assert inspect(BytesIO(b"words\n"), name="a.txt").text == "words\n"
    assert heard == [b"zINSTREAM\0", b"words\n"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"stream: Eicar-Test FOUND\0", "holds Eicar-Test"),
        (b"INSTREAM size limit exceeded. ERROR\0", "does not answer"),
        (b"stream: ", "does not answer"),
    ],
)
def test_what_the_scanner_does_not_clear_is_refused(
    answer: bytes, said: str, settings: Any, tmp_path: Path
) -> None:
    with scanner(answer, tmp_path) as (path, _):
        settings.CLAMD_SOCKET = path
        with pytest.raises(FileRefusedError, match=said):
            inspect(BytesIO(b"words\n"), name="a.txt")


def test_without_its_scanner_nothing_is_taken(settings: Any, tmp_path: Path) -> None:
    settings.CLAMD_SOCKET = str(tmp_path / "nobody")
    with pytest.raises(FileRefusedError, match="does not answer"):
        inspect(BytesIO(b"words\n"), name="a.txt")
