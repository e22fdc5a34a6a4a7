"""A person's own pages: profile, sessions, what we hold, and leaving."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.data_subject import subject_of
from accounts.decorators import AuthenticatedRequest, SeeOther, password_asked_again
from accounts.erasure import erase_account, plan_for
from accounts.forms import DeleteForm, ProfileForm
from accounts.known_devices import forget_device
from accounts.own_queries import overview_of
from accounts.own_rows import rows_of
from privacy.datamap.erasure import NothingToEraseError, past_report
from privacy.datamap.export import file_name, stream_export
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.forms import OwnRequestForm
from privacy.rights.secret_links import status_path
from privacy.rights.services import open_request
from sens_site.errors import error_page
from sens_site.lib.cache.own_page import own_page
from sens_site.lib.forms.typed import typed_is_kept
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice

require_form_methods = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def index(request: AuthenticatedRequest) -> HttpResponse:
    """Show what matters most of an account, and where the rest is."""
    overview = overview_of(request.user)
    return own_page(
        request,
        "accounts/overview.html",
        {
            "sessions": overview.sessions,
            "second_factor": overview.second_factor,
            "this_key": request.session.session_key,
        },
    )


@require_form_methods
@login_required
@typed_is_kept(
    lambda request: ProfileForm(request.POST, instance=request.user), "accounts/profile.html"
)
def profile(request: AuthenticatedRequest) -> HttpResponse:
    """Show and change what a person says of itself."""
    if request.method != "POST":
        return own_page(request, "accounts/profile.html", {})
    form = ProfileForm(request.POST, instance=request.user)
    if form.is_valid():
        services.change_profile(request.user, **form.details)
        return SeeOther(with_notice(reverse("accounts:profile"), "saved"))
    return render(request, "accounts/profile.html", {"form": form}, status=422)


@require_safe
@login_required
def sessions(request: AuthenticatedRequest) -> HttpResponse:
    """List where the person is signed in."""
    return own_page(
        request,
        "accounts/sessions.html",
        {
            "sessions": overview_of(request.user).sessions,
            "this_key": request.session.session_key,
        },
    )


@require_POST
@login_required
def end_session(request: AuthenticatedRequest) -> HttpResponse:
    """Sign out on one device."""
    ended = services.end_session(request.user, handle=request.POST.get("session", ""))
    if not ended:
        return error_page(request, 404, reason="That session has already ended.")
    return SeeOther(with_notice(reverse("accounts:sessions"), "ended"))


@require_POST
@login_required
def end_other_sessions(request: AuthenticatedRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    services.end_other_sessions(request.user, keep=request.session.session_key)
    return SeeOther(with_notice(reverse("accounts:sessions"), "ended"))


@require_safe
@login_required
def data(request: AuthenticatedRequest) -> HttpResponse:
    """Show what the account holds, all on one page."""
    user = request.user
    said = {"rows": rows_of(user), "profile": list(user.profile.items())}
    return own_page(request, "accounts/data.html", said)


@require_form_methods
@password_asked_again
def delete(request: AuthenticatedRequest) -> HttpResponse:
    """Delete the account: what goes, the username typed, and it is gone everywhere at once.

    Staff are asked to have their rights removed first, so that no site is left without anybody
    who can run it, and so that a second person knows.
    """
    user = request.user
    if user.is_staff or user.is_superuser:
        status = 403 if request.method == "POST" else 200
        return render(request, "accounts/delete_staff.html", status=status)
    form = DeleteForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        try:
            report = erase_account(user)
        except NothingToEraseError:
            return SeeOther(with_notice(reverse("accounts:deleted"), "deleted"))
        logout(request)
        path = reverse("accounts:deleted_report", args=[report.reference])
        response = SeeOther(with_notice(path, "deleted"))
        # Not "cookies": the choice about cookies is the visitor's, not the account's.
        response.headers["Clear-Site-Data"] = '"storage"'
        forget_device(response)
        return response
    return own_page(
        request,
        "accounts/delete.html",
        {"form": form, "plan": plan_for(user)},
        status=422 if form.is_bound else 200,
    )


@require_safe
@shared_page
def deleted(request: HttpRequest) -> HttpResponse:
    """Say that it is done to who did it, and what it means to everybody else."""
    return render(request, "accounts/deleted.html")


@require_safe
def deleted_report(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what was deleted, blanked and kept. The report names nobody, nor does its address."""
    groups = past_report(reference)
    if groups is None:
        return redirect("accounts:deleted")
    return render(request, "accounts/deleted_report.html", {"groups": groups})


@require_form_methods
@password_asked_again
def export(request: AuthenticatedRequest) -> HttpResponseBase:
    """Send a copy of everything the site holds about the person, made while it is sent."""
    if request.method != "POST":
        return own_page(request, "accounts/export.html", {"plan": plan_for(request.user)})
    return StreamingHttpResponse(
        stream_export(subject_of(request.user)),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{file_name()}"'},
    )


@require_form_methods
@password_asked_again
@typed_is_kept(lambda request: OwnRequestForm(request.POST), "accounts/ask.html")
def ask(request: AuthenticatedRequest) -> HttpResponse:
    """Take a privacy request from somebody who has just proven who it is."""
    if request.method != "POST":
        return own_page(request, "accounts/ask.html", {})
    user = request.user
    form = OwnRequestForm(request.POST)
    if form.is_valid():
        asked = open_request(
            kind=Kind(form.cleaned_data["kind"]),
            name=user.get_full_name(),
            email=user.email,
            text=form.cleaned_data["text"],
            channel=Channel.ACCOUNT,
            proof=Proof.PASSWORD,
        )
        return SeeOther(status_path(asked))
    return render(request, "accounts/ask.html", {"form": form}, status=422)
