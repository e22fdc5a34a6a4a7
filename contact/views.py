"""Contact Webmaster and the departments: their forms, their sending, and what happens next."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from contact import departments
from contact import own_messages as own
from contact.forms import DepartmentForm, WebmasterForm
from contact.photos import PhotosInMemory
from contact.services import Submission, receive_message, receive_request
from privacy.datamap.subjects import subject_of
from privacy.rights.choices import Kind
from sens_site.lib.cache.own_page import own_page
from sens_site.lib.forms.typed import typed_is_kept
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.rate_limit import allow, seconds_left

SCOPE = "contact"
A_MOMENT = 10 * 60
A_DAY = 24 * 3600
WEBMASTER_PAGE, DEPARTMENT_PAGE = "contact/webmaster.html", "contact/department.html"
LIMITS = ((5, A_MOMENT), (20, A_DAY))

TOO_MANY = (
    "Your message is not sent yet: many messages came from your connection. Your text is kept "
    "below. Send it again in {wait}, or call us at {phone}."
)
UNAVAILABLE = (
    "Your message is not sent yet: the site is busy. Your text is kept below. "
    "Send it again in a moment, or call us at {phone}."
)


@require_http_methods(["GET", "HEAD", "POST"])
@shared_page
@typed_is_kept(lambda request: WebmasterForm(request.POST), WEBMASTER_PAGE, message=UNAVAILABLE)
def webmaster(request: HttpRequest) -> HttpResponse:
    """Show the form; take what is sent with it."""
    if request.method == "POST":
        return _receive(request, WebmasterForm(request.POST))
    user = _who_is_logged_in(request)
    form = WebmasterForm(initial={"name": user.name, "email": user.email}) if user else None
    return render(request, WEBMASTER_PAGE, {"form": form})


def _photos_in_memory(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let nothing that is uploaded touch a disk: before anything reads the request."""

    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            request.upload_handlers = [PhotosInMemory(request)]
        return view(request)

    return wrapper


def _as_typed(request: HttpRequest) -> DepartmentForm:
    return DepartmentForm(request.POST, request.FILES, department=departments.at(request.path))


@require_http_methods(["GET", "HEAD", "POST"])
@shared_page
@_photos_in_memory
@typed_is_kept(
    _as_typed, DEPARTMENT_PAGE, message=f"{UNAVAILABLE} If you chose photos, choose them again."
)
def department(request: HttpRequest) -> HttpResponse:
    """Show the page of a department with its form; take what is sent with it."""
    if request.method == "POST":
        return _receive(request, _as_typed(request))
    user = _who_is_logged_in(request)
    form = None
    if user:
        known = {name: getattr(user, name) for name in ("name", "email", "phone", "company")}
        form = DepartmentForm(initial=known, department=departments.at(request.path))
    return render(request, DEPARTMENT_PAGE, {"form": form})


@require_safe
@shared_page
def thanks(request: HttpRequest) -> HttpResponse:
    """Say that the message is stored. The same page for everyone, whatever became of it."""
    return render(request, "contact/thanks.html")


@require_safe
@login_required
def own_messages(request: HttpRequest) -> HttpResponse:
    """Show somebody what they have written to us, and what we have answered."""
    page = own.own_messages(subject_of(request.user), request.GET.get("page"))
    return own_page(request, "contact/own.html", {"page": page})


def _receive(request: HttpRequest, form: WebmasterForm) -> HttpResponse:
    if not form.is_valid():
        return _show_again(request, form, status=422)
    wait = _wait_of(request, form.submission)
    if wait:
        form.add_error(None, TOO_MANY.format(wait=in_words(wait), phone=settings.COMPANY.phone))
        return _show_again(request, form, status=429, retry_after=wait)
    about = form.cleaned_data.get("about")
    if about:
        receive_request(form.submission, kind=Kind(about), trapped=form.trapped)
    else:
        receive_message(form.submission, trapped=form.trapped)
    return HttpResponseRedirect(with_notice(reverse("contact:thanks"), "stored"), status=303)


def _wait_of(request: HttpRequest, submission: Submission) -> int:
    """Count this message for its sender; return after how many seconds it may come, or 0."""
    for limit, window in LIMITS:
        allowed = allow(
            request,
            scope=SCOPE,
            limit=limit,
            window_seconds=window,
            token=submission.fingerprint,
        )
        if not allowed:
            return seconds_left(window)
    return 0


def _show_again(
    request: HttpRequest, form: WebmasterForm, *, status: int, retry_after: int | None = None
) -> HttpResponse:
    template = WEBMASTER_PAGE
    if isinstance(form, DepartmentForm):
        form.say_photos_are_gone()
        template = DEPARTMENT_PAGE
    response = render(request, template, {"form": form}, status=status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _who_is_logged_in(request: HttpRequest) -> Any:
    """Return whose name and address stand in the form from the start; None shows the kept form.

    Only a request that carries a session cookie is looked at, and the answer to such a request
    is never kept for anybody else.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


def in_words(seconds: int) -> str:
    """Say how long to wait, rounded up so that the promise holds."""
    minutes = -(-seconds // 60)
    if minutes < 60:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    hours = -(-seconds // 3600)
    return "1 hour" if hours == 1 else f"{hours} hours"
