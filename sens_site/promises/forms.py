"""Promises about what forms ask for, and what they say while asking."""

from privacy.promises.page_reader import Element, fields_of
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite

ABOUT_COOKIES = ("/cookies/choose/", "/cookies/once/")
# What a business card shows, what somebody wants to say, and what an account cannot do without.
MAY_BE_DEMANDED = frozenset({
    "address", "company", "email", "kind", "login", "message", "name", "password", "password1",
    "phone", "position", "text", "username",
})  # fmt: skip
PROOF_OF_WHO_YOU_ARE = frozenset({"email", "login", "password"})
"""A form with nothing else collects nothing new: it signs in, or mails a link."""
OCCASIONS = {
    "/accounts/login/": "use a profile",
    "/accounts/passkey/login/": "use a profile",
    "/accounts/password/": "use a profile",
    "/accounts/register/": "set up a profile",
    "/contact/": "contact us",
    "/cookies/": "complete a form",
    "/downloads/": "download something",
    "/newsletter/": "sign up for promotional messages",
    "/privacy/": "complete a form",
}
"""Where a stranger can tell us something, and on which of the policy's occasions."""


def forms_for_strangers(site: RunningSite) -> list[tuple[Answer, Element]]:
    """Return the forms of all public pages that ask for something, each address once."""
    found: dict[str, tuple[Answer, Element]] = {}
    for answer in site.pages:
        for form in answer.page.forms():
            if form.get("action") not in ABOUT_COOKIES and fields_of(form):
                found.setdefault(form.get("action") or answer.path, (answer, form))
    return list(found.values())


@promise("information.business-card", look=Look.NOW)
def forms_demand_what_a_business_card_shows(site: RunningSite) -> Evidence:
    """What a form does not mark as optional is on the short list."""
    forms = forms_for_strangers(site)
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
        "Forms demand only what a business card shows, a message, or what signing in needs.",
        {"forms": len(forms), "kinds of fields demanded": len(demanded)},
    )


@promise("information.listed-occasions", look=Look.NOW)
def every_form_is_one_of_the_occasions(site: RunningSite) -> Evidence:
    """Each form of a public page is sent to an address that belongs to a listed occasion."""
    forms = [
        (answer.path, form.get("action") or answer.path)
        for answer in site.pages
        for form in answer.page.forms()
    ]
    for path, action in forms:
        known = any(action.startswith(start) for start in OCCASIONS)
        require(known, f"{path} sends a form to {action}, which is on no list of occasions")
    return Evidence(
        "Every form of the site belongs to one of the listed occasions.",
        {"forms": len({action for _, action in forms}), "pages": len(site.pages)},
    )


@promise("use.told-when-collected", look=Look.NOW)
def every_form_says_what_it_is_for(site: RunningSite) -> Evidence:
    """Beside each form that collects something stands what it is for, and the way to the notice."""
    forms = [
        (answer, form)
        for answer, form in forms_for_strangers(site)
        if not {field.name for field in fields_of(form)} <= PROOF_OF_WHO_YOU_ARE
    ]
    require(forms, "no form was found")
    for answer, _ in forms:
        main = answer.page.first("main")
        words = [p for p in main.all("p") if p.text] if main else []
        require(words, f"{answer.path} does not say what it asks for")
        crumbs = [nav for nav in answer.page.all("nav") if nav.get("aria-label") == "Breadcrumb"]
        places = [place for place in (main, *crumbs) if place is not None]
        links = [a.get("href") for place in places for a in place.all("a")]
        require(
            answer.path == "/privacy/" or "/privacy/" in links,
            f"{answer.path} asks for something and does not link to the notice",
        )
    return Evidence(
        "Every page that asks for something says what for and links to this policy.",
        {"forms": len(forms)},
    )


@promise("choices.withhold", look=Look.REHEARSAL)
def what_is_optional_may_be_left_out(site: RunningSite) -> Evidence:
    """Each form is sent with nothing but what it demands, and is taken."""
    values = {
        "email": "check-of-the-promises@example.com",
        "message": "A check of the promises, rolled back.",
        "name": "A check of the promises",
        "password1": "plover lantern 42 quiet",
        "username": "check-of-the-promises",
    }
    left_out = 0
    paths = ("/contact/webmaster/", "/accounts/register/")
    for path in paths:
        forms = site.get(path).page.forms(path)
        require(len(forms) == 1, f"{path} holds {len(forms)} forms")
        fields = fields_of(forms[0])
        data = {f.name: values[f.name] for f in fields if f.required and f.name in values}
        left_out += sum(not field.required for field in fields)
        with site.rehearsal():
            answer = site.visitor().fill_in(path, data)
            require(
                answer.status in (302, 303),
                f"{path} answers {answer.status} to who leaves the optional fields empty",
            )
    return Evidence(
        "Messages and registrations were taken with every optional field left empty.",
        {"forms": len(paths), "fields left empty": left_out},
    )
