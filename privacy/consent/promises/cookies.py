"""Promises about cookies: which there are, when one is set, and what each group may do."""

from privacy.consent.offer.current import current_offer
from privacy.consent.offer.parts import ANALYTICS, COOKIE, PREFERENCES, SOCIAL
from privacy.consent.promises.all_services_on import (
    choose,
    everything_on,
    lacking,
    services_in,
    stays_out_until_allowed,
    visitor_who_allows,
)
from privacy.consent.promises.looks import CHOOSE
from privacy.promises.page_reader import foreign
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.promises.witness.exchange import plain_name

COOKIES = "/cookies/"
OUR_COOKIES = {
    "session": "14 days",
    "cookie_consent": "182 days",
    "consent_receipt": "182 days",
    "known_device": "182 days",
    "csrftoken": "364 days",
    "visit": "30 minutes",
    "visitor": "90 days",
}
"""What this site itself may set, and how long each lives."""
COOKIES_OF_OTHERS = ("_ga", "_ga_*", "_gcl_*", "bcookie", "li_fat_id")
LEAST_OF_A_PURPOSE = 20
"""Fewer characters say nothing."""


def shown_cookies(answer: Answer) -> dict[str, list[str]]:
    """Return the rows of the cookies page by the name of the cookie: purpose, life, provider."""
    rows = {}
    for row in answer.page.all("tr"):
        name = row.first("th")
        cells = [cell.text for cell in row.all("td")]
        if name is not None and cells:
            rows[name.text] = cells
    return rows


@promise("cookies.none-before-consent", look=Look.NOW)
def no_cookie_on_a_first_visit(site: RunningSite) -> Evidence:
    """No public page sets anything or names another company."""
    for answer in (*site.pages, *site.closed):
        require(not answer.set_cookies, f"{answer.path} sets {', '.join(answer.set_cookies)}")
        strangers = foreign(answer.page.loaded)
        require(not strangers, f"{answer.path} loads {strangers[:1]}")
        require(not answer.permitted, f"{answer.path} permits {answer.permitted}")
    return Evidence(
        "No page set a cookie or named another company’s address, error pages included.",
        {"pages opened": len(site.pages), "cookies set": 0, "other companies named": 0},
    )


@promise("cookies.several-types", look=Look.REHEARSAL)
def every_cookie_stands_in_the_list(site: RunningSite) -> Evidence:
    """The cookies page lists what we set, each with its purpose and life, and all of others."""
    with everything_on(site):
        shown = shown_cookies(site.get(COOKIES))
    for name, life in OUR_COOKIES.items():
        cells = next((cells for full, cells in shown.items() if plain_name(full) == name), [])
        require(cells, f"the cookies page does not list {name}")
        require(cells[1] == life, f"the cookies page says that {name} lives for {cells[1]}")
    idle = [name for name, cells in shown.items() if len(cells[0]) < LEAST_OF_A_PURPOSE]
    require(not idle, f"the cookies page does not say what {idle[:1]} is for")
    missing = [name for name in COOKIES_OF_OTHERS if name not in shown]
    require(not missing, f"the cookies page does not list {missing[:1]} of Google or LinkedIn")
    return Evidence(
        "With every service switched on for a test, the cookies page listed each cookie with its "
        "purpose and life.",
        {"cookies listed": len(shown)},
    )


@promise("cookies.remember-preferences", look=Look.REHEARSAL)
def a_preference_is_kept_after_it_was_set(site: RunningSite) -> Evidence:
    """The group of preferences is off until somebody says yes to it, and then stays on."""
    with everything_on(site):
        services = stays_out_until_allowed(site, PREFERENCES)
        visitor = visitor_who_allows(site, PREFERENCES)
        ticked = {
            field.get("name"): field.get("value")
            for field in visitor.get(COOKIES).page.all("input")
            if "checked" in field.attrs
        }
        _outlasts_an_answer_about_another_group(visitor)
    require(ticked.get(PREFERENCES) == "yes", "the choice is not kept")
    others = {value for key, value in ticked.items() if key != PREFERENCES}
    require(others == {"no"}, "a choice that nobody made is kept")
    return Evidence(
        "When we switched them on for a test, preferences stayed off until they were allowed, and "
        "were remembered from then on, whatever was answered about another group.",
        {"services in the group": services},
    )


