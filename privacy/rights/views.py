"""The public pages of the request desk. None needs an account, a cookie or a script."""

from http import HTTPStatus

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from privacy.datamap.export import file_name
from privacy.rights import export_files, intake
from privacy.rights.choices import PUBLIC, Channel, Kind
from privacy.rights.forms import RequestForm
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import MailedLink
from privacy.rights.secret_links import find_by_status, find_link, status_path
from privacy.rights.statistics import figures_of_today
from sens_site.errors import error_page
from sens_site.lib.forms.typed import typed_is_kept
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.rate_limit import allow, seconds_left
from sens_site.lib.http.secret_page import secret_page

AN_HOUR = 3600
LIMIT = 5
TOO_MANY = (
    "Your request is not sent yet: many requests came from your connection. Your text is kept "
    "below. Send it again in an hour, or call us at {phone}."
)

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@form_methods
@shared_page
@typed_is_kept(lambda request: RequestForm(request.POST), "privacy/rights/choices.html")
def choices(request: HttpRequest) -> HttpResponse:
    """Show what anybody may ask, and take a request."""
    if request.method != "POST":
        return render(request, "privacy/rights/choices.html", {"form": RequestForm()})
    form = RequestForm(request.POST)
    if not form.is_valid():
        return _again(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    data = form.cleaned_data
    token = intake.fingerprint_of(data["kind"], data["email"], data["text"])
    if not allow(request, scope="rights", limit=LIMIT, window_seconds=AN_HOUR, token=token):
        form.add_error(None, TOO_MANY.format(phone=settings.COMPANY.phone))
        response = _again(request, form, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(seconds_left(AN_HOUR))
        return response
    intake.open_request(
        kind=Kind(data["kind"]),
        name=data["name"],
        email=data["email"],
        text=data["text"],
        channel=Channel.FORM,
        trapped=form.trapped,
    )
    return _see(with_notice(reverse("rights:request_sent"), "stored"))


@require_safe
@shared_page
def sent(request: HttpRequest) -> HttpResponse:
    """Say that the request is stored: the same page for everyone, whatever the address."""
    return render(request, "privacy/rights/sent.html")


@require_safe
@shared_page
def public_figures(request: HttpRequest) -> HttpResponse:
    """Show how many requests came, how fast they were answered, and how many were late."""
    return render(request, "privacy/rights/figures.html", {"figures": figures_of_today()})


@form_methods
def confirm_identity(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button; pressing it shows that who reads the mail is who asks."""
    if request.method == "POST":
        proved = intake.prove_identity(token)
        if proved is not None:
            return _see(with_notice(status_path(proved), "confirmed"))
    link = find_link(token, purpose=MailedLink.Purpose.IDENTITY)
    if link is None:
        return _gone(request)
    return secret_page(render(request, "privacy/rights/confirm.html", {"link": link}))


@form_methods
def fetch_export(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """Show a button; pressing it fetches the copy."""
    if request.method == "POST":
        file = export_files.fetch(token)
        if file is not None:
            return FileResponse(
                file, as_attachment=True, filename=file_name(), content_type="application/zip"
            )
    export = export_files.find_export(token)
    if export is None:
        return _gone(request)
    context = {"export": export, "left": export.FETCHES - export.fetches}
    return secret_page(render(request, "privacy/rights/fetch.html", context))


@require_safe
def request_status(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Show at a private address how a request stands."""
    found = find_by_status(reference, token)
    if found is None:
        return _gone(request)
    context = {
        "found": found,
        "events": [event for event in found.events.all() if event.did in PUBLIC],
        "needs_link": found.is_open and not found.may_act and bool(found.email),
        "here": status_path(found),
    }
    return secret_page(render(request, "privacy/rights/status.html", context))


@require_POST
def ask_again(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Mail the identity link once more."""
    found = find_by_status(reference, token)
    if found is None:
        return _gone(request)
    try:
        mailed = intake.ask_identity(found)
    except NotAllowedError as error:
        return secret_page(error_page(request, 403, reason=str(error)))
    return _see(with_notice(status_path(found), "mailed" if mailed else "enough"))


@require_POST
def withdraw(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Take a request back."""
    found = find_by_status(reference, token)
    if found is None:
        return _gone(request)
    try:
        intake.withdraw_request(found)
    except NotAllowedError as error:
        return secret_page(error_page(request, 403, reason=str(error)))
    return _see(with_notice(status_path(found), "withdrawn"))


def _again(request: HttpRequest, form: RequestForm, status: int) -> HttpResponse:
    return render(request, "privacy/rights/choices.html", {"form": form}, status=status)


def _see(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


def _gone(request: HttpRequest) -> HttpResponse:
    """Answer alike for a link that is unknown, used up or too old."""
    return secret_page(render(request, "privacy/rights/gone.html", status=HTTPStatus.NOT_FOUND))
