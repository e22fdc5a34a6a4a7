"""The forms in which staff bring documents and their versions, and say what they are."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from downloads.file_types import FileRefusedError
from downloads.inspection import Inspected, inspect
from downloads.models import (
    GATED_KINDS,
    NUMBER_MAX,
    RESERVED_NUMBERS,
    Access,
    Document,
    DocumentVersion,
    Kind,
    Language,
)
from downloads.services import DocumentError, sent_before
from sens_site.lib.content import NEEDED_IN_MENU
from sens_site.lib.forms.fields import LineField, TextField

CONTACT, DOWNLOADS = NEEDED_IN_MENU
DRAFT, NOW, LATER = "draft", "now", "later"
WHEN = (
    (NOW, "Publish it now"),
    (LATER, "Publish it later"),
    (DRAFT, "Keep it as a draft"),
)
WIDE = {"class": "vLargeTextField"}
LINE = {"class": "vTextField"}
GATE = "Only drawings and CAD files may ask for an account: the privacy policy names no others."
MOST_AT_ONCE = 10
"""As many files as a request may bring (`DATA_UPLOAD_MAX_NUMBER_FILES`)."""


def places() -> Iterator[tuple[str, str]]:
    """Yield the pages of the menu to which documents may belong: families, applications.

    Ways to the company are none, nor is the Download Center itself.
    """
    for top in settings.COMPANY.menu:
        if top.path != CONTACT:
            for link in top.children:
                if link.path != DOWNLOADS:
                    yield link.path, f"{top.label}: {link.label}"


class MomentField(forms.DateTimeField):
    """A day and a time in the zone of the site."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%R", attrs={"type": "datetime-local"})


class DayField(forms.DateField):
    """A day of the calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DocumentForm(forms.ModelForm[Document]):
    """What is said of a document, whatever its versions."""

    title = LineField(max_length=200, widget=forms.TextInput(attrs=WIDE))
    number = LineField(
        max_length=NUMBER_MAX,
        widget=forms.TextInput(attrs=LINE),
        help_text=(
            "Its address, in small letters, digits and hyphens. It is printed on machines and in "
            "manuals, so it never changes once a version is published."
        ),
    )
    description = TextField(
        max_length=1000, required=False, widget=forms.Textarea(attrs={**WIDE, "rows": 3})
    )
    part_numbers = TextField(
        label="Part and model numbers",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={**WIDE, "rows": 4}),
        help_text="Those that it is about, each on a line of its own. Searches find it by them.",
    )
    places = forms.MultipleChoiceField(
        label="Belongs to", choices=places, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Document
        fields = ("title", "number", "description", "kind", "language", "access", "part_numbers")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["places"] = [place.path for place in self.instance.places.all()]

    def clean_number(self) -> str:
        """Refuse what stands for something else at the same place."""
        number: str = self.cleaned_data["number"].strip().lower()
        if number in RESERVED_NUMBERS:
            raise forms.ValidationError("The site itself uses this address. Choose another.")
        return number

    def clean(self) -> dict[str, Any]:
        """Ask for an account only where the policy says so."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        gated = cleaned.get("access") == Access.REGISTERED
        if gated and cleaned.get("kind") not in GATED_KINDS:
            self.add_error("access", GATE)
        return cleaned


