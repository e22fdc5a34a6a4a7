"""The forms in which staff write announcements."""

import re
from typing import Any

from django import forms

from news.models import NewsCategory, NewsItem
from news.rendering import html_of, related
from sens_site.errors import leads_somewhere
from sens_site.lib.forms.fields import LineField, TextField
from sens_site.lib.forms.publishing import PublicTextForm
from sens_site.lib.texts import links_to_us

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
WORDS = "Write small letters, digits and hyphens."


def refuse_dead_links(paths: list[str]) -> None:
    """Raise where one of some addresses of ours leads nowhere."""
    dead = sorted({path for path in paths if not leads_somewhere(path)})
    if dead:
        raise forms.ValidationError(
            "There is no page at %(paths)s. Correct the link.", params={"paths": ", ".join(dead)}
        )


class SlugField(LineField):
    """A part of an address. It stays for ever, so it is not made of the heading unseen."""

    def clean(self, value: Any) -> str:
        slug: str = super().clean(value).strip()
        if not SLUG.fullmatch(slug):
            raise forms.ValidationError(WORDS)
        return slug


class NewsItemForm(PublicTextForm[NewsItem]):
    """What an announcement says, and what it is about."""

    category = forms.ModelChoiceField(NewsCategory.objects.all())
    documents = TextField(
        label="Related documents",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 4}),
        help_text=(
            "One a line: the number of a document, or an address of this site, and a name behind "
            "it. Such as: /privacy/history/ All versions of the policy"
        ),
    )

    class Meta:
        model = NewsItem
        fields = ("category", "documents")

    def clean_body(self) -> str:
        """Refuse links to pages of ours that do not exist, and links that are not encrypted."""
        body: str = self.cleaned_data["body"]
        html = html_of(body)
        refuse_dead_links(links_to_us(html))
        if 'href="http:' in html:
            raise forms.ValidationError("A link to another site begins with https://.")
        return body

    def clean_documents(self) -> str:
        """Refuse what leads nowhere."""
        documents: str = self.cleaned_data["documents"]
        refuse_dead_links([one.path for one in related(documents)])
        return documents


class NewNewsItemForm(NewsItemForm):
    """An announcement that does not exist yet: also the last part of its address."""

    slug = SlugField(
        label="Address",
        max_length=80,
        help_text="Its last part, such as new-manuals. It stays, whatever the heading becomes.",
    )

    class Meta(NewsItemForm.Meta):
        fields = ("slug", "category", "documents")  # type: ignore[assignment]  # one more

    def clean_slug(self) -> str:
        """Refuse what another announcement has, of whichever year."""
        slug: str = self.cleaned_data["slug"]
        if NewsItem.objects.filter(slug=slug).exists():
            raise forms.ValidationError("There is an announcement with this address already.")
        return slug


class NewsCategoryForm(forms.ModelForm[NewsCategory]):
    """A category: its name and its address."""

    name = LineField(max_length=60)
    slug = SlugField(label="Address", max_length=50, help_text=WORDS)

    class Meta:
        model = NewsCategory
        fields = ("name", "slug")
