"""The steps that staff can take with a request: a page that asks, and a POST that acts.

All take one way: right, rule, question, service, back to the request. What is offered follows from
the request's events; what is allowed is decided again by the service.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from privacy.datamap.erasure import NothingToEraseError, plan_erasure
from privacy.rights import export_files, intake, services
from privacy.rights.alarms import unseen_alarm
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Ground, Kind
from privacy.rights.deadlines import may_extend
from privacy.rights.forms import (
    ConfirmForm,
    EvidenceForm,
    FeeForm,
    ProofForm,
    ReasonForm,
    RefusalForm,
    VendorForm,
    WordsForm,
)
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import SubjectRequest, VendorTask

RIGHT = "rights.answer_subjectrequest"
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be done with a request."""

    slug: str
    label: str
    question: str
    done: str
    run: Callable[[SubjectRequest, AbstractBaseUser, Data], object]
    offered: Callable[[SubjectRequest], bool]
    form: type[forms.Form] = ConfirmForm
    danger: bool = False


def _open(request: SubjectRequest) -> bool:
    return request.is_open and not request.is_held


def _first_open_task(request: SubjectRequest) -> VendorTask | None:
    return request.vendor_tasks.filter(done_at=None).first()


def _finish_task(request: SubjectRequest, by: AbstractBaseUser, data: Data) -> object:
    task = _first_open_task(request)
    if task is None:
        raise NotAllowedError("No vendor has anything left to do.")
    return services.vendor_done(task, by=by, evidence=data["text"])


STEPS = (
    Step(
        "seen", "I have seen the alarm", "The mark goes from the list until the next alarm.",
        "Alarm seen.",
        lambda r, by, data: services.see_alarm(r, by=by),
        lambda r: bool(unseen_alarm(r)),
    ),
    Step(
        "release", "Not spam: release",
        "The request is acknowledged by e-mail. Its time has run since it came.",
        "Released.",
        lambda r, by, data: services.release(r, by=by),
        lambda r: r.is_open and r.is_held,
    ),
    Step(
        "spam", "Spam", "The request is closed without an answer.", "Put away as spam.",
        lambda r, by, data: services.mark_spam(r, by=by),
        lambda r: r.is_open and r.is_held,
        danger=True,
    ),
    Step(
        "ask-identity", "Send the identity link again",
        "The person gets a new link, which works for 24 hours.", "Link sent.",
        lambda r, by, data: intake.ask_identity(r),
        lambda r: _open(r) and r.proof is None,
    ),
    Step(
        "proof", "Identity seen otherwise",
        "Note by what you know who is asking. The note goes 12 months after closing.",
        "Identity noted.",
        lambda r, by, data: services.record_proof(r, by=by, how=data["text"]),
        lambda r: _open(r) and r.proof is None,
        ProofForm,
    ),
    Step(
        "export", "Make a copy",
        "Everything that the data map finds is put into a zip in private storage, and the person "
        "gets a link that works for 72 hours and 3 fetches.",
        "The copy is made and the link is mailed.",
        lambda r, by, data: export_files.make_export(r, by=by),
        lambda r: _open(r) and r.proof is not None and r.kind in (Kind.ACCESS, Kind.PORTABILITY),
    ),
    Step(
        "erase", "Erase",
        "Everything listed as deleted below goes at once and for good. The person gets the report, "
        "and the request is closed.",
        "Erased. The report is mailed.",
        lambda r, by, data: services.erase_for_request(r, by=by),
        lambda r: _open(r) and r.proof is not None and r.kind == Kind.ERASURE,
        danger=True,
    ),
    Step(
        "vendor", "Tell a vendor", "Note which vendor you told, and until when it has to act.",
        "Noted.",
        lambda r, by, data: services.tell_vendor(
            r, by=by, vendor=data["vendor"], due_on=data["due_on"]
        ),
        lambda r: not r.is_held,
        VendorForm,
    ),
    Step(
        "vendor-done", "A vendor has done it", "Note how you know.", "Noted.",
        _finish_task,
        lambda r: _first_open_task(r) is not None,
        EvidenceForm,
    ),
    Step(
        "answer", "Answer",
        "The words are mailed to the person, and the request is closed.", "Answered.",
        lambda r, by, data: services.answer(r, by=by, text=data["text"]),
        lambda r: _open(r) and r.may_act,
        WordsForm,
    ),
    Step(
        "extend", "Take more time",
        "Once only, to three months after receipt. The reason is mailed to the person now.",
        "The time is extended and the person was told.",
        lambda r, by, data: services.extend(r, by=by, reason=data["text"]),
        lambda r: _open(r) and may_extend(r.deadline, timezone.localdate()),
        ReasonForm,
    ),
    Step(
        "fee", "Name a fee",
        "Only for requests that are clearly unfounded, repetitive or excessive. The reason and the "
        "authorities to complain to are mailed to the person.",
        "The fee was named.",
        lambda r, by, data: services.quote_fee(
            r, by=by, ground=Ground(data["ground"]), amount=data["amount"], reason=data["text"]
        ),
        _open,
        FeeForm,
    ),
    Step(
        "refuse", "Refuse",
        "Ground, reason and the authorities to complain to are mailed to the person, and the "
        "request is closed.",
        "Refused. The person was told why.",
        lambda r, by, data: services.refuse(
            r, by=by, ground=Ground(data["ground"]), reason=data["text"]
        ),
        _open,
        RefusalForm,
        danger=True,
    ),
)  # fmt: skip


