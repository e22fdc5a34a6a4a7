"""What each form may ask, whoever meets it and on whatever way: one's own pages, mailed links, scenes.

The looks at every form open addresses as a stranger and as a member; the walk also meets what comes
after a form, by a mailed link or for who has a second factor. And a form that nobody has met has a
class.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from privacy.promises.form_classes import every_class_for_staff, every_class_of_forms
from privacy.promises.registry import NotCarriedOut, require
from privacy.promises.running_site import RunningSite
from privacy.promises.witness.exchange import Exchange
from privacy.promises.witness.rules import ANSWER, Known, rule
from privacy.promises.witness.tags import Tag, tags_of

ASKED = "asked"
DESK = "/admin/"
FILTERED = "/downloads/"
"""Where radio buttons choose among the documents, by names that the company has for its products."""
BUSINESS_CARD = ("name", "company", "position", "phone")
COOKIES = ("next", "shown", "preferences", "analytics", "marketing", "social")
MESSAGE = ("name", "email", "phone", "about", "message", "wants_contact", "subject_line")
MAY_ASK = {
    "/accounts/2fa/": ("code", "sealed"),
    "/accounts/confirm-email/": ("email",),
    "/accounts/data/ask/": ("kind", "text"),
    "/accounts/delete/": ("username",),
    "/accounts/email/": ("email",),
    "/accounts/login/": ("login", "password", "remember"),
    "/accounts/passkey/": ("name", "credential"),
    "/accounts/password/change/": ("oldpassword", "password1"),
    "/accounts/password/reset/": ("email",),
    "/accounts/password/reset/key/": ("password1",),
    "/accounts/profile/": (*BUSINESS_CARD, "marketing"),
    "/accounts/reauthenticate/": ("password",),
    "/accounts/register/": (
        *BUSINESS_CARD, "username", "email", "password1", "marketing", "shown",
    ),
    "/accounts/sessions/end/": ("session",),
    "/contact/": (
        *MESSAGE, "company", "model", "order_number", "photos", "serial_number", "site",
    ),
    "/contact/webmaster/": MESSAGE,
    "/cookies/choose/": COOKIES,
    "/cookies/once/": COOKIES,
    "/cookies/load-once/": ("next", "service", "reference", "shown", "title"),
    "/cookies/receipt/check/": ("file", "text"),
    "/downloads/": ("q", "sort", "kind", "language", "access", "products", "applications"),
    "/downloads/selection/": ("document",),
    "/legal/compare/": ("old", "new"),
    "/legal/on/": ("day",),
    "/newsletter/": ("email", "topics", "shown", "subject_line"),
    "/newsletter/code/": ("code",),
    "/newsletter/preferences/": ("topics",),
    "/newsletter/unsubscribe/": ("email",),
    "/newsletter/yours/": ("topics", "shown"),
    "/privacy/acknowledge/": ("version", "next"),
    "/privacy/choices/": ("kind", "name", "email", "text", "subject_line"),
    "/privacy/compare/": ("old", "new"),
    "/privacy/on/": ("day",),
    "/search/": ("q",),
}  # fmt: skip
"""Where a form is sent, or where such addresses begin, with all that it may hold, hidden or not."""
ON_NO_BUSINESS_CARD = re.compile(
    r"\b(?:age|beliefs?|biometric|birth(?:day|date)?|born|citizenship|confession|disabilit(?:y|ies)|"
    r"ethnic(?:ity)?|faith|gender|genetic|health|illness|income|marital|nationality|passport|"
    r"polit(?:ical|ics)|race|religio(?:n|us)|salary|sex(?:ual)?|social security|ssn|trade union)\b",
    re.IGNORECASE,
)
"""Words by which a field asks what the policy names in no group. Staff have forms for much else."""
FOR_WHO_HAS_PROVEN_IT = ("/accounts/data/ask/", "/accounts/delete/", "/accounts/email/")
"""Who has not just typed the password is led away from these, and a look would see no form there."""
SAID_TWICE = ("password2",)
"""What the forms of the accounts' package have as well, and none of ours draws."""
PRESSED = frozenset({"submit", "button", "image", "reset"})
BOXES = frozenset({"input", "select", "textarea"})


def may_ask(action: str) -> frozenset[str]:
    """Return what a form may hold by where it is sent: the longest beginning of the address counts."""
    path = urlsplit(action).path
    begins = max((one for one in MAY_ASK if path.startswith(one)), key=len, default="")
    return frozenset(MAY_ASK.get(begins, ()))


@rule(ASKED, of=ANSWER)
def no_form_asks_for_more(seen: Exchange, known: Known) -> Iterator[str]:
    """What the forms of a page take is what those may ask; a service of a group bears its name."""
    if not seen.answer.is_page or seen.who in known.staff or seen.path.startswith(DESK):
        return
    tags = tags_of(seen.answer.text)
    allowed: set[str] = set()
    for tag in tags:
        if tag.name == "form" or tag.get("formaction"):
            allowed |= may_ask(tag.get("action") or tag.get("formaction") or seen.path)
    for name in sorted({tag.get("name") for tag in tags if _takes_something(tag, seen.path)}):
        if name not in allowed and name.partition(".")[0] not in allowed & {*COOKIES[2:]}:
            yield f"{seen.said} takes “{name}”, which the policy does not name there"


def _takes_something(tag: Tag, path: str) -> bool:
    """Tell whether an element sends what its reader puts into it."""
    if tag.name not in BOXES or not tag.get("name") or tag.get("type") in PRESSED:
        return False
    return not (path == FILTERED and tag.get("type") == "radio")


def no_class_asks_for_more() -> int:
    """Require it of each form that the code has, met or not; return how many there are."""
    known = {name for names in MAY_ASK.values() for name in names} | {*SAID_TWICE}
    found = every_class_of_forms()
    require(found, "no form was found")
    for one in found:
        beside = sorted(one.base_fields.keys() - known)
        require(not beside, f"{one.__name__} asks for {beside[:1]}, which no form may")
    return len(found) + _staff_write_down_what_the_policy_names()


def _staff_write_down_what_the_policy_names() -> int:
    """Require of each form of the desk that it asks nothing that stands on no business card."""
    found = every_class_for_staff()
    for one in found:
        for name, box in getattr(one, "base_fields", {}).items():  # what others build on has none
            said = f"{name.replace('_', ' ')} {box.label} {box.help_text}"
            private = ON_NO_BUSINESS_CARD.search(said)
            require(not private, f"{one.__name__} has staff write down: {private and private[0]}")
    return len(found)


def proven_forms_are_met(site: RunningSite, actions: AbstractSet[str]) -> None:
    """See to it that a look has come to the forms of who has just typed the password.

    That one of them is shut is for the promise that it can be used: here nothing can be said of it.
    """
    shut = [one for one in FOR_WHO_HAS_PROVEN_IT if one not in actions and site.leads_to(one)]
    if shut:
        raise NotCarriedOut(f"The form at {shut[0]} was not met.")
