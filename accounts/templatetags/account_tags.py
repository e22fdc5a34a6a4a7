"""The navigation of a person's own pages, and the forms on them as they stand before a mistake."""

from functools import cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.forms import ChangeAddressForm, ProfileForm
from accounts.models import User
from privacy.rights.forms import OwnRequestForm
from sens_site.lib.forms.kept_form import kept_form

register = template.Library()

OWN_PAGES = (
    (
        "You",
        (
            ("accounts:index", "Overview"),
            ("accounts:profile", "Profile"),
            ("account_email", "Email address"),
            ("newsletter:yours", "Newsletter"),
            ("contact:own_messages", "Your messages"),
        ),
    ),
    (
        "Security",
        (
            ("account_change_password", "Password"),
            ("mfa_index", "Second factor"),
            ("accounts:passkeys", "Passkeys"),
            ("accounts:sessions", "Where you are logged in"),
        ),
    ),
    (
        "Your information",
        (
            ("accounts:data", "What we hold about you"),
            ("accounts:export", "Get a copy"),
            ("accounts:ask", "Privacy request"),
            ("accounts:delete", "Delete your account"),
        ),
    ),
)


@register.simple_tag(takes_context=True)
def own_place(context: dict[str, Any]) -> str:
    """Return the own page that is open, or above the open one, with the mark that is due to it."""
    here = context["request"].path
    above = [path for path in _paths().values() if here.startswith(path)]
    nearest = max(above, key=len, default="")
    return f"{nearest} {'page' if nearest == here else 'true'}"


@register.simple_tag
def own_pages(place: str) -> list[dict[str, Any]]:
    """Return the groups of own pages, one of them marked."""
    nearest, mark = place.split(" ")
    paths = _paths()
    return [
        {
            "label": label,
            "pages": [
                {
                    "path": paths[name],
                    "label": said,
                    "current": mark if paths[name] == nearest else "",
                }
                for name, said in pages
            ],
        }
        for label, pages in OWN_PAGES
    ]


@register.simple_tag
def profile_form(user: User) -> SafeString:
    """Draw the form of the profile with what the person has said."""
    news = user.marketing_opt_in_at is not None

    def make() -> ProfileForm:
        return ProfileForm(instance=User(marketing_opt_in_at=timezone.now() if news else None))

    return kept_form(("profile", news), make, {name: getattr(user, name) for name in User.PROFILE})


@register.simple_tag
def change_address_form() -> SafeString:
    """Draw the form for a new email address."""

    def make() -> ChangeAddressForm:
        form = ChangeAddressForm(user=User())
        form.form_action = reverse("account_email")
        return form

    return kept_form("change address", make)


@register.simple_tag
def request_form() -> SafeString:
    """Draw the form of a privacy request."""
    return kept_form("own request", OwnRequestForm)


@cache
def _paths() -> dict[str, str]:
    return {name: reverse(name) for _, pages in OWN_PAGES for name, _ in pages}
