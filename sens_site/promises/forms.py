"""Promises about what forms ask for, and what they say while asking."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from django.conf import settings

from privacy.promises.page_reader import Element, fields_of, hidden_in
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite
from sens_site.promises import asked_fields
from sens_site.promises.access import Somebody
from sens_site.promises.every_form import PASSPHRASE, Box, boxes_on, every_page
from sens_site.promises.optional_fields import by_somebody_new, ways_to_say_less
from sens_site.promises.walk import require_kept

ABOUT_COOKIES = ("/cookies/choose/", "/cookies/once/")
# What a business card shows, what somebody wants to say, and what an account cannot do without.
MAY_BE_DEMANDED = frozenset({
    "address", "code", "company", "email", "kind", "login", "message", "name", "oldpassword",
    "password", "password1", "phone", "position", "text", "username",
})  # fmt: skip
ITEMS = {
    "about": ("what is it about?",),
    "code": ("code", "authenticator code"),
    "company": ("company",),
    "email": ("email", "email address", "new email address"),
    "file": ("the file that you saved",),
    "kind": ("what would you like?",),
    "login": ("username or email address",),
    "model": ("model",),
    "marketing": ("send me news about ",),
    "message": ("message",),
    "name": ("name", "name of the passkey"),
    "oldpassword": ("password you use now",),
    "order_number": ("order number",),
    "password": ("password",),
    "password1": ("password", "new password"),
    "phone": ("phone",),
    "photos": ("photos",),
    "position": ("position",),
    "remember": ("keep me logged in on this device for ",),
    "serial_number": ("serial number",),
    "site": ("site or vessel",),
    "subject_line": ("leave this field empty",),
    "text": ("details", "or the text of the receipt"),
    "username": ("username",),
    "wants_contact": ("i would like ",),
}
"""Each thing that a form may ask for, by the words that the policy and the page have for it: what a
business card shows, what a person writes, chooses or signs in with, and the field that is a trap."""
GROUPS = ("preferences", "analytics", "marketing", "social")
CARRIED = {
    "/accounts/2fa/app/on/": ("sealed",),
    "/accounts/register/": ("shown",),
    "/accounts/sessions/end/": ("session",),
    "/cookies/choose/": ("next", "shown", *GROUPS),
    "/cookies/once/": ("next", "shown", *GROUPS),
    "/cookies/load-once/": ("next", "service"),
    "/newsletter/": ("shown",),
    "/newsletter/yours/": ("shown",),
    "/privacy/acknowledge/": ("version", "next"),
}
"""What a form carries without asking: where it came from, and which text or step it showed."""
READING = {"/privacy/on/": ("day",), "/legal/on/": ("day",), "/privacy/compare/": ("old", "new"),
           "/legal/compare/": ("old", "new"), "/search/": ("q",),
           "/downloads/selection/": ("document",),
           "/downloads/": ("q", "sort", "kind", "language", "access", "products", "applications")
           }  # fmt: skip
"""What a reader chooses to see of the record or the documents, or searches for. It is stored with no
person."""
TOPICS = ("topics", "checkbox")
"""What somebody reads about, by the names that staff have given to the topics."""
PROOF_OF_WHO_YOU_ARE = frozenset({"code", "email", "login", "password", "password1"})
"""A form with nothing else collects nothing new: it signs in, mails a link, or sets a password."""
OCCASIONS = {
    "/accounts/": "set up a profile",
    "/contact/": "contact us",
    "/cookies/": "complete a form",
    "/downloads/": "download something",
    "/newsletter/": "sign up for promotional messages",
    "/privacy/": "complete a form",
}
"""Where somebody can tell us something, and on which of the policy's occasions."""
_boxes: "WeakKeyDictionary[RunningSite, list[Box]]" = WeakKeyDictionary()


def pages_of(site: RunningSite, *, strangers: bool = False) -> list[Answer]:
    """Return the pages that links or the map of addresses lead to, those of members at will."""
    met = [one.answer for one in every_page(site) if not strangers or one.by == "a stranger"]
    return [*site.pages, *(answer for answer in met if answer.is_page)]


def boxes_of(site: RunningSite) -> list[Box]:
    """Return everything that these pages take from their readers, found once for all checks."""
    if site not in _boxes:
        _boxes[site] = [box for answer in pages_of(site) for box in boxes_on(answer)]
    return _boxes[site]


def asking_forms(site: RunningSite, *, strangers: bool = False) -> list[tuple[Answer, Element]]:
    """Return the forms that ask for something, those of one page and address once."""
    found: dict[tuple[str, str], tuple[Answer, Element]] = {}
    for answer in pages_of(site, strangers=strangers):
        for form in answer.page.forms():
            if form.get("action") not in ABOUT_COOKIES and fields_of(form):
                action = form.get("action") or answer.path
                found.setdefault((answer.path, action), (answer, form))
    return list(found.values())