def _outlasts_an_answer_about_another_group(visitor: Visitor) -> None:
    """What is asked where a post is to be shown concerns that group alone."""
    shown = next(one for one in current_offer().shown.split("|") if one.startswith(SOCIAL))
    said = {"choice": "some", "next": "/", "shown": shown, SOCIAL: "yes"}
    status = visitor.post(CHOOSE, said).status
    missing = lacking(visitor.get("/"), PREFERENCES, SOCIAL)
    require(not missing, f"{missing[:1]} is off after another group was allowed ({status})")


@promise("cookies.social-features", look=Look.REHEARSAL)
def no_social_network_before_consent(site: RunningSite) -> Evidence:
    """The group of social media is off until somebody says yes to it."""
    with everything_on(site):
        services = stays_out_until_allowed(site, SOCIAL)
        recipients = sorted({service.recipient for service in services_in(SOCIAL)})
    return Evidence(
        f"When we switched it on for a test, {', '.join(recipients)} was out of reach until its "
        "group was allowed.",
        {"services in the group": services},
    )


@promise("cookies.traffic-analysis", look=Look.REHEARSAL)
def analytics_cookies_are_the_listed_ones(site: RunningSite) -> Evidence:
    """Before consent none; then the listed ones; and taking consent back deletes each of them."""
    with everything_on(site):
        stays_out_until_allowed(site, ANALYTICS)
        items = [i for s in services_in(ANALYTICS) for i in s.items if i.kind == COOKIE]
        names = [f"{i.name}X1" if i.prefix else i.name for i in items if not i.foreign]
        shown = shown_cookies(site.get(COOKIES))
        missing = [item.shown_name for item in items if item.shown_name not in shown]
        require(not missing, f"the cookies page does not list {missing[:1]}")
        visitor = visitor_who_allows(site, ANALYTICS)
        visitor.cookies.update(dict.fromkeys(names, "1"))
        choose(visitor, "reject")
    left = sorted(set(names) & set(visitor.cookies))
    require(not left, f"{left[:1]} stays after consent is taken back")
    return Evidence(
        "When we switched everything on for a test, there were none before consent; those listed "
        "were deleted when it was taken back.",
        {"cookies listed": len(items), "deleted on withdrawal": len(names)},
    )


@promise("cookies.disabled-costs-features", look=Look.REHEARSAL)
def only_what_must_know_you_needs_cookies(site: RunningSite) -> Evidence:
    """Reading and writing to us work without cookies; of the rest only pages of an account fail."""
    message = {
        "name": "A check of the promises",
        "email": "check@example.com",
        "message": "This is rolled back.",
    }
    with site.rehearsal():
        answer = site.visitor().post("/contact/webmaster/", message)
        require(answer.status == 303, f"without cookies the form answers {answer.status}")
        thanks = site.get(answer.header("Location"))
        require(thanks.status == 200, "without cookies nobody is told that the message came")
    needing = ("/accounts/profile/", "/accounts/data/", "/accounts/delete/")
    for path in needing:
        own = site.get(path)
        require(own.status == 302, f"{path} answers {own.status} to somebody who is not logged in")
    return Evidence(
        "Reading every page and writing to us worked without cookies; only an account’s own pages "
        "ask to log in.",
        {"pages read": len(site.pages), "need an account": len(needing)},
    )


@promise("cookies.no-flash", look=Look.NOW)
def nothing_needs_flash(site: RunningSite) -> Evidence:
    """No page embeds a plug-in, and no page links or loads a Flash file."""
    for answer in site.pages:
        plugins = [one.tag for one in answer.page.all("object", "embed", "applet")]
        require(not plugins, f"{answer.path} embeds a plug-in")
        files = [
            one
            for one in (*answer.page.loaded, *answer.page.links)
            if one.partition("?")[0].lower().endswith((".swf", ".flv"))
        ]
        require(not files, f"{answer.path} names {files[:1]}")
        policy = answer.header("Content-Security-Policy")
        forbidden = "object-src 'none'" in policy or (
            "default-src 'none'" in policy and "object-src" not in policy
        )
        require(forbidden, f"{answer.path} does not forbid plug-ins")
    return Evidence(
        "No page embeds a plug-in or names a Flash file, and browsers are told to allow none.",
        {"pages opened": len(site.pages)},
    )
