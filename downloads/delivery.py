"""How a file goes out: its headers, parts of it, and what happens where the store is away.

Threats: a file that a browser takes for a page of ours (so it is an attachment, in a sandbox, of the
type that was stored), a name that breaks out of its header, and a Range that asks for more work than
it is worth (so one part is given, and of many parts the whole, as RFC 9110, 14.2 allows).
"""

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags

from downloads.models import DocumentVersion
from downloads.store import StoreAwayError, faults, open_stored, store
from sens_site.errors import error_page
from sens_site.lib.http.csp import FILE_POLICY, serialise
from sens_site.lib.http.faults import RETRY_AFTER_SECONDS

CHUNK = 64 * 1024
SANDBOX = serialise({**FILE_POLICY, "sandbox": ()}).strip()
STORE_IS_AWAY = "Our store of documents cannot be reached at the moment. Nothing was sent."
SENT_BY_NGINX = "/stored-documents/"
"""The internal location in which nginx finds the store (`sens_site/lib/deploy/nginx.py`)."""
_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,20})-([0-9]{0,20})\s*", re.IGNORECASE)
logger = logging.getLogger(__name__)


def read_chunks(version: DocumentVersion, *, start: int = 0, length: int) -> Iterator[bytes]:
    """Yield a part of a file. What the store raises before its first byte is `StoreAwayError`."""
    with ExitStack() as opened:
        try:
            stored = opened.enter_context(open_stored(version))
            file = _part_of(stored, start=start, length=length)
            opened.callback(file.close)
            chunk = file.read(min(CHUNK, length))
        except faults() as error:
            logger.exception("The file of version %s cannot be read.", version.pk)
            raise StoreAwayError from error
        while chunk:
            yield chunk
            length -= len(chunk)
            chunk = file.read(min(CHUNK, length))


def _part_of(stored: Any, *, start: int, length: int) -> Any:
    """Return what a part can be read from.

    A bucket is asked for the part alone: its file object would load the whole into memory first.
    """
    in_bucket = getattr(stored, "obj", None)
    if in_bucket is not None:
        return in_bucket.get(Range=f"bytes={start}-{start + length - 1}")["Body"]
    stored.seek(start)
    return stored


def begun(chunks: Iterator[bytes]) -> Iterable[bytes]:
    """Return the same chunks, the first of them read: a store that is away is noticed in time."""
    first = next(chunks, b"")

    def all_of_them() -> Iterator[bytes]:
        yield first
        yield from chunks

    return all_of_them()


def etag_of(version: DocumentVersion) -> str:
    """Return the strong validator: what the file is, whenever and from wherever it comes."""
    return f'"{version.sha256}"'


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte of the one part that is asked for; None for the whole file.

    Raises ValueError where no byte of the part is there.
    """
    found = _ONE_RANGE.fullmatch(header)
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        last_bytes = int(found[2])
        if not last_bytes:
            raise ValueError("No byte is asked for.")
        return max(size - last_bytes, 0), size - 1
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None  # it says nothing (RFC 9110, 14.1.1), and is passed over
    if first >= size:
        raise ValueError("The part begins behind the end.")
    return first, last


def send_file(request: HttpRequest, version: DocumentVersion) -> HttpResponseBase:
    """Answer with a file, a part of it, or that the browser has it already."""
    if {"*", etag_of(version)} & _known(request):
        return _dressed(request, HttpResponse(status=304), version)
    if settings.SENDFILE == "nginx":
        response = HttpResponse()
        response.headers["X-Accel-Redirect"] = SENT_BY_NGINX + version.stored_as
        return _dressed(request, response, version)
    try:
        part = asked_range(_wanted_range(request, version), version.size)
    except ValueError:
        beyond = HttpResponse(status=416, headers={"Content-Range": f"bytes */{version.size}"})
        return _dressed(request, beyond, version)
    first, last = part or (0, version.size - 1)
    length = last - first + 1
    try:
        chunks = begun(read_chunks(version, start=first, length=length))
    except StoreAwayError:
        return store_is_away(request)
    body: Iterable[bytes] = chunks if request.method == "GET" else ()
    answer = StreamingHttpResponse(body, status=206 if part else 200)
    answer.headers["Content-Length"] = str(length)
    if part:
        answer.headers["Content-Range"] = f"bytes {first}-{last}/{version.size}"
    return _dressed(request, answer, version)


def store_is_away(request: HttpRequest) -> HttpResponse:
    """Answer 503 and say when to come back."""
    response = error_page(request, 503, reason=STORE_IS_AWAY)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def must_be_there(versions: Iterable[DocumentVersion]) -> None:
    """Raise `StoreAwayError` where one of some files is not there: before the first byte of any."""
    try:
        missing = [one.pk for one in versions if not store().exists(one.stored_as)]
    except faults() as error:
        logger.exception("The store of documents cannot be asked.")
        raise StoreAwayError from error
    if missing:
        logger.error("The files of the versions %s are not in the store.", missing)
        raise StoreAwayError


def as_attachment(response: HttpResponseBase, *, name: str, content_type: str) -> HttpResponseBase:
    """Say that this is a file to be kept, and by which name."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Content-Type"] = content_type
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _dressed(
    request: HttpRequest, response: HttpResponseBase, version: DocumentVersion
) -> HttpResponseBase:
    as_attachment(response, name=version.file_name, content_type=version.content_type)
    response.headers["ETag"] = etag_of(version)
    response.headers["Accept-Ranges"] = "bytes"
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        # Asked about each time, as who logs in, or a withdrawal, changes the answer.
        kind = "private" if request.COOKIES else "public"
        response.headers["Cache-Control"] = f"{kind},no-cache"
        patch_vary_headers(response, ("Cookie",))
    return response


def _known(request: HttpRequest) -> set[str]:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return {one.removeprefix("W/") for one in known}


def _wanted_range(request: HttpRequest, version: DocumentVersion) -> str:
    """Return the Range, or nothing where it was meant for another state of the file."""
    if_range = request.headers.get("If-Range", etag_of(version))
    return request.headers.get("Range", "") if if_range == etag_of(version) else ""