def _is_known(box: Box) -> bool:
    """Tell whether the policy has a word for what is asked, or the form only carries it."""
    path = urlsplit(box.action).path
    if box.name in READING.get(path, ()) or box.name in CARRIED.get(path, ()):
        return True
    if path in ABOUT_COOKIES and box.kind == "checkbox" and box.name.partition(".")[0] in GROUPS:
        return True  # one of several services of a group
    if path.startswith("/newsletter/") and (box.name, box.kind) == TOPICS:
        return True
    label = box.label.lower().removesuffix("(optional)").strip()
    known = ITEMS.get(box.name, ())
    return label in known or any(one.endswith(" ") and label.startswith(one) for one in known)


@promise("information.business-card", look=Look.REHEARSAL)
def forms_ask_for_what_the_policy_names(site: RunningSite) -> Evidence:
    """Each field of each page, optional and hidden ones too, is one of the items, and is of its form."""
    boxes = set(boxes_of(site))
    require(boxes, "no form was found")
    for box in sorted(boxes, key=str):
        require(_is_known(box), f"{box.path} takes “{box.said}”, which the policy does not name")
    asked_fields.proven_forms_are_met(site, {urlsplit(box.action).path for box in boxes})
    kinds = asked_fields.no_class_asks_for_more()
    require_kept(site.walk, asked_fields.ASKED)
    return Evidence(
        "Played through for this check as a stranger and as a member, every form asked for what "
        "the policy names and for nothing else, optional and hidden fields included; and so did "
        "each form that was met on the walk to every address, and each that the code has.",
        {
            "pages": len(pages_of(site)),
            "fields": len({(b.action, b.name) for b in boxes}),
            "kinds of forms": kinds,
        },
    )


@promise("information.business-card", look=Look.REHEARSAL)
def forms_demand_what_a_business_card_shows(site: RunningSite) -> Evidence:
    """What a form does not mark as optional is on the short list."""
    forms = asking_forms(site)
    require(forms, "no form was found")
    demanded: set[str] = set()
    for answer, form in forms:
        for field in fields_of(form):
            require(field.label, f"{answer.path} asks for {field.name} without a label")
            if field.required:
                require(
                    field.name in MAY_BE_DEMANDED, f"{answer.path} demands {field.label.lower()}"
                )
                demanded.add(field.name)
    return Evidence(
        "Forms demand only what a business card shows, a message, or what logging in needs.",
        {"forms": len(forms), "kinds of fields demanded": len(demanded)},
    )


@promise("information.listed-occasions", look=Look.REHEARSAL)
def every_form_is_one_of_the_occasions(site: RunningSite) -> Evidence:
    """Each form of each page is sent to an address that belongs to a listed occasion."""
    forms = [
        (answer.path, form.get("action") or answer.path)
        for answer in pages_of(site)
        for form in answer.page.forms()
    ]
    require(forms, "no form was found")
    for path, action in forms:
        known = any(action.startswith(start) for start in OCCASIONS)
        require(known, f"{path} sends a form to {action}, which is on no list of occasions")
    return Evidence(
        "Every form of the site belongs to one of the listed occasions.",
        {"forms": len({action for _, action in forms}), "pages": len(pages_of(site))},
    )


@promise("use.told-when-collected", look=Look.REHEARSAL)
def every_form_says_what_it_is_for(site: RunningSite) -> Evidence:
    """Beside each form that collects something stands what it is for, and the way to the notice."""
    forms = [
        (answer, form)
        for answer, form in asking_forms(site, strangers=True)
        if not {field.name for field in fields_of(form)} <= PROOF_OF_WHO_YOU_ARE
    ]
    require(forms, "no form was found")
    for answer, _ in forms:
        main = answer.page.first("main")
        words = [p for p in main.all("p") if p.text] if main else []
        require(words, f"{answer.path} does not say what it asks for")
        crumbs = [nav for nav in answer.page.all("nav") if nav.get("aria-label") == "Breadcrumb"]
        places = [place for place in (main, *crumbs) if place is not None]
        links = [a.get("href") for place in places for a in place.all("a") if a.text]
        require(
            answer.path == "/privacy/" or "/privacy/" in links,
            f"{answer.path} asks for something and does not link to the notice",
        )
    return Evidence(
        "Every page that asks for something says what for and links to this policy.",
        {"forms": len(forms)},
    )


AGE = frozenset({"age", "birth", "birthday", "birthdate", "born", "dob", "bday", "grade", "school"})
MONEY = frozenset({
    "amount", "bank", "card", "cc", "cvc", "cvv", "iban", "invoice", "payment", "price",
})  # fmt: skip


