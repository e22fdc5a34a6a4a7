"""The Download Center: the list, the page of a document, its files, and hearing of new versions."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import (
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt  # noqa: TID251 - of `unwatch`, whose token is the proof
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from downloads import records, watching
from downloads.access import Answer, Reader, Stranger, answer_for
from downloads.bundle import NAME, RefusedError, chosen_versions, zipped
from downloads.delivery import as_attachment, must_be_there, send_file, store_is_away
from downloads.feeds import new_versions
from downloads.gate import login_that_leads_to
from downloads.labels import qr_code, short_address
from downloads.listing import SORTS, sections, shown_for
from downloads.models import Document, DocumentVersion, State
from downloads.store import StoreAwayError
from sens_site.lib.cache.member_page_cache import alike_for_members, alike_for_members_by
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.local_limit import LocalLimit
from sens_site.lib.http.types import signed_in_user

ONCE_A_MINUTE = LocalLimit((1, 60))
"""How often one client counts for one file, in one process: a button that is pressed twice is one
download. In memory alone, as nothing may tell who fetched what."""


def reader_of(request: HttpRequest) -> Reader:
    """Return who asks. The session is looked at only where there may be one."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return request.user
    return Stranger()


@require_safe
@shared_page
@alike_for_members
def listing(request: HttpRequest) -> HttpResponse:
    """Show the documents, narrowed by the form above them."""
    shown = shown_for(request.GET)
    reader = reader_of(request)
    versions = DocumentVersion.objects.select_related("document").defer("text").in_bulk(shown.rows)
    rows = [
        {"version": versions[pk], "answer": answer_for(versions[pk], reader).name}
        for pk in shown.rows
        if pk in versions
    ]
    context = {"shown": shown, "rows": rows, "sorts": SORTS}
    return render(request, "downloads/list.html", context)


def _watches(request: HttpRequest, number: str, pk: int | None = None) -> bool:
    """Tell whether who looks at a document has asked to hear of its new versions."""
    return reader_of(request).is_authenticated and watching.is_watching(
        signed_in_user(request).pk, number
    )


@require_safe
@shared_page
@alike_for_members_by(watched=_watches)
def document(
    request: HttpRequest, number: str, pk: int | None = None, *, watched: bool
) -> HttpResponse:
    """Show a document and all its versions, one of which is what the address names."""
    if number != number.lower():  # as it is printed on a cover
        return HttpResponsePermanentRedirect(request.path.lower())
    return _page(request, number, pk, watched=watched)


@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """Lead from what stands on a machine to the document. Not for good: the code outlives it."""
    found = Document.objects.published().filter(short=code.lower()).first()
    if found is None:
        raise Http404
    return HttpResponseRedirect(found.get_absolute_url())


@require_safe
@shared_page
def label(request: HttpRequest, number: str) -> HttpResponse:
    """Show what can be printed and put on a machine."""
    found = _document(number)
    context = {"document": found, "address": short_address(found)}
    return render(request, "downloads/label.html", context)


@require_safe
@shared_page
def code(request: HttpRequest, number: str) -> HttpResponse:
    """Give the code of the label as a picture."""
    return HttpResponse(qr_code(_document(number)), content_type="image/svg+xml")


@require_safe
@shared_page
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest versions to feed readers."""
    return HttpResponse(new_versions(), content_type="application/atom+xml; charset=utf-8")


@require_POST
def fetch(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Note a download, and lead to the file."""
    version, reader = _version(number, pk), reader_of(request)
    answer = answer_for(version, reader)
    if answer is Answer.OPEN:
        _note(request, [version], reader)
    return _see_other(_file(version))


