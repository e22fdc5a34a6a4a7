"""The public pages of readers. None needs a script, and none but one an account."""

from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt  # noqa: TID251 - see `unsubscribe`
from django.views.decorators.http import require_http_methods, require_safe

from newsletter import links, subscribing, unsubscribing
from newsletter.forms import (
    AgreeingForm,
    CodeForm,
    LostLinkForm,
    MemberForm,
    SignUpForm,
    TopicsForm,
)
from newsletter.models import Subscriber
from newsletter.subscribing import SignUp
from newsletter.suppression import hashes_of
from privacy.datamap.subjects import proven_addresses_of
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.cache.own_page import own_page
from sens_site.lib.email_address import as_stored
from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.typed import typed_is_kept
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.rate_limit import allow, seconds_left
from sens_site.lib.http.secret_page import secret_page

A_MOMENT = 10 * 60
A_DAY = 24 * 3600
LIMITS = ((5, A_MOMENT), (20, A_DAY))
CODES = ((10, A_MOMENT), (40, A_DAY))
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program sends for its reader (RFC 8058, 3.2)."""

TOO_MANY = (
    "Nothing is sent yet: this was asked for often from your connection. Try again in {minutes} "
    "minutes, or call us at {phone}."
)
CHANGED = (
    "What you agree to has changed since you opened this page. Please read it once more, and press "
    "the button again."
)
WRONG_CODE = (
    "This is not the code of our newest email, or it was tried too often. Use the link in the email, "
    "or sign up once more"
)

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@form_methods
@shared_page
@alike_for_members
@typed_is_kept(lambda request: SignUpForm(request.POST), "newsletter/sign_up.html")
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show the form; take an address and write to it."""
    show = partial(_show, request, "newsletter/sign_up.html")
    if request.method != "POST":
        return show(SignUpForm())
    form = SignUpForm(request.POST)
    if not form.is_valid():
        return show(form, status=422)
    if form.is_stale:
        return _show_anew(request, "newsletter/sign_up.html", form)
    if wait := _wait_of(request, "newsletter", _fingerprint(form.sign_up), LIMITS):
        return _too_many(request, "newsletter/sign_up.html", form, wait)
    subscribing.sign_up(form.sign_up, trapped=form.trapped)
    return _see(with_notice(links.waiting_path(form.sign_up.email), "mailed"))


@form_methods
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Keep a field open for the mailed code. The page is the same whatever the address."""
    email = links.waiting_for(token)
    if email is None:
        return _gone(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    form.form_action = request.path
    show = partial(_show, request, "newsletter/code.html", email=email)
    if not form.is_valid():
        return secret_page(show(form, status=422 if form.is_bound else 200))
    if wait := _wait_of(request, "newsletter-code", None, CODES):
        return secret_page(_too_many(request, "newsletter/code.html", form, wait, email=email))
    reader = subscribing.confirm_by_code(email, form.cleaned_data["code"])
    if reader is None:
        form.add_error("code", WRONG_CODE)
        return secret_page(show(form, status=422))
    return _see(with_notice(links.path_of(reader, links.PREFERENCES), "confirmed"))


@form_methods
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button; pressing it confirms the address. Opening the link confirms nothing."""
    if request.method == "POST":
        confirmed = subscribing.confirm_by_link(token)
        if confirmed is not None:
            path = links.path_of(confirmed, links.PREFERENCES)
            return _see(with_notice(path, "confirmed"))
    reader = links.find_reader(token, links.CONFIRM)
    if reader is None or subscribing.is_over(reader):
        return _gone(request)
    return secret_page(_show(request, "newsletter/confirm.html", reader=reader))


