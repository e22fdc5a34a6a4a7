"""Steps: what staff do with a row beside editing it, or instead. A page asks, and a POST acts.

All take one way: right, rule, question, service, a line in the admin's log, back to the row. What
is offered follows from the row; what is allowed is decided again by the service.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods

from sens_site.lib.admin.edit_stamp import stamp_of
from sens_site.lib.admin.read_only import M, ReadOnlyAdmin

SHOWN = "shown"

Data = dict[str, Any]
Groups = Iterable[tuple[str, Iterable[object]]]


@dataclass(frozen=True, slots=True)
class Step(Generic[M]):
    """One thing that can be done with a row. Its slug is the last part of the page's address."""

    slug: str
    label: str
    question: str
    done: str
    run: Callable[[M, AbstractBaseUser, Data], object]
    offered: Callable[[M], bool]
    form: type[forms.Form] = forms.Form
    danger: bool = False
    initial: Callable[[M], Data] = lambda row: {}
    touches: Callable[[M], Groups] = lambda row: ()
    """What the step would touch: headings, each with its lines. Empty ones are not shown."""
    then: str = "change"
    """The page that comes after: the row's own, or that of another step."""


class StepsMixin(admin.ModelAdmin[M]):
    """An admin whose rows offer steps, to those who have the right to take them."""

    change_form_template = "admin/change_form_with_steps.html"
    steps: Sequence[Step[M]]
    step_right: str
    back_label: str
    not_offered: str
    """What is said where a colleague was faster, or the time for a step is over."""
    refusals: Mapping[type[Exception], str]
    """What services raise, and what is said then. `{error}` stands for the words of the error."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(
            require_http_methods(["GET", "HEAD", "POST"])(self.step_view)
        )
        return [
            path(f"<int:pk>/{step.slug}/", view, {"step": step}, name=self.url_name(step.slug))
            for step in self.steps
        ] + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {} if row is None else self.row_context(request, row)
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    def row_context(self, request: HttpRequest, row: M) -> dict[str, Any]:
        """Return what the row's own page shows beside its fields."""
        return {"steps": self.offered_steps(request, row)}

    def offered_steps(self, request: HttpRequest, row: M) -> list[dict[str, str]]:
        """Return label and address of what this person may do with this row now."""
        if not request.user.has_perm(self.step_right):
            return []
        return [
            {"label": step.label, "url": self._url(step.slug, row)}
            for step in self.steps
            if step.offered(row)
        ]

    def shown_of(self, row: M) -> str:
        """Stamp what a step's page shows of a row: a step is taken on that and on nothing newer."""
        values = {
            field.attname: field.value_from_object(row) for field in self.opts.concrete_fields
        }
        return stamp_of(f"{self.opts.label}.{row.pk}", values | self.more_shown_of(row))

    def more_shown_of(self, row: M) -> Data:
        """Return what else a step looks at."""
        return {}

    def step_view(self, request: HttpRequest, pk: int, step: Step[M]) -> HttpResponse:
        """Ask on GET, act on POST."""
        if not request.user.has_perm(self.step_right):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk)
        if not step.offered(row):
            return self._step_page(request, step, row, problem=self.not_offered, status=409)
        if request.method != "POST":
            form = step.form(initial=step.initial(row))
            return self._step_page(request, step, row, form=form, status=200)
        form = step.form(request.POST)
        if not constant_time_compare(request.POST.get(SHOWN, ""), self.shown_of(row)):
            return self._step_page(request, step, row, form=form, changed=True, status=409)
        if not form.is_valid():
            return self._step_page(request, step, row, form=form, status=422)
        try:
            step.run(row, cast("AbstractBaseUser", request.user), form.cleaned_data)
        except tuple(self.refusals) as error:
            words = next(said for kind, said in self.refusals.items() if isinstance(error, kind))
            problem = words.format(error=error)
            return self._step_page(request, step, row, problem=problem, status=409)
        self.log_change(request, row, step.done)
        self.message_user(request, f"{row}: {step.done}", messages.SUCCESS)
        return HttpResponseRedirect(self._url(step.then, row), status=303)

    def _step_page(
        self,
        request: HttpRequest,
        step: Step[M],
        row: M,
        *,
        form: forms.Form | None = None,
        problem: str = "",
        changed: bool = False,
        status: int,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step.label}: {row}",
            "opts": self.opts,
            "row": row,
            "step": step,
            "form": form,
            "groups": step.touches(row) if form else (),
            "problem": problem,
            "changed": changed,
            "shown": self.shown_of(row),
            "back": self._url("change", row),
            "back_label": self.back_label,
        }
        return TemplateResponse(request, "admin/step.html", context, status=status)

    def url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _url(self, page: str, row: M) -> str:
        return reverse(f"admin:{self.url_name(page)}", args=[row.pk])


class StepsAdmin(StepsMixin[M], ReadOnlyAdmin[M]):
    """The same for rows that nobody edits: steps are all that can be done with them."""
