"""The desk for consent: switches of services, versions of groups, receipts that may be checked.

The catalogue itself is shown and never edited. Code decides (privacy/consent/offer/catalogue.py).
"""

from typing import Any, ClassVar

from cookie_consent.models import Cookie, CookieGroup
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from privacy.consent.models import (
    ConsentReceipt,
    DailyChoice,
    EditorialNote,
    GroupVersion,
    ServiceSwitch,
)
from privacy.consent.offer import switches
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.changes import describe, only_words_differ
from privacy.consent.offer.loading import SERVICES
from privacy.consent.offer.parts import optional
from privacy.consent.receipt_check import (
    UnreadableError,
    Verdict,
    check,
    number_in,
    read,
    report_on,
)
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.read_only import FixedRowsMixin, ReadOnlyAdmin
from sens_site.lib.http.types import signed_in_user

# The package's own admin lets staff edit what then decides nothing.
admin.site.unregister(CookieGroup)
admin.site.unregister(Cookie)


@admin.register(CookieGroup)
class CookieGroupAdmin(ReadOnlyAdmin[CookieGroup]):
    list_display = ("name", "varname", "is_required", "description")


@admin.register(Cookie)
class CookieAdmin(ReadOnlyAdmin[Cookie]):
    list_display = ("name", "cookiegroup", "domain", "description")
    list_filter = ("cookiegroup",)
    list_select_related = ("cookiegroup",)


class SwitchForm(forms.ModelForm[ServiceSwitch]):
    """One field: the account number."""

    class Meta:
        model = ServiceSwitch
        fields = ("identifier",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = SERVICES[self.instance.key]
        self.fields[
            "identifier"
        ].help_text = f"{service.identifier_hint}. Leave empty to switch {service.name} off."

    def clean_identifier(self) -> str:
        identifier: str = self.cleaned_data["identifier"].strip()
        switches.check_identifier(SERVICES[self.instance.key], identifier)
        return identifier


@admin.register(ServiceSwitch)
class ServiceSwitchAdmin(
    EditStampMixin[ServiceSwitch], FixedRowsMixin, admin.ModelAdmin[ServiceSwitch]
):
    """Third parties, off until an account number is entered."""

    form = SwitchForm
    list_display = ("name", "recipient", "group", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceSwitch]:
        return super().get_queryset(request).filter(key__in=SERVICES)

    def save_model(self, request: HttpRequest, obj: ServiceSwitch, form: Any, change: bool) -> None:
        switches.switch_service(obj.key, identifier=obj.identifier)

    @admin.display(description="service")
    def name(self, row: ServiceSwitch) -> str:
        return SERVICES[row.key].name

    @admin.display(description="recipient")
    def recipient(self, row: ServiceSwitch) -> str:
        return SERVICES[row.key].recipient

    @admin.display(description="group")
    def group(self, row: ServiceSwitch) -> str:
        return next(g.name for g in GROUPS if SERVICES[row.key] in g.services)

    @admin.display(description="state")
    def state(self, row: ServiceSwitch) -> str:
        return f"On: {row.identifier}" if row.identifier else "Off"


class EditorialForm(forms.ModelForm[EditorialNote]):
    """Which group's last change was one of wording, and why."""

    group = forms.ChoiceField(choices=[(g.key, g.name) for g in optional(GROUPS)])

    class Meta:
        model = EditorialNote
        fields = ("group", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        change = switches.last_change(cleaned.get("group", ""))
        if change is None:
            raise ValidationError("This group has not changed.")
        older, newer = (version.material for version in change)
        if not only_words_differ(older, newer):
            raise ValidationError(
                "Facts have changed, not only words. Visitors are asked again: "
                + describe(cleaned["group"], older, newer)
            )
        return cleaned


@admin.register(EditorialNote)
class EditorialNoteAdmin(ReadOnlyAdmin[EditorialNote]):
    """Changes of wording, for which nobody is asked again."""

    form = EditorialForm
    list_display = ("group", "earlier", "later", "reason", "at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("consent.add_editorialnote")

    def save_model(self, request: HttpRequest, obj: EditorialNote, form: Any, change: bool) -> None:
        note = switches.declare_editorial(obj.group, reason=obj.reason, by=signed_in_user(request))
        obj.pk = note.pk


@admin.register(GroupVersion)
class GroupVersionAdmin(ReadOnlyAdmin[GroupVersion]):
    list_display = ("group", "version", "at")
    list_filter = ("group",)


@admin.register(DailyChoice)
class DailyChoiceAdmin(ReadOnlyAdmin[DailyChoice]):
    list_display = ("day", "outcome", "count")
    date_hierarchy = "day"


ALTERED = "The stored receipt has been altered. Run manage.py verify_receipts."
FOUND = {
    Verdict.SEALED: "This is our receipt, word for word.",
    Verdict.WAITING: "This is our receipt, word for word.",
    Verdict.DELETED: "This receipt was ours and has been deleted after its time of keeping.",
    Verdict.ALTERED_HERE: f"What was shown is what we wrote. {ALTERED}",
    Verdict.UNKNOWN: "This is no receipt of this site, or somebody has changed it.",
}


class CheckForm(forms.Form):
    """A receipt that somebody shows: its number, or the whole file."""

    shown = forms.CharField(
        label="Receipt",
        help_text="The number, or everything that stands in the downloaded file.",
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 100}),
    )

    def clean_shown(self) -> str:
        shown: str = self.cleaned_data["shown"]
        self.brought = None
        if number_in(shown) is None:
            try:
                self.brought = read(shown.encode())
            except UnreadableError as error:
                raise ValidationError(f"This is no receipt of this site. {error}") from error
        return shown

    def finding(self) -> dict[str, Any]:
        """Return what the page says about it."""
        if self.brought is not None:
            found = check(self.brought)
            return {"receipt": found.receipt, "seal": found.seal, "result": FOUND[found.verdict]}
        report = report_on(number_in(self.cleaned_data["shown"]))
        if report.receipt is None:
            result = FOUND[Verdict.DELETED] if report.seal else "This is no receipt of this site."
        else:
            result = "We have a receipt of this number." if report.unchanged else ALTERED
        return {"receipt": report.receipt, "seal": report.seal, "result": result}


@admin.register(ConsentReceipt)
class ConsentReceiptAdmin(ReadOnlyAdmin[ConsentReceipt]):
    """Receipts: nobody's name is on them."""

    list_display = ("id", "at", "keep_until")
    fields = ("id", "at", "keep_until", "digest", "document", "notice")
    change_list_template = "admin/consent/consentreceipt/change_list.html"
    search_fields: ClassVar[tuple[str, ...]] = ("=id",)

    def get_urls(self) -> list[URLPattern]:
        check = path(
            "check/",
            self.admin_site.admin_view(self.check_view),
            name="consent_consentreceipt_check",
        )
        return [check, *super().get_urls()]

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Tell whether a receipt that somebody shows is ours and unchanged. Writes nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = CheckForm(request.POST or None)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Check a receipt",
            "form": form,
            "opts": self.opts,
        }
        if form.is_valid():
            context |= form.finding()
        return TemplateResponse(request, "admin/consent/consentreceipt/check.html", context)
