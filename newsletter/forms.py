"""What readers type: an address, topics, a code."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from newsletter.models import Topic
from newsletter.subscribing import SignUp
from newsletter.wording import digest_of, offered_topics, words_shown
from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.fields import EmailAddressField, LineField
from sens_site.lib.forms.honeypot import HoneypotMixin, trap

CLOSED = "There is no topic on offer at the moment. Please come back later."
AT_LEAST_ONE = "Choose at least one topic, or unsubscribe below"


class TopicsField(forms.MultipleChoiceField):
    """Topics by their slugs, each with its description."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, topics: Iterable[Topic], **kwargs: Any) -> None:
        self.topics = {topic.slug: topic for topic in topics}
        kwargs.setdefault("label", "Topics")
        super().__init__(
            choices=[(slug, _said(topic)) for slug, topic in self.topics.items()], **kwargs
        )

    def chosen(self, slugs: Iterable[str]) -> tuple[Topic, ...]:
        return tuple(self.topics[slug] for slug in slugs)


def _said(topic: Topic) -> str:
    return f"{topic.title}: {topic.description}" if topic.description else topic.title


class AgreeingForm(SiteForm):
    """A form that agrees to words: it carries the stamp of those that its page showed (law 16)."""

    submit_label = "Sign up"
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.words = words_shown()
        self.topics_field = TopicsField(
            offered_topics(), required=False, help_text="Choose none to get them all"
        )
        kwargs["initial"] = {"shown": digest_of(self.words), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def prepare_fields(self) -> None:
        """Put the topics last."""
        self.fields["topics"] = self.topics_field
        super().prepare_fields()

    @property
    def is_stale(self) -> bool:
        """Whether its page showed other words than are agreed to now."""
        return bool(self.cleaned_data.get("shown") != digest_of(self.words))

    def show_words_anew(self) -> None:
        """Let the form carry the stamp of the words that its next page shows."""
        typed: Any = self.data
        self.data = {
            **typed.dict(),
            "topics": typed.getlist("topics"),
            "shown": digest_of(self.words),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.topics_field.topics:
            raise forms.ValidationError(CLOSED)
        return data

    def asked_for(self, email: str) -> SignUp:
        """What was asked. Ask after `is_valid()`."""
        slugs = self.cleaned_data["topics"] or self.topics_field.topics
        return SignUp(email=email, topics=self.topics_field.chosen(slugs), words=self.words)


class SignUpForm(AgreeingForm, HoneypotMixin):
    """The sign-up of whoever comes."""

    form_action = "newsletter:sign_up"
    email = EmailAddressField(
        label="Email",
        help_text="We first write there to ask whether you want it",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": "Enter your email address"},
    )

    @property
    def helper(self) -> FormHelper:
        """How `{% crispy form %}` draws the form: the trap stands before the button."""
        helper = super().helper
        helper.layout = Layout("email", "topics", "shown", trap())
        return helper

    @property
    def sign_up(self) -> SignUp:
        return self.asked_for(self.cleaned_data["email"])


class MemberForm(AgreeingForm):
    """The sign-up of an account: its address is known and confirmed."""

    form_action = "newsletter:yours"


class CodeForm(SiteForm):
    """The code of the mail."""

    submit_label = "Confirm"
    code = LineField(
        label="Code",
        help_text="Eight letters and digits, from our email",
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class LostLinkForm(SiteForm):
    """The address to which the links of a reader are mailed."""

    form_action = "newsletter:lost_link"
    submit_label = "Send me the link"
    email = EmailAddressField(
        label="Email",
        help_text="The address at which you get the newsletter",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": "Enter your email address"},
    )


class TopicsForm(SiteForm):
    """What a reader wants to get: topics on offer, and those that they have."""

    submit_label = "Save topics"

    def __init__(self, *args: Any, has: Iterable[Topic], **kwargs: Any) -> None:
        had = list(has)
        known = {topic.pk: topic for topic in (*offered_topics(), *had)}
        self.topics_field = TopicsField(known.values(), error_messages={"required": AT_LEAST_ONE})
        super().__init__(*args, initial={"topics": [topic.slug for topic in had]}, **kwargs)

    def prepare_fields(self) -> None:
        """Add the topics."""
        self.fields["topics"] = self.topics_field
        super().prepare_fields()

    @property
    def chosen(self) -> tuple[Topic, ...]:
        return self.topics_field.chosen(self.cleaned_data["topics"])
