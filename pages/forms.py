"""The form in which staff edit a page."""

import re
from html import unescape
from typing import Any

from django import forms
from django.urls import resolve

from pages.models import PageText
from pages.rendering import html_of
from sens_site.errors import no_such_page
from sens_site.lib.forms.fields import LineField, TextField

LINK_TO_US = re.compile(r'href="(/[^"#?]*)')


class PageTextForm(forms.ModelForm[PageText]):
    """Starts with what stands on the page, edited or shipped, so that nobody begins with nothing."""

    title = LineField(
        label="Heading",
        max_length=120,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    description = LineField(
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=PageText._meta.get_field("description").help_text,
    )
    body = TextField(
        label="Text",
        max_length=50_000,
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 30}),
        help_text=PageText._meta.get_field("body").help_text,
    )

    class Meta:
        model = PageText
        fields = ("title", "description", "body")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = self.instance.text
        self.initial.update(title=text.title, description=text.description, body=text.body)

    def clean_body(self) -> str:
        """Refuse links to pages of ours that do not exist."""
        body: str = self.cleaned_data["body"]
        dead = [path for path in links_to_us(body) if not leads_somewhere(path)]
        if dead:
            raise forms.ValidationError(
                "There is no page at %(paths)s. Correct the link.",
                params={"paths": ", ".join(sorted(set(dead)))},
            )
        return body


def links_to_us(body: str) -> list[str]:
    return [unescape(path) for path in LINK_TO_US.findall(html_of(body)) if path[:2] != "//"]


def leads_somewhere(path: str) -> bool:
    return resolve(path).func is not no_such_page
