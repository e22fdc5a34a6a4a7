"""The periods that pages and mails tell beside the policy, each copied from its sentence.

A page that says “we delete it after 30 days” of what is kept for 24 months promises something that no
sentence of the policy does, and no check of a sentence reads it. So the periods that stand in
templates themselves are listed here. Those that a page takes from the code are not written in it, and
what is said at the desk is for staff.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

PERIOD = re.compile(
    r"(?<!\w)(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"[ -](?:hour|day|week|month|year)s?(?!\w)|(?<!\w)(?:for ?ever|indefinitely|permanently)(?!\w)",
    re.IGNORECASE,
)
NOT_SHOWN = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
TOLD: Mapping[str, tuple[str, ...]] = {
    "account/email/email_confirmation_message.txt": ("one day",),
    "account/email/email_confirmation_signup_message.txt": ("one day",),
    "account/email/invitation_message.txt": ("one hour",),
    "account/email/password_reset_key_message.txt": ("one hour",),
    "account/email/unknown_account_message.txt": ("14 days",),
    "account/email_change.html": ("one day",),
    "account/email_confirm.html": ("a day",),
    "account/password_reset_done.html": ("one hour",),
    "account/password_reset_from_key.html": ("an hour",),
    "account/verification_sent.html": ("a week", "one day", "a week"),
    "accounts/ask.html": ("30 days", "one month"),
    "accounts/data.html": ("24 months", "30 days"),
    "accounts/deleted.txt": ("a year",),
    "contact/department.html": ("a day",),
    "contact/mail/flood.txt": ("an hour",),
    "contact/mail/late.txt": ("five days", "a week"),
    "contact/thanks.html": ("30 days", "three months"),
    "newsletter/code.html": ("seven days", "an hour"),
    "newsletter/gone.html": ("seven days",),
    "newsletter/lost_link.html": ("an hour",),
    "privacy/consent/cookies.html": ("182 days",),
    "privacy/promises/board.html": ("a day",),
    "privacy/rights/choices.html": ("30 days", "one month"),
    "privacy/rights/figures.html": ("twelve months", "30 days", "one month"),
    "privacy/rights/mail/acknowledged.txt": ("24 hours", "24 hours"),
    "privacy/rights/mail/export.txt": ("72 hours",),
    "privacy/rights/mail/extended.txt": ("three months",),
    "privacy/rights/mail/identity.txt": ("24 hours",),
    "privacy/rights/mail/many.txt": ("an hour",),
    "privacy/rights/sent.html": ("24 hours", "30 days", "one month", "three months"),
    "privacy/rights/status.html": ("24 hours", "one day"),
}
"""In the order in which a template tells them."""


def told_in(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each template for readers with the periods that it tells."""
    for file in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
        name = file.relative_to(folder).as_posix()
        if not name.startswith("admin/"):
            text = " ".join(NOT_SHOWN.sub("", file.read_text("utf-8")).split())
            yield name, tuple(found.lower() for found in PERIOD.findall(text))


@register()
def check_told_periods(**kwargs: Any) -> list[CheckMessage]:
    """E011: no template tells a period that nobody has compared with the policy."""
    now = dict(told_in(settings.BASE_DIR / "templates"))
    return [
        Error(
            f"The template {name} tells these periods: {', '.join(now.get(name, ())) or 'none'}.",
            hint=f"Compare it with the policy, and list it in {__name__}.TOLD.",
            id="sens_site.E011",
        )
        for name in sorted({*now, *TOLD})
        if now.get(name, ()) != TOLD.get(name, ())
    ]
