"""Staff look at the texts that something had, compare them and bring them back."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import localize
from django.views.decorators.http import require_safe

from sens_site.lib.admin.steps import Step, StepsAdmin
from sens_site.lib.forms.publishing import PublishForm
from sens_site.lib.revisions import NotPossibleError, Revision
from sens_site.lib.texts import Text

R = TypeVar("R", bound=Revision)
Act = Callable[..., object]


def revision_steps(*, publish: Act, cancel: Act, restore: Act) -> tuple[Step[Any], ...]:
    """Return what can be done with a text: its time is set or taken back, and it comes back."""

    def run_restore(text: Any, by: AbstractBaseUser, data: Any) -> object:
        return restore(text, by=by)

    return (
        Step(
            slug="publish",
            label="Publish",
            question="From when shall visitors read this text?",
            done="Published, or planned for the time that was given.",
            run=lambda text, by, data: publish(text, **data),
            offered=lambda text: text.is_draft or text.is_planned,
            form=PublishForm,
        ),
        Step(
            slug="cancel",
            label="Cancel the plan",
            question="This text is then a draft again, and nothing is shown by itself.",
            done="The plan is cancelled.",
            run=lambda text, by, data: cancel(text),
            offered=lambda text: text.is_planned,
        ),
        Step(
            slug="restore",
            label="Restore as a draft",
            question="This text becomes the draft of the page. What visitors read stays as it is.",
            done="Stands as the draft of the page.",
            run=run_restore,
            offered=lambda text: True,
        ),
    )


class RevisionAdmin(StepsAdmin[R]):
    """The texts that something had, has and will have. `owner` is the field that leads to it."""

    change_form_template = "admin/revision.html"
    owner: ClassVar[str]
    back_label = "Back to the text"
    not_offered = "This can no longer be done with the text as it is now."
    refusals = {NotPossibleError: "{error}"}

    @abstractmethod
    def compare(self, old: str, new: str) -> str:
        """Return what is different, as HTML; nothing where nothing is."""

    @abstractmethod
    def show(self, request: HttpRequest, row: R) -> HttpResponse:
        """Draw the page with this text."""

    @admin.display(description="state")
    def state(self, text: R) -> str:
        """Say whether visitors have read it."""
        if text.is_draft:
            return "draft"
        return "planned" if text.is_planned else "published"

    def row_context(self, request: HttpRequest, row: R) -> dict[str, Any]:
        """Add what is different: from the text before, and from what visitors read."""
        owner: Any = getattr(row, self.owner)
        before = owner.revisions.filter(pk__lt=row.pk).first()
        earlier = before.text if before else owner.text
        comparisons = [
            (heading, self.compare(_source(other), row.text.source))
            for heading, other in (
                ("What changed from the text before", earlier),
                ("What is different from the text that visitors read now", owner.text),
            )
        ]
        more = {"comparisons": comparisons, "owner": owner, "owner_opts": owner._meta}
        return super().row_context(request, row) | more

    def get_urls(self) -> list[URLPattern]:
        """Add the preview."""
        view = self.admin_site.admin_view(require_safe(self.preview))
        own = [path("<int:pk>/preview/", view, name=self.url_name("preview"))]
        return own + super().get_urls()

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the page with this text, to staff alone."""
        row = get_object_or_404(self.model._default_manager.select_related(self.owner), pk=pk)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        response = self.show(request, row)
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def texts_of(owner: Any) -> dict[str, Any]:
    """Return what the page of something shows of the texts that it had."""
    rows: Iterable[Any] = owner.revisions.select_related("author")[:30]
    due = owner.revisions.due(timezone.now()).first()
    return {"texts": rows, "due": due, "text_opts": owner.revisions.model._meta}


def state_words(shown: str, row: Any, *, newest_is_draft: bool, hidden: bool) -> str:
    """Say what is shown of something, and what waits: for the list of it."""
    said = [shown]
    if newest_is_draft:
        said.append("a draft waits")
    if row.planned_at is not None:
        said.append(f"planned for {localize(timezone.localtime(row.planned_at))}")
    if hidden:
        said.append("hidden")
    if row.expires_at is not None:
        word = "until" if row.expires_at > timezone.now() else "ended on"
        said.append(f"{word} {localize(timezone.localtime(row.expires_at))}")
    return ", ".join(said)


def _source(text: Text | None) -> str:
    return text.source if text else ""
