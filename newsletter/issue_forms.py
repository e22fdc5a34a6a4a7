"""The forms in which staff write and plan an issue."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import slugify

from newsletter.models import Check, Issue, Topic
from sens_site.lib.forms.fields import LineField, TextField

WIDE = {"class": "vLargeTextField"}


class IssueForm(forms.ModelForm[Issue]):
    """What an issue says, whom it is for, and what a person has looked at."""

    title = LineField(
        label="Title",
        max_length=150,
        widget=forms.TextInput(attrs=WIDE),
        help_text="The subject of the mail, and the heading in the archive.",
    )
    slug = forms.SlugField(
        label="Address",
        max_length=80,
        required=False,
        help_text=(
            "The last part of its address below /newsletter/issues/, which stays for ever. Left "
            "empty, it is made of the title."
        ),
    )
    summary = LineField(
        max_length=300,
        widget=forms.TextInput(attrs=WIDE),
        help_text="One or two sentences, for the list of issues and for the feed.",
    )
    body = TextField(
        label="Text",
        max_length=50_000,
        widget=forms.Textarea(attrs={**WIDE, "rows": 30}),
        help_text=(
            "Markdown: ## for headings, - for lists, [words](/address/) for links. A picture, "
            "![words](/address), becomes a link to it: the mail loads nothing."
        ),
    )
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="It goes once to each reader who has chosen one of them or more.",
    )
    checklist = forms.MultipleChoiceField(
        choices=Check.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="All of it has to be ticked before the issue can be sent.",
    )

    class Meta:
        model = Issue
        fields = ("title", "slug", "summary", "body", "topics", "checklist")

    def clean(self) -> dict[str, Any]:
        """Make an address of the title where none was typed."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not said.get("slug") and "slug" not in self.errors:
            said["slug"] = slugify(said.get("title", ""))[:80].strip("-")
            if not said["slug"] and "title" in said:
                self.add_error("slug", "Type an address: none can be made of this title.")
        return said


class ScheduleForm(forms.Form):
    """When an issue is sent."""

    at = forms.DateTimeField(
        label="Time",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%R", attrs={"type": "datetime-local"}),
        help_text="In the time zone of the company. Left empty, it begins within a minute.",
    )

    def clean_at(self) -> Any:
        """Refuse a time that is over: a typing error would send at once."""
        at = self.cleaned_data["at"]
        if at is not None and at < timezone.now():
            raise forms.ValidationError("This time is over. Leave the field empty to send it now.")
        return at
