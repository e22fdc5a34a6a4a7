"""Staff publish, plan and withdraw the versions of documents: doors over the services."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import IntegrityError
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString

from downloads import services
from downloads.forms import NewVersionForm, PublishForm, VersionForm, WithdrawForm
from downloads.models import DocumentVersion, State
from downloads.store import StoreAwayError
from sens_site.errors import error_page
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.steps import Groups, Step, StepsMixin
from sens_site.lib.admin.to_do import Task
from sens_site.lib.http.types import signed_in_user

STORE_IS_AWAY = "The store of documents takes nothing at the moment. Nothing was published."


class StoreAwayMixin(admin.ModelAdmin[Any]):
    """Answers calmly where the store is away, or a colleague was faster: nothing is half done."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        arguments = (request, object_id, form_url, extra_context)
        try:
            try:
                return super().changeform_view(*arguments)
            except (IntegrityError, services.DocumentError):
                # Somebody was faster by a moment. Read once more, the form itself says so.
                return super().changeform_view(*arguments)
        except StoreAwayError:
            return error_page(request, 503, reason=STORE_IS_AWAY)


class FaultFilter(admin.SimpleListFilter):
    """Which files are not as they were published."""

    title = "file"
    parameter_name = "file"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer one."""
        return [("faulty", "Missing or changed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Choose by what the last look found."""
        return queryset.faulty() if self.value() == "faulty" else queryset


def _what_a_withdrawal_does(version: DocumentVersion) -> Groups:
    """Say what it changes for visitors before it is done."""
    lines = ["Nobody gets this file any more. Its page stays, and shows the reason."]
    after = version.document.versions.offered(timezone.now()).exclude(pk=version.pk)
    following = after.order_by("-publish_at", "-pk").first()
    if version.state == State.CURRENT and following is not None:
        lines.append(f"Version {following.label} is the current one again.")
    elif version.state == State.CURRENT:
        lines.append("No version of the document is given out then: its page says so.")
    watching = version.document.watches.count()
    if watching:
        people = "One person has" if watching == 1 else f"{watching} people have"
        lines.append(f"{people} asked to hear of new versions. A withdrawal is not announced.")
    return [("What it does", lines)]


def _what_publishing_does(version: DocumentVersion) -> Groups:
    current = version.document.current
    lines = (
        [f"Version {current.label} is superseded by it, and stays at its address."]
        if current
        else []
    )
    return [("What it does", lines)]


STEPS: tuple[Step[DocumentVersion], ...] = (
    Step(
        slug="publish",
        label="Publish",
        question="From when shall visitors get this file? Its address then stays for ever.",
        done="Published, or planned for the time that was given.",
        run=lambda version, by, data: services.publish_version(version, **data),
        offered=lambda version: version.state in {State.DRAFT, State.PLANNED},
        form=PublishForm,
        touches=_what_publishing_does,
    ),
    Step(
        slug="cancel",
        label="Cancel the plan",
        question="This version is then a draft again, and nothing is published by itself.",
        done="The plan is cancelled.",
        run=lambda version, by, data: services.cancel_plan(version),
        offered=lambda version: version.state == State.PLANNED,
    ),
    Step(
        slug="withdraw",
        label="Withdraw",
        question="Why shall visitors no longer get this file?",
        done="Withdrawn, or planned for the time that was given.",
        run=lambda version, by, data: services.withdraw_version(version, **data),
        offered=lambda version: version.is_published and not version.is_withdrawn,
        form=WithdrawForm,
        danger=True,
        touches=_what_a_withdrawal_does,
    ),
    Step(
        slug="offer-again",
        label="Offer it again",
        question="Visitors then get this file again.",
        done="Offered again.",
        run=lambda version, by, data: services.offer_again(version),
        offered=lambda version: version.withdrawn_at is not None,
    ),
)


@admin.register(DocumentVersion)
class DocumentVersionAdmin(
    EditStampMixin[DocumentVersion], StoreAwayMixin, StepsMixin[DocumentVersion]
):
    """The files of documents, each as it was published."""

    actions = None
    list_display = ("document", "label", "state", "publish_at", "file_size", "fault")
    list_filter = (FaultFilter, "document__kind")
    list_select_related = ("document",)
    search_fields = ("document__number", "document__title", "file_name", "sha256")
    ordering = ("document__title", F("publish_at").desc(nulls_first=True), "-pk")  # type: ignore[assignment]  # an expression is allowed, too
    steps = STEPS
    step_right = "downloads.change_documentversion"
    back_label = "Back to the version"
    not_offered = "This can no longer be done with the version as it is now."
    refusals = {services.DocumentError: "{error}"}
    readonly = (
        "document_link", "label", "state", "publish_at", "withdrawn_at", "withdrawn_reason",
        "file_name", "file_size", "content_type", "sha256", "uploaded_by", "uploaded_at",
        "checked_at", "fault",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[DocumentVersion]:
        rows: Any = super().get_queryset(request)
        found: QuerySet[DocumentVersion] = rows.with_newer().defer("text")
        return found

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        kwargs["form"] = VersionForm if obj else NewVersionForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is not None:
            return ("document_link", "issued_on", "change_note", *self.readonly[1:])
        return (
            "document", "upload", "allow_active", "label", "issued_on", "change_note", "when",
            "publish_at",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly if obj is not None else ()

    @admin.display(description="document")
    def document_link(self, version: DocumentVersion) -> SafeString:
        """Link to what is said of all versions."""
        address = reverse("admin:downloads_document_change", args=[version.document_id])
        return format_html('<a href="{}">{}</a>', address, version.document)

    @admin.display(description="state")
    def state(self, version: DocumentVersion) -> str:
        """Say whether visitors get it."""
        return str(version.state.label)

    @admin.display(description="size", ordering="size")
    def file_size(self, version: DocumentVersion) -> str:
        """Say it as people do."""
        return filesizeformat(version.size)

    @admin.display(description="file")
    def fault(self, version: DocumentVersion) -> str:
        """Say what the last look found."""
        for word, since in (("missing", version.missing_since), ("changed", version.damaged_since)):
            if since is not None:
                return f"{word} since {localize(timezone.localtime(since))}"
        return "as published" if version.checked_at else "not looked at yet"

    def to_do(self) -> list[Task]:
        """Say how many files are not as they were published."""
        count = DocumentVersion.objects.faulty().count()
        one, many = (
            "document whose file is missing or changed",
            "documents whose files are missing or changed",
        )
        return [Task(count, one, many, "?file=faulty")]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the next label where the ones before are numbers."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        labels = DocumentVersion.objects.filter(document=row_number(initial.get("document")))
        numbers = [int(one) for one in labels.values_list("label", flat=True) if one.isdecimal()]
        return {"label": str(max(numbers, default=0) + 1), **initial}

    def save_model(
        self, request: HttpRequest, obj: DocumentVersion, form: Any, change: Any
    ) -> None:
        """Hand over to the services."""
        said = form.cleaned_data
        if change:
            services.change_version(
                obj, issued_on=said["issued_on"], change_note=said["change_note"]
            )
            return
        by = signed_in_user(request)
        made = services.add_version(said["document"], said["upload"], by=by, **form.facts)
        obj.pk = made.pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been published stays at its address."""
        if obj is not None and obj.is_published:
            return False
        return super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: DocumentVersion) -> None:
        """Hand over to the service."""
        services.discard_version(obj)


def row_number(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0