class UploadForm(forms.Form):
    """A file with what is said of it as a version, and when it is published."""

    upload = forms.FileField(label="File", max_length=255)
    label = LineField(
        label="Version", max_length=40, initial="1", widget=forms.TextInput(attrs=LINE)
    )
    issued_on = DayField(label="Date on the document", required=False, help_text="Empty: today.")
    when = forms.ChoiceField(label="When", choices=WHEN, widget=forms.RadioSelect, initial=NOW)
    publish_at = MomentField(
        label="Time",
        required=False,
        help_text="To publish it later, in the time zone of the company.",
    )
    allow_active = forms.BooleanField(
        label="This PDF may act by itself",
        required=False,
        help_text="Only after somebody has looked at what it does: scripts, forms, files within.",
    )

    def kind(self) -> str:
        """Return the kind of the document that the file is for."""
        return str(self.cleaned_data.get("kind", ""))

    def clean(self) -> dict[str, Any]:
        """Look into the file when it is known what it is for, and ask for a time to come."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        at = cleaned.get("publish_at")
        if cleaned.get("when") == LATER and (at is None or at <= timezone.now()):
            self.add_error("publish_at", "Choose a time that is still to come.")
        if (upload := cleaned.get("upload")) is not None:
            try:
                cleaned["upload"] = inspect(
                    upload.file,
                    name=upload.name,
                    kind=self.kind(),
                    allow_active=bool(cleaned.get("allow_active")),
                )
            except FileRefusedError as refusal:
                self.add_error("upload", str(refusal))
        return cleaned

    @property
    def publish_when(self) -> datetime | None:
        """When to publish what was brought; None for a draft."""
        at: datetime | None = self.cleaned_data["publish_at"]
        return {DRAFT: None, NOW: timezone.now(), LATER: at}[self.cleaned_data["when"]]

    @property
    def facts(self) -> dict[str, Any]:
        """What `add_version` is told beside the file."""
        said = self.cleaned_data
        return {
            "label": said["label"],
            "issued_on": said["issued_on"],
            "change_note": said.get("change_note", ""),
            "publish_at": self.publish_when,
        }


class NewDocumentForm(UploadForm, DocumentForm):
    """A document that does not exist yet, with the file of its first version."""

    field_order = ("upload", "allow_active", "title", "number")


class VersionForm(forms.ModelForm[DocumentVersion]):
    """What may be corrected of a version: its file never changes."""

    issued_on = DayField(label="Date on the document")
    change_note = TextField(
        label="What has changed",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={**WIDE, "rows": 3}),
        help_text="For who has the version before: a new value, a corrected table.",
    )

    class Meta:
        model = DocumentVersion
        fields = ("issued_on", "change_note")


class NewVersionForm(UploadForm, forms.ModelForm[DocumentVersion]):
    """The next version of a document."""

    change_note = VersionForm.base_fields["change_note"]
    field_order = ("document", "upload", "allow_active", "label", "issued_on", "change_note")

    class Meta:
        model = DocumentVersion
        fields = ("document", "label", "issued_on", "change_note")

    def kind(self) -> str:
        document = self.cleaned_data.get("document")
        return str(document.kind) if document else ""

    def clean(self) -> dict[str, Any]:
        """Say beside the file, and not after it was stored, what the service would refuse."""
        cleaned = super().clean()
        document, upload = cleaned.get("document"), cleaned.get("upload")
        if document is not None and isinstance(upload, Inspected):
            try:
                sent_before(document, cleaned.get("label", ""), upload.sha256)
            except DocumentError as refusal:
                self.add_error(None, str(refusal))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """Leave out that a label is there once: the service knows when a form comes twice."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return excluded | {"label"}


class ManyInput(forms.FileInput):
    """A field in which several files are chosen."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class ManyFilesField(forms.FileField):
    """Several files, each of which is one."""

    widget = ManyInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files as a list."""
        return [super(ManyFilesField, self).clean(one, initial) for one in data or [None]]


class ManyForm(forms.Form):
    """Several files, each of which becomes a document that waits as a draft."""

    uploads = ManyFilesField(
        label="Files",
        help_text=f"Up to {MOST_AT_ONCE} at once. Each becomes a draft, called as its file is.",
    )
    kind = forms.ChoiceField(choices=Kind)
    language = forms.ChoiceField(choices=Language, initial=Language.ENGLISH)
    places = forms.MultipleChoiceField(
        label="Belong to", choices=places, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        """Look into each file. One that is refused keeps the others from nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.taken: list[Inspected] = []
        self.refused: list[tuple[str, str]] = []
        for upload in cleaned.get("uploads", []):
            try:
                found = inspect(upload.file, name=upload.name, kind=cleaned.get("kind", ""))
            except FileRefusedError as refusal:
                self.refused.append((upload.name, str(refusal)))
            else:
                self.taken.append(found)
        return cleaned


def number_from(file_name: str) -> str:
    """Return a number that is free, made from the name of a file."""
    wanted = slugify(PurePosixPath(file_name).stem)[: NUMBER_MAX - 4].strip("-_") or "document"
    wanted = wanted.replace("_", "-")
    taken = set(
        Document.objects.filter(number__startswith=wanted).values_list("number", flat=True)
    ) | set(RESERVED_NUMBERS)
    tries = (wanted, *(f"{wanted}-{count}" for count in range(2, len(taken) + 3)))
    return next(one for one in tries if one not in taken)


def title_from(file_name: str) -> str:
    """Return a title made from the name of a file, to be put right by who publishes it."""
    words = PurePosixPath(file_name).stem.replace("_", " ").replace("-", " ").split()
    title = " ".join(words)[:200] or "Document"
    return title[:1].upper() + title[1:]


class PublishForm(forms.Form):
    """From when on a version is given out."""

    at = MomentField(label="Time", required=False, help_text="Empty: now.")


class WithdrawForm(forms.Form):
    """Why a version is given out no longer, and from when."""

    reason = LineField(
        max_length=300,
        widget=forms.TextInput(attrs=WIDE),
        help_text="Visitors read it on the page of the version.",
    )
    at = MomentField(label="Time", required=False, help_text="Empty: now.")