@form_methods
def refuse(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button; pressing it deletes a sign-up by somebody else, and stops all others."""
    reader = links.find_reader(token, links.REFUSE)
    if reader is None or reader.state == Subscriber.State.CONFIRMED:
        return _gone(request)
    if request.method == "POST":
        unsubscribing.refuse_questions(reader)
        return _see(with_notice(reverse("newsletter:done"), "refused"))
    return secret_page(_show(request, "newsletter/refuse.html", reader=reader))


@form_methods
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a reader gets and agreed to, and take other topics."""
    reader = _confirmed_reader(token, links.PREFERENCES)
    if reader is None:
        return _gone(request)
    form = TopicsForm(request.POST if request.method == "POST" else None, has=reader.topics.all())
    form.form_action = request.path
    if form.is_valid():
        subscribing.choose_topics(reader, form.chosen)
        return _see(with_notice(request.path, "saved"))
    ends_at = links.path_of(reader, links.UNSUBSCRIBE)
    context: dict[str, Any] = {"reader": reader, "unsubscribe": ends_at}
    status = 422 if form.is_bound else 200
    return secret_page(
        _show(request, "newsletter/preferences.html", form, status=status, **context)
    )


@csrf_exempt  # the token is the proof: a mail program posts for its reader, without those headers
@form_methods
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show buttons; pressing one ends the newsletter or a topic. A mail program posts at once.

    It is told the same for whatever token: under this link nothing is sent (RFC 8058).
    """
    reader = _confirmed_reader(token, links.UNSUBSCRIBE)
    name, value = ONE_CLICK
    if request.method == "POST" and request.POST.get(name) == value:
        if reader is not None:
            unsubscribing.end_subscription(reader)
        return secret_page(
            HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8")
        )
    if reader is None:
        return _gone(request)
    topics = list(reader.topics.all())
    if request.method != "POST":
        context: dict[str, Any] = {"reader": reader, "topics": topics, "here": request.path}
        context["preferences"] = links.path_of(reader, links.PREFERENCES)
        return secret_page(_show(request, "newsletter/unsubscribe.html", **context))
    topic = next((one for one in topics if one.slug == request.POST.get("topic")), None)
    if topic is None and "topic" in request.POST:
        return _see(with_notice(request.path, "stopped"))  # it was stopped by an earlier press
    if topic is not None and not unsubscribing.stop_topic(reader, topic):
        return _see(with_notice(request.path, "stopped"))
    unsubscribing.end_subscription(reader)
    return _see(with_notice(reverse("newsletter:done"), "unsubscribed"))


@require_safe
@shared_page
def done(request: HttpRequest) -> HttpResponse:
    """Say that nothing is sent any more. The same page for everyone."""
    return _show(request, "newsletter/done.html")


@form_methods
@shared_page
@typed_is_kept(lambda request: LostLinkForm(request.POST), "newsletter/lost_link.html")
def lost_link(request: HttpRequest) -> HttpResponse:
    """Mail the links of a reader to who has no issue at hand."""
    show = partial(_show, request, "newsletter/lost_link.html")
    if request.method != "POST":
        return show(LostLinkForm())
    form = LostLinkForm(request.POST)
    if not form.is_valid():
        return show(form, status=422)
    email = form.cleaned_data["email"]
    if wait := _wait_of(request, "newsletter", min(hashes_of(email)), LIMITS):
        return _too_many(request, "newsletter/lost_link.html", form, wait)
    subscribing.mail_links(email)
    return _see(with_notice(reverse("newsletter:lost_link"), "mailed"))


@form_methods
@login_required
def yours(request: HttpRequest) -> HttpResponse:
    """Show to an account what its confirmed addresses get; one that gets nothing may sign up."""
    mine = proven_addresses_of(request.user)
    readers = links.readers_at(mine)
    address = as_stored(getattr(request.user, "email", ""))
    context: dict[str, Any] = {
        "address": address if address in mine else "",
        "has_it": address in {reader.email for reader in readers},
        "readers": readers,
    }

    def show(form: MemberForm | None, status: int = 200) -> HttpResponse:
        template = "newsletter/yours.html"
        return own_page(request, template, {"form": form, **context}, status=status)

    if request.method != "POST" or not context["address"]:
        asks = context["address"] and not context["has_it"]
        return show(MemberForm() if asks else None)
    form = MemberForm(request.POST)
    if not form.is_valid():
        return show(form, status=422)
    if form.is_stale:
        return _show_anew(request, "newsletter/yours.html", form, **context)
    subscribing.subscribe_account(request.user, form.asked_for(address))
    return _see(with_notice(reverse("newsletter:yours"), "confirmed"))


def _confirmed_reader(token: str, use: str) -> Subscriber | None:
    reader = links.find_reader(token, use)
    return reader if reader and reader.state == Subscriber.State.CONFIRMED else None


def _fingerprint(asked: SignUp) -> str:
    """Return what is equal when the same is asked for again, and tells nothing of anybody."""
    topics = ",".join(topic.slug for topic in asked.topics)
    return f"{min(hashes_of(asked.email))}.{topics}"


def _wait_of(
    request: HttpRequest, scope: str, token: str | None, limits: tuple[tuple[int, int], ...]
) -> int:
    """Count what a client asks for; return after how many seconds it may be asked for, or 0."""
    for limit, window in limits:
        if not allow(request, scope=scope, limit=limit, window_seconds=window, token=token):
            return seconds_left(window)
    return 0


def _too_many(
    request: HttpRequest, template: str, form: SiteForm, wait: int, **context: Any
) -> HttpResponse:
    minutes = -(-wait // 60)
    form.add_error(None, TOO_MANY.format(minutes=minutes, phone=settings.COMPANY.phone))
    response = _show(request, template, form, status=429, **context)
    response.headers["Retry-After"] = str(wait)
    return response


def _show_anew(
    request: HttpRequest, template: str, form: AgreeingForm, **context: Any
) -> HttpResponse:
    form.show_words_anew()
    form.add_error(None, CHANGED)
    return _show(request, template, form, status=409, **context)


def _show(
    request: HttpRequest,
    template: str,
    form: SiteForm | None = None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=status)


def _see(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


def _gone(request: HttpRequest) -> HttpResponse:
    """Answer alike for a link that is made up, another's, used up or too old."""
    return secret_page(_show(request, "newsletter/gone.html", status=HTTPStatus.NOT_FOUND))
