"""The page on which staff bring a list of readers: it says first what would become of it (law 16)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from newsletter import importing
from newsletter.importing import COLUMNS, ImportRefusedError
from newsletter.models import Subscriber, Topic

SALT = "newsletter.import"
SHOWN_FOR_SECONDS = 3600
MOST_BYTES = 150_000
"""A form without files may hold 256 kB; the list comes back signed, which makes it longer."""
CHANGED = "The page was open for too long, or is none of ours. Nothing was imported: look again."


class ImportForm(forms.Form):
    """A list as a file, or pasted."""

    file = forms.FileField(required=False, label="File (CSV, UTF-8)")
    text = forms.CharField(
        required=False,
        label="or pasted rows",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one list, and read it."""
        said: dict[str, Any] = self.cleaned_data
        file, text = said.get("file"), said.get("text", "")
        if bool(file) == bool(text.strip()):
            raise forms.ValidationError("Choose a file, or paste rows: one of the two.")
        raw = file.read(MOST_BYTES + 1) if file else text.encode()
        if len(raw) > MOST_BYTES:
            raise forms.ValidationError("The list is longer than 150 kB: divide it.")
        try:
            said["rows"] = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "The file is not UTF-8 text. Save it as CSV UTF-8."
            ) from None
        try:
            importing.read_rows(said["rows"])
        except ImportRefusedError as error:
            raise forms.ValidationError(error.faults) from None
        return said


class ImportMixin(admin.ModelAdmin[Subscriber]):
    """What readers get: a page to bring a list of them."""

    change_list_template = "admin/newsletter/subscriber/change_list.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a single reader; a list needs a right of its own."""
        return request.user.has_perm("newsletter.add_subscriber")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Tell the list whether to offer the page."""
        may = {"may_import": self.has_import_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = require_http_methods(["GET", "HEAD", "POST"])(self.import_view)
        wrapped = self.admin_site.admin_view(view)
        return [
            path("import/", wrapped, name="newsletter_subscriber_import"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a list, show what it would do, and do it when that is confirmed."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, ImportForm())
        if "shown" in request.POST:
            return self._import(request)
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=422)
        return self._show(request, form.cleaned_data["rows"])

    def _show(self, request: HttpRequest, text: str) -> HttpResponse:
        prospect = importing.prospect_of(importing.read_rows(text))
        shown = signing.dumps(text, salt=SALT, compress=True)
        return self._page(request, ImportForm(), prospect=prospect, shown=shown)

    def _import(self, request: HttpRequest) -> HttpResponse:
        try:
            text = signing.loads(request.POST["shown"], salt=SALT, max_age=SHOWN_FOR_SECONDS)
            rows = importing.read_rows(text)
        except (signing.BadSignature, ImportRefusedError):
            self.message_user(request, CHANGED, messages.ERROR)
            return self._page(request, ImportForm(), status=409)
        with transaction.atomic():
            asked = importing.import_rows(rows)
            for reader in asked:
                self.log_change(request, reader, "Imported with a proof.")
        noun = "address was" if len(asked) == 1 else "addresses were"
        self.message_user(
            request, f"{len(asked)} {noun} asked to confirm the newsletter.", messages.SUCCESS
        )
        return HttpResponseRedirect(reverse("admin:newsletter_subscriber_changelist"), status=303)

    def _page(
        self, request: HttpRequest, form: ImportForm, *, status: int = 200, **shown: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Import readers",
            "opts": self.opts,
            "form": form,
            "columns": ",".join(COLUMNS),
            "topics": Topic.objects.filter(active=True),
            **shown,
        }
        page = "admin/newsletter/subscriber/import.html"
        return TemplateResponse(request, page, context, status=status)
