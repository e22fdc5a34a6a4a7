"""Contact Webmaster: the form, its sending, and the page that says what happens next."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from contact.forms import WebmasterForm
from contact.services import Submission, receive_message, receive_request
from privacy.rights.choices import Kind
from sens_site.lib.forms.typed import typed_is_kept
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.rate_limit import allow, seconds_left

SCOPE = "contact"
A_MOMENT = 10 * 60
A_DAY = 24 * 3600
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
@typed_is_kept(
    lambda request: WebmasterForm(request.POST), "contact/webmaster.html", message=UNAVAILABLE
)
def webmaster(request: HttpRequest) -> HttpResponse:
    """Show the form; take what is sent with it."""
    if request.method == "POST":
        return _receive(request)
    return render(request, "contact/webmaster.html", {"form": _prefilled(request)})


@require_safe
@shared_page
def thanks(request: HttpRequest) -> HttpResponse:
    """Say that the message is stored. The same page for everyone, whatever became of it."""
    return render(request, "contact/thanks.html")


def _receive(request: HttpRequest) -> HttpResponse:
    form = WebmasterForm(request.POST)
    if not form.is_valid():
        return _show_again(request, form, status=422)
    wait = _wait_of(request, form.submission)
    if wait:
        form.add_error(None, TOO_MANY.format(wait=in_words(wait), phone=settings.COMPANY.phone))
        return _show_again(request, form, status=429, retry_after=wait)
    about = form.cleaned_data["about"]
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
    response = render(request, "contact/webmaster.html", {"form": form}, status=status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _prefilled(request: HttpRequest) -> WebmasterForm | None:
    """Return a form with the name and address of who is logged in, else None: the kept form.

    Only a request that carries a session cookie is looked at, and the answer to such a request
    is never kept for anybody else.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = request.user
    if not user.is_authenticated:
        return None
    return WebmasterForm(initial={"name": user.name, "email": user.email})


def in_words(seconds: int) -> str:
    """Say how long to wait, rounded up so that the promise holds."""
    minutes = -(-seconds // 60)
    if minutes < 60:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    hours = -(-seconds // 3600)
    return "1 hour" if hours == 1 else f"{hours} hours"
