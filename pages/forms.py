"""The forms in which staff write, place and move pages, and bring pictures and files."""

import re
from typing import Any

from django import forms
from django.urls import resolve

from pages import files
from pages.models import File, Page, Redirect
from pages.rendering import fault_of, html_of, short_forms
from sens_site.errors import leads_somewhere
from sens_site.lib.forms.fields import LineField
from sens_site.lib.forms.publishing import WIDE, PublicTextForm
from sens_site.lib.texts import links_to_us

ADDRESS = re.compile(r"/(?:[a-z0-9]+(?:-[a-z0-9]+)*/)+")
OLD_ADDRESS = re.compile(r"/[^\s?#\\]+")
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Rooms of the site answer below these, today or after an update.
RESERVED = frozenset({
    "accounts", "admin", "cookies", "files", "legal", "privacy", "search", "sitemap", "static",
    "visits",
})  # fmt: skip


def is_page(path: str) -> bool:
    """Tell whether something of ours is shown at an address, and not somewhere else for it."""
    return leads_somewhere(path) and resolve(path).view_name != "pages:moved"


class AddressField(LineField):
    """The address of a page of ours, which must be free."""

    def clean(self, value: Any) -> str:
        """Bring the slashes in order, and refuse what other pages have or may get."""
        path = f"/{super().clean(value).strip('/')}/"
        if not ADDRESS.fullmatch(path):
            raise forms.ValidationError(
                "Write an address of small letters, digits and hyphens, such as /about/careers/."
            )
        if path.split("/")[1] in RESERVED:
            raise forms.ValidationError("The site itself uses addresses that begin like this.")
        if Page.objects.filter(path=path).exists() or is_page(path):
            raise forms.ValidationError("There is a page at this address already.")
        return path


class PageForm(PublicTextForm[Page]):
    """The text of a page."""

    class Meta:
        model = Page
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "body"
        ].help_text += (
            " On a line of its own: {picture:name}, {file:name}, {embed:youtube reference Title}."
        )

    def clean_body(self) -> str:
        """Refuse links to pages of ours that do not exist, and short forms that show nothing."""
        body: str = self.cleaned_data["body"]
        dead = [path for path in links_to_us(html_of(body)) if not leads_somewhere(path)]
        if dead:
            raise forms.ValidationError(
                "There is no page at %(paths)s. Correct the link.",
                params={"paths": ", ".join(sorted(set(dead)))},
            )
        named = [one for one in short_forms(body) if one.kind != "embed"]
        known = File.objects.named(one.name for one in named)
        faults = [
            f"There is no {one.kind} called “{one.name}”."
            for one in named
            if one.name not in known or known[one.name].is_picture != (one.kind == "picture")
        ]
        faults += filter(None, (fault_of(one) for one in short_forms(body) if one.kind == "embed"))
        if faults:
            raise forms.ValidationError(faults)
        return body


class PlaceForm(forms.Form):
    """Where a page stands in the tree."""

    parent = forms.ModelChoiceField(Page.objects.all(), label="Below")
    after = forms.ModelChoiceField(
        Page.objects.all(),
        label="Behind",
        required=False,
        empty_label="(first)",
        help_text="One of the pages that stand below the same page.",
    )
    label = LineField(label="Name in the menu", max_length=60)
    in_menu = forms.BooleanField(label="Show it in the menu", required=False)


class NewPageForm(PageForm):
    """A page that does not exist yet: its text, its address and its place."""

    path = AddressField(
        label="Address", max_length=200, help_text="Such as /about/careers/.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )  # fmt: skip
    parent = forms.ModelChoiceField(Page.objects.all(), label="Below")
    label = LineField(
        label="Name in the menu", max_length=60, required=False, help_text="Empty: the heading."
    )
    in_menu = forms.BooleanField(label="Show it in the menu", required=False)

    def clean(self) -> dict[str, Any]:
        """The heading is the name in the menu where nothing else is said, if it is short enough."""
        cleaned = super().clean()
        if not cleaned.get("label") and len(cleaned.get("title", "")) > 60:
            self.add_error("label", "The heading is too long for a menu. Write a shorter name.")
        return cleaned


class AddressForm(forms.Form):
    """Another address for a page."""

    path = AddressField(label="New address", max_length=200)


class RedirectForm(forms.ModelForm[Redirect]):
    """An old address and the page that stands for it."""

    old = LineField(label="Old address", max_length=300, help_text="Such as /products/old.html.")
    new = LineField(label="Leads to", max_length=200, help_text="A page of this site.")

    class Meta:
        model = Redirect
        fields = ("old", "new")

    def clean_old(self) -> str:
        """Refuse an address at which there is something: there it would never act."""
        old: str = self.cleaned_data["old"].strip()
        if not OLD_ADDRESS.fullmatch(old) or old.startswith("//"):
            raise forms.ValidationError(
                "Write the address without the name of the site, and without “?” or “#”."
            )
        if is_page(old):
            raise forms.ValidationError("There is a page at this address.")
        return old

    def clean_new(self) -> str:
        """Refuse what is no page. An address that leads on is none, so nobody goes in a circle."""
        new: str = self.cleaned_data["new"].strip()
        if not new.startswith("/") or not is_page(new):
            raise forms.ValidationError("There is no page at this address.")
        return new


class FileForm(forms.ModelForm[File]):
    """What is said about a picture or file."""

    alt = LineField(
        label="Words",
        max_length=250,
        widget=forms.TextInput(attrs=WIDE),
        help_text=(
            "Of a picture: what it shows, for people who cannot see it. Of a file: the words of "
            "the link to it."
        ),
    )

    class Meta:
        model = File
        fields = ("alt",)


class NewFileForm(FileForm):
    """A picture or file that is brought, with the name by which texts call it."""

    upload = forms.FileField(
        label="Picture or file", max_length=200, help_text="JPEG, PNG, WebP, PDF, ZIP, DOCX, XLSX."
    )
    name = LineField(
        max_length=50, help_text="How texts call it: small letters, digits and hyphens."
    )

    class Meta:
        model = File
        fields = ("name", "alt")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if not NAME.fullmatch(name):
            raise forms.ValidationError("Write small letters, digits and hyphens.")
        if File.objects.filter(name=name).exists():
            raise forms.ValidationError("There is a picture or file with this name already.")
        return name

    def clean_upload(self) -> files.Made:
        """Look at what was brought, whatever its name says."""
        upload = self.cleaned_data["upload"]
        try:
            made = files.made_from(upload.read(files.MOST_BYTES + 1))
        except files.FileRefusedError as refusal:
            raise forms.ValidationError(str(refusal)) from None
        same = File.objects.filter(digest=made.digest).first()
        if same is not None:
            raise forms.ValidationError(f"This is here already, as “{same.name}”.")
        return made
