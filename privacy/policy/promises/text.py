"""Promises that are kept by the text of the policy itself: where its links lead."""

from privacy.policy.promises.sealed_texts import HIDING
from privacy.promises.page_reader import Element, Page
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.seen_links import are_seen

CHOICES = "Your choices about your information"
COMPLAINT_AUTHORITIES = "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"


def policy_page(site: RunningSite) -> Page:
    """Return the policy as readers see it."""
    answer = site.get("/privacy/")
    require(answer.status == 200, f"/privacy/ answers {answer.status}")
    return answer.page


def linked(site: RunningSite, address: str, what: str) -> str:
    """Require that the text links to an address under words of its own; return the words."""
    answer = site.get("/privacy/")
    main = policy_page(site).first("main")
    links = [a for a in main.all("a") if a.get("href") == address] if main else []
    require(links, f"the policy does not link to {what}")
    require(links[0].text, f"the link to {what} has no words")
    is_seen(links[0], f"the link to {what}")
    are_seen(site, (answer,), address, inside=lambda page: page.page.first("main"))
    return links[0].text


def is_seen(element: Element, what: str) -> None:
    """Require that nothing above an element hides it."""
    above: Element | None = element
    while above is not None:
        require(not HIDING & set(above.attrs), f"{what} is hidden")
        above = above.parent


@promise("cookies.refusal-help", look=Look.NOW)
def help_on_refusing_is_linked(site: RunningSite) -> Evidence:
    """The explanation of cookies is linked in the text."""
    words = linked(site, "https://allaboutcookies.org", "an explanation of cookies")
    return Evidence(f"The policy links to it as “{words}”.")


@promise("ads.google-settings", look=Look.NOW)
def google_settings_are_linked(site: RunningSite) -> Evidence:
    """Google's page of settings is linked in the text."""
    words = linked(site, "https://adssettings.google.com/", "Google’s settings")
    return Evidence(f"The policy links to it as “{words}”.")


@promise("use.see-choices", look=Look.NOW)
def the_pointer_points_at_a_section(site: RunningSite) -> Evidence:
    """Each link inside the text leads to a part of the page, the one about choices to its heading."""
    page = policy_page(site)
    main = page.first("main")
    inside = [a for a in main.all("a") if a.get("href").startswith("#")] if main else []
    lost = [a.get("href") for a in inside if page.by_id(a.get("href")[1:]) is None]
    require(not lost, f"{lost[:1]} leads nowhere")
    pointers = [a for a in inside if a.text == CHOICES and a.within("nav") is None]
    require(pointers, "the text does not point at the section about choices")
    is_seen(pointers[0], "the pointer to the section about choices")
    heading = page.by_id(pointers[0].get("href")[1:])
    require(
        heading is not None and heading.tag == "h2" and heading.text == CHOICES,
        "the section has another name than the pointer",
    )
    return Evidence(
        "The pointer leads to the section of that very name.",
        {"links inside the page": len(inside)},
    )


@promise("terms.also-apply", look=Look.NOW)
def the_terms_are_one_link_away(site: RunningSite) -> Evidence:
    """The terms in force are linked in the text of the policy and open."""
    linked(site, "/legal/", "the terms")
    answer = site.get("/legal/")
    require(answer.status == 200, f"/legal/ answers {answer.status}")
    heading = answer.page.first("h1")
    require(heading is not None and "terms" in heading.text.lower(), "/legal/ shows no terms")
    require("Last updated" in answer.page.text, "the terms bear no date")
    return Evidence("The policy links to the terms in force, and they open with their date.")


@promise("contact.form-link", look=Look.NOW)
def the_link_leads_to_the_form(site: RunningSite) -> Evidence:
    """The policy holds the form at its foot, and the link in its text leads to the same form."""
    linked(site, "/contact/webmaster/", "the form")
    names = []
    for path in ("/privacy/", "/contact/webmaster/"):
        forms = site.get(path).page.forms("/contact/webmaster/")
        require(len(forms) == 1, f"{path} holds {len(forms)} such forms")
        names.append([f.get("name") for f in forms[0].all("input", "textarea") if f.get("name")])
    require(names[0] == names[1], "the two forms ask for different things")
    require({"name", "email", "message"} <= set(names[0]), "the form lacks name, email or message")
    return Evidence(
        "The link leads to the form, and the same form stands at the foot of the Privacy page.",
        {"fields": len(names[0])},
    )