@require_safe
def file(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Give a file: to a stranger if it is for everybody, else to whose button was just pressed."""
    version, reader = _version(number, pk), reader_of(request)
    match answer_for(version, reader):
        case Answer.LOG_IN:
            return HttpResponseRedirect(login_that_leads_to(_place(version)))
        case Answer.WITHDRAWN:
            watched = _watches(request, number)
            return _page(request, number, pk, watched=watched, status=410)
    if reader.is_authenticated and not records.is_recorded(version, user=signed_in_user(request)):
        return HttpResponseRedirect(_place(version))
    return send_file(request, version)


@require_POST
def selection(request: HttpRequest) -> HttpResponseBase:
    """Give several files as one."""
    reader = reader_of(request)
    try:
        versions = chosen_versions(request.POST.getlist("document"), reader)
        must_be_there(versions)
    except RefusedError as error:
        context = {"problem": str(error)}
        return render(request, "downloads/selection.html", context, status=422)
    except StoreAwayError:
        return store_is_away(request)
    _note(request, versions, reader)
    stream = zipped(versions)
    response = StreamingHttpResponse(stream)
    response.headers["Content-Length"] = str(len(stream))
    return as_attachment(response, name=NAME, content_type="application/zip")


@require_POST
def watch(request: HttpRequest, number: str) -> HttpResponse:
    """Have the person told of new versions."""
    found = _document(number)
    if not reader_of(request).is_authenticated:
        return _see_other(login_that_leads_to(found.get_absolute_url()))
    watching.watch(found, user=signed_in_user(request))
    return _see_other(with_notice(found.get_absolute_url(), "watching"))


@require_POST
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """Have the person told no more."""
    found = _document(number)
    if not reader_of(request).is_authenticated:
        return _see_other(login_that_leads_to(found.get_absolute_url()))
    watching.stop_watching(found.watches.filter(user_id=signed_in_user(request).pk))
    return _see_other(with_notice(found.get_absolute_url(), "not-watching"))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unwatch(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails about one document: a page with a button, or one POST of a mail program.

    The token is the proof, so where the POST comes from does not matter. It is answered by a page
    and not by a redirect, which mail programs do not follow (RFC 8058, 3.2).
    """
    watches = watching.watches_of(token)
    if watches is None:
        return render(request, "downloads/unwatch.html", {"state": "unknown"}, status=404)
    if request.method == "POST":
        watching.stop_watching(watches)
    one = watches.select_related("document").first()
    state = "watching" if one else "over"
    return render(request, "downloads/unwatch.html", {"state": state, "watch": one})


def _page(
    request: HttpRequest, number: str, pk: int | None, *, watched: bool, status: int = 200
) -> HttpResponse:
    found = (
        DocumentVersion.objects.published(timezone.now())
        .filter(document__number=number)
        .with_newer()
        .select_related("document")
        .defer("text")
    )
    versions = list(found)
    shown = _shown(versions, pk)
    context: dict[str, Any] = {
        "document": shown.document,
        "shown": shown,
        "current": next((one for one in versions if one.state == State.CURRENT), None),
        "others": [one for one in versions if one is not shown],
        "answer": answer_for(shown, reader_of(request)).name,
        "place": _place(shown) if pk else shown.document.get_absolute_url(),
        "belongs_to": _places(shown.document),
        "watching": watched,
    }
    return render(request, "downloads/document.html", context, status=status)


def _shown(versions: list[DocumentVersion], pk: int | None) -> DocumentVersion:
    if pk is None:
        offered = [one for one in versions if not one.is_withdrawn]
        found = [*offered, *versions]
    else:
        found = [one for one in versions if one.pk == pk]
    if not found:
        raise Http404
    return found[0]


def _places(found: Document) -> list[tuple[str, str]]:
    labels = {child.path: child.label for link in sections().values() for child in link.children}
    paths = found.places.values_list("path", flat=True)
    return [(path, labels[path]) for path in paths if path in labels]


def _document(number: str) -> Document:
    found = Document.objects.published().filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _version(number: str, pk: int) -> DocumentVersion:
    versions = DocumentVersion.objects.select_related("document").defer("text")
    found = versions.filter(document__number=number, pk=pk).first()
    if found is None or answer_for(found, Stranger()) is Answer.UNKNOWN:
        raise Http404
    return found


def _place(version: DocumentVersion) -> str:
    return reverse("downloads:version", args=[version.document.number, version.pk])


def _file(version: DocumentVersion) -> str:
    return reverse("downloads:file", args=[version.document.number, version.pk])


def _note(request: HttpRequest, versions: list[DocumentVersion], reader: Reader) -> None:
    if reader.is_authenticated:
        records.record_downloads(versions, user=signed_in_user(request))
    else:
        client = ONCE_A_MINUTE.client(request)
        records.count_downloads(
            [one for one in versions if not ONCE_A_MINUTE.take((client, one.pk))]
        )


def _see_other(path: str) -> HttpResponse:
    return HttpResponseRedirect(path, status=303)
