"""The desk for consent: switches of services, versions of groups, receipts that may be checked.

The catalogue itself is shown and never edited. Code decides (privacy/consent/offer/catalogue.py).
"""

from datetime import date
from io import BytesIO
from typing import Any, ClassVar

from cookie_consent.models import Cookie, CookieGroup
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from privacy.consent.models import (
    CHOICE_DAYS,
    ConsentReceipt,
    DailyChoice,
    EditorialNote,
    GroupVersion,
    ServiceSwitch,
)
from privacy.consent.offer import switches
from privacy.consent.offer.catalogue import GROUP_BY_KEY, GROUPS
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
from privacy.datamap.vendors import NOT_ON_RECORD, vendor_of
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.read_only import FixedRowsMixin, ReadOnlyAdmin
from sens_site.lib.forms.fields import day_box
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


MOST_BYTES = 5_000_000


class SwitchForm(forms.ModelForm[ServiceSwitch]):
    """The account number, and what the law asks before something runs."""

    agreement_file = forms.FileField(
        label="The signed agreement", required=False, help_text="A file of 5 MB at most."
    )

    class Meta:
        model = ServiceSwitch
        fields = ("identifier", "agreement_signed_on", "transfer", "decided_by")
        widgets: ClassVar[dict[str, forms.Widget]] = {"agreement_signed_on": day_box()}
        help_texts: ClassVar[dict[str, str]] = {
            "agreement_signed_on": "The agreement on the processing of data (Article 28 GDPR), or "
            "on joint responsibility (Article 26).",
            "transfer": "The firm receives something in another country. Visitors are asked in any "
            "case.",
            "decided_by": "The office that decided to use this, such as Managing director.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = SERVICES[self.instance.key]
        self.fields[
            "identifier"
        ].help_text = f"{service.identifier_hint}. Leave empty to switch {service.name} off."
        if self.instance.agreement_name:
            self.fields[
                "agreement_file"
            ].help_text = f"Stored: {self.instance.agreement_name}. Choose another to replace it."

    def clean_identifier(self) -> str:
        identifier: str = self.cleaned_data["identifier"].strip()
        switches.check_identifier(SERVICES[self.instance.key], identifier)
        return identifier

    def clean_agreement_signed_on(self) -> date | None:
        signed_on: date | None = self.cleaned_data["agreement_signed_on"]
        if signed_on and signed_on > timezone.localdate():
            raise ValidationError("This day is still to come.")
        return signed_on

    def clean_agreement_file(self) -> Any:
        file = self.cleaned_data["agreement_file"]
        if file and file.size > MOST_BYTES:
            raise ValidationError("The file is larger than 5 MB.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("identifier"):
            return cleaned
        vendor = vendor_of(SERVICES[self.instance.key].recipient)
        on_record = vendor is not None and vendor.agreement != NOT_ON_RECORD
        wanted = {
            "agreement_signed_on": on_record or cleaned.get("agreement_signed_on"),
            "agreement_file": on_record
            or cleaned.get("agreement_file")
            or self.instance.agreement_name,
            "transfer": cleaned.get("transfer"),
            "decided_by": cleaned.get("decided_by"),
        }
        for name, given in wanted.items():
            if not given and name not in self.errors:
                self.add_error(name, "The law asks for this before the service runs.")
        return cleaned


@admin.register(ServiceSwitch)
class ServiceSwitchAdmin(
    EditStampMixin[ServiceSwitch], FixedRowsMixin, admin.ModelAdmin[ServiceSwitch]
):
    """Third parties, off until an account number is entered."""

    form = SwitchForm
    list_display = ("name", "recipient", "group", "state", "agreement_signed_on", "decided_by")
    change_form_template = "admin/consent/serviceswitch/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceSwitch]:
        return super().get_queryset(request).filter(key__in=SERVICES).defer("agreement")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.agreement_view)
        name = "consent_serviceswitch_agreement"
        return [path("<int:pk>/agreement/", view, name=name), *super().get_urls()]

    def agreement_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """Give the stored file. It is only ever downloaded, never shown as a page of ours."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(ServiceSwitch, pk=pk, agreement__isnull=False)
        return FileResponse(
            BytesIO(bytes(row.agreement or b"")),
            as_attachment=True,
            filename=row.agreement_name,
            content_type="application/octet-stream",
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row: ServiceSwitch = kwargs["obj"]
        context |= {
            "subtitle": SERVICES[row.key].name,
            "service": SERVICES[row.key],
            "is_on": bool(row.identifier),
            "forecast": switches.forecast(row.key, on=not row.identifier),
            "choice_days": CHOICE_DAYS,
            "in_policy": switches.recipient_is_in_policy(SERVICES[row.key]),
            "vendor": vendor_of(SERVICES[row.key].recipient),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: ServiceSwitch, form: Any, change: bool) -> None:
        terms = {name: form.cleaned_data[name] for name in form.Meta.fields if name != "identifier"}
        file = form.cleaned_data["agreement_file"]
        if file:
            terms |= {"agreement": file.read(), "agreement_name": file.name[-200:]}
        switches.switch_service(obj.key, identifier=obj.identifier, **terms)

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


@admin.display(description="group", ordering="group")
def asked(row: EditorialNote | GroupVersion) -> str:
    """Return what visitors read as the name of a row's group."""
    known = GROUP_BY_KEY.get(row.group)
    return known.name if known else row.group


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
    list_display = (asked, "earlier", "later", "reason", "at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("consent.add_editorialnote")

    def save_model(self, request: HttpRequest, obj: EditorialNote, form: Any, change: bool) -> None:
        note = switches.declare_editorial(obj.group, reason=obj.reason, by=signed_in_user(request))
        obj.pk = note.pk


@admin.register(GroupVersion)
class GroupVersionAdmin(ReadOnlyAdmin[GroupVersion]):
    list_display = (asked, "version", "at")
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
