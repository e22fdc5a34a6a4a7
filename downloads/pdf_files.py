"""PDF files: opened, searched for whatever acts by itself, and read for the search.

Threats: scripts and actions that start something on the machine of a customer, files within the
file, a password that keeps everybody from looking, and a structure that never ends. Both readers
take memory, so they are imported when somebody brings a PDF.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any, BinaryIO, cast

from downloads.file_types import FileRefusedError
from downloads.models import TEXT_MAX

MOST_OBJECTS = 500_000
MOST_PAGES_READ = 200

DAMAGED = "This PDF cannot be opened. Save it again and try once more."
LOCKED = "This PDF asks for a password, so nobody could look into it. Save it without one."
HUGE = "This PDF holds more than 500,000 parts. Split it."
ACTIVE = (
    "This PDF can act by itself: {what}. Save it without that (print it to PDF), or, after having "
    "looked at it, allow it."
)
_ACTIONS = {
    "/JavaScript": "a script",
    "/Launch": "an action that starts a program",
    "/SubmitForm": "an action that sends what was typed",
    "/ImportData": "an action that reads a file",
    "/Rendition": "a film or a sound",
    "/Movie": "a film",
    "/Sound": "a sound",
    "/GoToE": "an action that opens a file within",
    "/RichMediaExecute": "an action of embedded media",
}
_KEYS = {
    "/JS": "a script",
    "/JavaScript": "a script",
    "/EF": "a file within",
    "/XFA": "a form with scripts of its own (XFA)",
    "/RichMediaContent": "embedded media",
}
_LINKS = ("javascript:", "file:", "\\\\")


def look(content: IO[bytes], *, allow_active: bool) -> str:
    """Look at a PDF and return its words. Raises FileRefusedError."""
    import pikepdf  # noqa: PLC0415 - 12 MB of memory

    try:
        with pikepdf.open(cast("BinaryIO", content)) as pdf:
            if len(pdf.objects) > MOST_OBJECTS:
                raise FileRefusedError(HUGE)
            if not len(pdf.pages):
                raise FileRefusedError(DAMAGED)
            found = set() if allow_active else set(_active_parts(pdf))
    except pikepdf.PasswordError:
        raise FileRefusedError(LOCKED) from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError):
        raise FileRefusedError(DAMAGED) from None
    if found:
        raise FileRefusedError(ACTIVE.format(what=", ".join(sorted(found))))
    content.seek(0)
    return _words(content)


def _active_parts(pdf: Any) -> Iterator[str]:
    """Name what acts in a PDF. Every indirect object is visited once, and what lies within it."""
    import pikepdf  # noqa: PLC0415 - as above

    waiting: list[Any] = [pdf.trailer, *pdf.objects]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            waiting.extend(part for part in one if _lies_within(part))
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            parts = dict(one.items())
            yield from (_KEYS[key] for key in parts.keys() & _KEYS.keys())
            if (action := str(parts.get("/S", ""))) in _ACTIONS:
                yield _ACTIONS[action]
            if str(parts.get("/URI", "")).strip().lower().startswith(_LINKS):
                yield "a link to a program or a file"
            waiting.extend(part for part in parts.values() if _lies_within(part))


def _lies_within(part: Any) -> bool:
    """Tell whether a part is no number or name, and no object that is visited anyway."""
    import pikepdf  # noqa: PLC0415 - as above

    return isinstance(part, pikepdf.Array | pikepdf.Dictionary) and not part.is_indirect


def _words(content: IO[bytes]) -> str:
    """Return the words of a PDF as far as they can be read: a scan has none."""
    from pypdf import PdfReader  # noqa: PLC0415 - 8 MB of memory

    words: list[str] = []
    with suppress(Exception):  # whatever a reader stumbles over, the file itself is in order
        for page in PdfReader(content).pages[:MOST_PAGES_READ]:
            words.append(page.extract_text())
            if sum(map(len, words)) > TEXT_MAX:
                break
    return "\n".join(words).replace("\x00", "")