def _asking_about(site: RunningSite, words: frozenset[str]) -> list[str]:
    return [
        f"{box.path} asks for “{box.said}”"
        for box in boxes_of(site)
        if set(re.split(r"[^a-z]+", f"{box.name} {box.label} {box.filled_from}".lower())) & words
    ]


@promise("children.none-knowingly", look=Look.REHEARSAL)
def no_form_asks_for_an_age(site: RunningSite) -> Evidence:
    """By its name, its label or what the browser fills in, on every page."""
    found = _asking_about(site, AGE)
    require(not found, found[0] if found else "")
    return Evidence(
        "Played through for this check, no form asked for anybody’s age.",
        {"pages": len(pages_of(site))},
    )


@promise("information.transaction-group", "rights.typically-free", look=Look.REHEARSAL)
def no_form_asks_for_a_payment(site: RunningSite) -> Evidence:
    """By its name, its label or what the browser fills in, on every page."""
    found = _asking_about(site, MONEY)
    require(not found, found[0] if found else "")
    return Evidence(
        "Played through for this check, no form asked for a payment.",
        {"pages": len(pages_of(site))},
    )


@dataclass(frozen=True)
class Least:
    """The least that a form can be sent with, and what the policy lets people keep back."""

    path: str
    needed: Mapping[str, str]
    optional: tuple[str, ...]
    member: bool = False


WORDS = "A check of the promises, rolled back."
LEAST = (
    Least(
        "/contact/webmaster/",
        {"name": "A check", "email": "check-least@example.com", "message": WORDS},
        ("phone", "about", "wants_contact"),
    ),
    Least(
        "/accounts/register/",
        {"username": "check-least", "email": "check-least-2@example.com",
         "password1": PASSPHRASE},
        ("name", "company", "position", "phone", "marketing"),
    ),
    Least(
        "/privacy/choices/",
        {"kind": "question", "name": "A check", "email": "check-least-3@example.com"},
        ("text",),
    ),
    Least("/accounts/profile/", {}, ("name", "company", "position", "phone", "marketing"), True),
)  # fmt: skip
"""Every form that takes something about a person, as the policy and the pages have it."""
CALLED_OTHERWISE = {"answer": "wants_contact"}
"""What a form calls a field that `company.toml` has by another name."""


def least_of_all() -> list[Least]:
    """Return these forms with those of the departments, which each company has of its own."""
    of_departments = [
        Least(
            one.path,
            {"name": "A check", "email": "check-least-4@example.com", "message": WORDS},
            ("phone", *(CALLED_OTHERWISE.get(name, name) for name in one.fields)),
        )
        for one in settings.COMPANY.departments
        if one.fields is not None
    ]
    return [*LEAST, *of_departments]


@promise("choices.withhold", look=Look.REHEARSAL)
def what_is_optional_may_be_left_out(site: RunningSite) -> Evidence:
    """Each form is sent with the least, and is taken; and it says of the rest that it is optional."""
    left_out = ways = 0
    forms_known = least_of_all()
    for least in forms_known:
        with site.rehearsal():
            visitor = site.visitor()
            if least.member:
                visitor = Somebody(site).visitor
            forms = visitor.get(least.path).page.forms(least.path)
            require(len(forms) == 1, f"{least.path} holds {len(forms)} forms")
            told = {one.name for one in fields_of(forms[0]) if one.required} - set(least.needed)
            require(not told, f"{least.path} demands {sorted(told)[:1]}")
            names = {box.get("name") for box in forms[0].all("input", "select", "textarea")}
            missing = [one for one in least.optional if one not in names]
            require(not missing, f"{least.path} does not ask for {missing[:1]}")
            empty = dict.fromkeys(set(least.optional) - {"marketing", "wants_contact"}, "")
            answer = visitor.fill_in(least.path, {**empty, **least.needed})
            require(
                answer.status in (302, 303),
                f"{least.path} answers {answer.status} to who leaves the optional fields empty",
            )
            carried = hidden_in(forms[0])
            for said in ways_to_say_less(forms[0], least.needed, least.optional):
                again = visitor if least.member else site.visitor()
                answer = again.post(
                    least.path, {**carried, **by_somebody_new(least.needed), **said}
                )
                require(
                    answer.status in (302, 303),
                    f"{least.path} answers {answer.status} to who says {_said(said)} and not "
                    f"{_silent(said)}",
                )
                ways += 1
        left_out += len(least.optional)
    return Evidence(
        "Played through for this check, messages, registrations, requests and profiles were taken "
        "with every optional field left empty, whatever else was said.",
        {"forms": len(forms_known), "fields left empty": left_out, "other answers beside": ways},
    )


def _said(sent: Mapping[str, str]) -> str:
    return ", ".join(sorted(name for name, value in sent.items() if value)) or "nothing"


def _silent(sent: Mapping[str, str]) -> str:
    return ", ".join(sorted(name for name, value in sent.items() if not value)) or "nothing else"