def offered(http: HttpRequest, request: SubjectRequest) -> list[dict[str, Any]]:
    """Return label and address of what this person may do with this request now."""
    if not http.user.has_perm(RIGHT):
        return []
    return [
        {"label": step.label, "url": url_of(step.slug, request), "danger": step.danger}
        for step in STEPS
        if step.offered(request)
    ]


def url_of(name: str, request: SubjectRequest) -> str:
    """Return the address of a step or of the request's own page."""
    return reverse(f"admin:rights_subjectrequest_{name}", args=[request.pk])


def urls(desk: ModelAdmin[SubjectRequest]) -> list[URLPattern]:
    """Return the addresses of all steps."""
    view = desk.admin_site.admin_view
    return [
        path(
            f"<int:pk>/{step.slug}/",
            view(_page(step, desk)),
            name=f"rights_subjectrequest_{step.slug}",
        )
        for step in STEPS
    ]


def _page(step: Step, desk: ModelAdmin[SubjectRequest]) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(http: HttpRequest, pk: int) -> HttpResponse:
        if not http.user.has_perm(RIGHT):
            raise PermissionDenied
        request = get_object_or_404(SubjectRequest, pk=pk)
        if not step.offered(request):
            return show(http, request, None, "This step is not possible now.", status=409)
        form = step.form(
            http.POST if http.method == "POST" else None,
            initial={"text": draft_answer(request)} if step.slug == "answer" else None,
        )
        if not form.is_bound:
            return show(http, request, form, status=200)
        if not form.is_valid():
            return show(http, request, form, status=422)
        try:
            step.run(request, cast("AbstractBaseUser", http.user), form.cleaned_data)
        except NotAllowedError as error:
            return show(http, request, None, str(error), status=409)
        except (IntegrityError, NothingToEraseError):
            return show(http, request, None, "Somebody else was faster.", status=409)
        desk.log_change(http, request, step.done)
        messages.success(http, f"{request}: {step.done}")
        return HttpResponseRedirect(url_of("change", request), status=303)

    def show(
        http: HttpRequest,
        request: SubjectRequest,
        form: forms.Form | None,
        problem: str = "",
        *,
        status: int,
    ) -> HttpResponse:
        context = {
            **desk.admin_site.each_context(http),
            "title": f"{step.label}: {request}",
            "opts": desk.opts,
            "request_row": request,
            "step": step,
            "form": form,
            "problem": problem,
            "plan": plan_erasure(request.subject) if step.slug == "erase" and form else None,
            "back": url_of("change", request),
        }
        template = "admin/rights/subjectrequest/step.html"
        return TemplateResponse(http, template, context, status=status)

    return page
