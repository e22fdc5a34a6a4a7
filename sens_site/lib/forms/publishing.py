"""The forms in which staff write a public text, and say from when and until when it is shown."""

from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.utils import timezone

from sens_site.lib.forms.fields import LineField, TextField
from sens_site.lib.revisions import PAST
from sens_site.lib.texts import Text

M = TypeVar("M", bound=Model)
DRAFT, NOW, LATER = "draft", "now", "later"
WHEN = (
    (NOW, "Publish it now"),
    (LATER, "Publish it later"),
    (DRAFT, "Keep it as a draft"),
)
WIDE = {"class": "vLargeTextField"}


class MomentField(forms.DateTimeField):
    """A day and a time in the zone of the site."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%R", attrs={"type": "datetime-local"})


class PublicTextForm(forms.ModelForm[M]):
    """A text and its time. Starts with what staff go on with, so that nobody begins with nothing."""

    title = LineField(
        label="Heading", max_length=120, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    description = LineField(
        max_length=300,
        widget=forms.TextInput(attrs=WIDE),
        help_text="One or two sentences, for search engines and for links to this page.",
    )
    body = TextField(
        label="Text",
        max_length=50_000,
        widget=forms.Textarea(attrs={**WIDE, "rows": 30}),
        help_text="Markdown: ## for headings, - for lists, [words](/address/) for links.",
    )
    when = forms.ChoiceField(label="When", choices=WHEN, widget=forms.RadioSelect, initial=NOW)
    publish_at = MomentField(
        label="Time",
        required=False,
        help_text="To publish it later, in the time zone of the company.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: Any = self.instance
        if row.pk:
            newest, text = row.revisions.first(), row.working_text or Text("", "", "")
            waits = newest is not None and newest.is_draft
            self.initial.update(title=text.title, description=text.description, body=text.body)
            self.initial.update(when=DRAFT if waits else NOW)

    def clean(self) -> dict[str, Any]:
        """Ask for a time that is still to come, where the text is to wait for it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        at = cleaned.get("publish_at")
        if cleaned.get("when") == LATER and (at is None or at <= timezone.now()):
            self.add_error("publish_at", PAST)
        return cleaned

    @property
    def text(self) -> Text:
        """What was typed."""
        return Text(*(self.cleaned_data[name] for name in ("title", "description", "body")))

    @property
    def publish_when(self) -> datetime | None:
        """When to publish what was typed; None for a draft."""
        at: datetime | None = self.cleaned_data["publish_at"]
        return {DRAFT: None, NOW: timezone.now(), LATER: at}[self.cleaned_data["when"]]


class ExpiryForm(forms.Form):
    """Until when something is shown."""

    expires_at = MomentField(label="Shown until", required=False, help_text="Empty: without end.")


class PublishForm(forms.Form):
    """From when on a text is shown."""

    at = MomentField(label="Time", required=False, help_text="Empty: now.")
