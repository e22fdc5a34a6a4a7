"""The page on which staff import a text: first it shows what would become of it, then it stores.

What is shown is signed into the page, so that what is stored is what was looked at (law 16).
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import mark_safe  # noqa: TID251 - for HTML that `render` made

from privacy.policy.importing import report
from privacy.policy.importing.drafts import store_import
from privacy.policy.importing.engine import Imported, read_policy
from privacy.policy.importing.findings import ImportRefused
from privacy.policy.importing.links import Relative
from privacy.policy.importing.sniff import ENCODINGS, MAX_BYTES
from privacy.policy.models import Policy, PolicyDraft
from sens_site.lib.http.types import signed_in_user

SALT = "privacy.policy.import"
SHOWN_FOR_SECONDS = 24 * 60 * 60
# A form without files may hold 256 kB; a signed text of 40,000 words has half of that.
LONGEST_SIGNED = 200_000


class ImportForm(forms.Form):
    """A file or a pasted text, and what the text itself cannot say."""

    policy = forms.ModelChoiceField(Policy.objects.all(), empty_label=None)
    file = forms.FileField(
        required=False,
        label="File",
        help_text="A Word document (.docx), a web page (.html), Markdown (.md) or plain text.",
    )
    text = forms.CharField(
        required=False,
        label="or pasted text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 80}),
    )
    encoding = forms.ChoiceField(
        required=False,
        choices=[("", "as the file says, or UTF-8"), *((one, one) for one in sorted(ENCODINGS))],
        help_text="Only for plain text and web pages with wrong letters.",
    )
    relative = forms.ChoiceField(
        required=False,
        label="Links relative to the old site",
        choices=[
            (Relative.ASK.value, "show me first"),
            (Relative.ABSOLUTE.value, "lead to the old site"),
            (Relative.DROP.value, "taken out; their words stay"),
            (Relative.KEEP.value, "kept: they lead to this site"),
        ],
    )
    origin = forms.CharField(
        required=False,
        label="Address of the old site",
        widget=forms.TextInput(attrs={"size": 30, "placeholder": "https://"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one text."""
        cleaned: dict[str, Any] = self.cleaned_data
        if bool(cleaned.get("file")) == bool(cleaned.get("text", "").strip()):
            raise forms.ValidationError("Choose a file, or paste a text: one of the two.")
        return cleaned

    def read(self) -> Imported:
        """Return the text as a draft would hold it."""
        file = self.cleaned_data["file"]
        pasted = self.cleaned_data["text"].encode()
        return read_policy(
            file.read(MAX_BYTES + 1) if file else pasted,
            name=file.name if file else "",
            encoding=self.cleaned_data["encoding"] or None if file else "utf-8",
            relative=Relative(self.cleaned_data["relative"]),
            origin=self.cleaned_data["origin"],
        )


class ImportMixin(admin.ModelAdmin[PolicyDraft]):
    """What drafts get: a page to import them from a file or a pasted text."""

    change_list_template = "admin/policy/policydraft/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="policy_policydraft_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a text, show what would become of it, and store it when that is confirmed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._import_page(request, ImportForm(), status=200)
        if "shown" in request.POST:
            return self._store_import(request)
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._import_page(request, form, status=422)
        try:
            text = form.read()
        except ImportRefused as refusal:
            return self._import_page(request, form, status=422, refusal=refusal)
        return self._import_page(request, form, status=200, text=text)

    def _store_import(self, request: HttpRequest) -> HttpResponse:
        user = signed_in_user(request)
        try:
            shown = signing.loads(request.POST["shown"], salt=SALT, max_age=SHOWN_FOR_SECONDS)
            policy = Policy.objects.get(pk=shown["policy"])
        except (signing.BadSignature, Policy.DoesNotExist):
            changed = ImportRefused("What was shown is too old to be stored. Look at it again.")
            return self._import_page(request, ImportForm(), status=409, refusal=changed)
        draft, is_new = store_import(policy, by=user, source_text=shown["source"])
        if is_new:
            self.log_addition(request, draft, f"Imported from {shown['form']}.")
        said = "is stored" if is_new else "was stored already"
        self.message_user(
            request,
            f"{draft} {said}. Say below what changes and from which day, then preview it.",
            messages.SUCCESS,
        )
        url = reverse("admin:policy_policydraft_change", args=[draft.pk])
        return HttpResponseRedirect(url, status=303)

    def _import_page(
        self,
        request: HttpRequest,
        form: ImportForm,
        *,
        status: int,
        text: Imported | None = None,
        refusal: ImportRefused | None = None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Import a text",
            "form": form,
            "text": text,
            "refusal": refusal,
        }
        if text is not None:
            signed = signing.dumps(
                {
                    "policy": form.cleaned_data["policy"].pk,
                    "source": text.source,
                    "form": text.form,
                },
                salt=SALT,
                compress=True,
            )
            context |= {
                "policy": form.cleaned_data["policy"],
                "counts": report.counts(text),
                "numbering": report.numbering(text),
                "comparison": report.redline(text),
                "whole": mark_safe(text.rendered.html),
                "shown": signed if len(signed) <= LONGEST_SIGNED else "",
                "too_long": len(signed) > LONGEST_SIGNED,
            }
        return TemplateResponse(
            request, "admin/policy/policydraft/import.html", context, status=status
        )
