"""Promises about how the banner and the cookies page look and what each answer costs.

Two buttons look alike when no rule of any style sheet means one and not the other, and when they
differ in nothing but their words and what they send. That is stricter than it need be, and so
leaves no room for a rule that nobody thought of.
"""

import re
from collections.abc import Iterator

from privacy.promises.hiding_styles import AWAY, AWAY_BY
from privacy.promises.page_reader import Element, sent_as_drawn
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.promises.seen_links import are_seen, styles_of
from privacy.promises.stylesheets import Rule, UnreadableError, may_match

CHOOSE = "/cookies/choose/"
COOKIES = "/cookies/"
WORDS = {"accept": "Accept all", "reject": "Reject all"}
"""The buttons of the policy, by what they send. The third, “Choose”, is a link."""
LIFE = str(182 * 24 * 3600)
"""An answer counts for 182 days, says the cookies page, and so for as many seconds."""
HIDING = frozenset(
    ["hidden", "style", "disabled", "inert", "aria-hidden", "aria-disabled", "popover"]
)
CLIPPING = ("overflow", "clip", "mask", "contain", "grid-template-areas", "grid-auto-columns")
SIZES = (
    "height",
    "max-height",
    "block-size",
    "max-block-size",
    "max-width",
    "width",
    "zoom",
    "scale",
)
NARROW = re.compile(r"^(?:0|\d?\d(?:\.\d+)?px|[0-9](?:\.\d+)?r?em)$")


def form_of(page: Answer) -> Element:
    """Return the one form of a page by which a visitor decides about cookies."""
    forms = page.page.forms(CHOOSE)
    require(len(forms) == 1, f"{page.path} holds {len(forms)} forms about cookies")
    return forms[0]


def buttons_of(form: Element) -> dict[str, Element]:
    """Return the two buttons by what they send."""
    found = [one for one in form.all("button", "input") if one.get("name") == "choice"]
    by_value = {one.get("value"): one for one in found if one.get("value") in WORDS}
    require(set(by_value) == set(WORDS), "the form lacks one of the two buttons")
    return by_value


def _above(element: Element) -> Iterator[Element]:
    above = element.parent
    while above is not None and above.tag != "#page":
        yield above
        above = above.parent


def look_alike(site: RunningSite, page: Answer) -> None:
    """Require that the two buttons of a page differ in their words and what they send alone."""
    buttons = buttons_of(form_of(page))
    accept, reject = buttons["accept"], buttons["reject"]
    for value, button in buttons.items():
        require(button.text == WORDS[value], f"a button of {page.path} reads “{button.text}”")
        require(button.tag == "button", f"a button of {page.path} is no button")
        require(
            all(isinstance(child, str) for child in button.children),
            f"the words of a button of {page.path} stand in an element of their own",
        )
        require(button.get("type") in ("", "submit"), f"a button of {page.path} sends nothing")
        for one in (button, *_above(button)):
            hiding = HIDING & set(one.attrs)
            require(not hiding, f"“{button.text}” of {page.path} is under {sorted(hiding)[:1]}")

    def rest(button: Element) -> dict[str, str]:
        return {name: value for name, value in button.attrs.items() if name != "value"}

    require(rest(accept) == rest(reject), f"the two buttons of {page.path} do not look alike")
    require(accept.parent is reject.parent, f"the two buttons of {page.path} stand in two places")
    _rules_speak_of_both(site, page, accept, reject)


def _rules_speak_of_both(site: RunningSite, page: Answer, accept: Element, reject: Element) -> None:
    for rule in styles_of(site, page):
        try:
            differs = may_match(accept, rule.selector) != may_match(reject, rule.selector)
            require(not differs, f"a style of {page.path} means one of the two buttons alone")
            for one in (accept, *_above(accept)):
                if any(may_match(one, rule.selector)):
                    _shows_both(page, rule, of_buttons=one is accept, is_row=one is accept.parent)
        except UnreadableError:
            require(False, f"a style of {page.path} cannot be read: {rule.selector}")


def _shows_both(page: Answer, rule: Rule, *, of_buttons: bool, is_row: bool) -> None:
    says = rule.says
    hidden = (
        says.get("display", "") == "none"
        or says.get("visibility", "") in ("hidden", "collapse")
        or _is_small(says.get("opacity", "1"))
        or any(AWAY.search(v) for k, v in says.items() if k in AWAY_BY)
        or says.get("font-size", "") in ("0", "0px", "0rem", "1px")
    )
    require(not hidden, f"a style of {page.path} hides what asks: {rule.selector}")
    if of_buttons:
        return
    cut = [
        name for name in says if name.startswith(CLIPPING) and says[name] not in ("visible", "none")
    ]
    require(
        not cut or rule.selector in ("html", ":root"),
        f"a style of {page.path} cuts off: {rule.selector}",
    )
    small = [name for name in SIZES if name in says and NARROW.match(says[name])]
    require(not small, f"a style of {page.path} leaves no room for both: {rule.selector}")
    if is_row:
        columns = says.get("grid-template-columns") or says.get("grid-template") or ""
        require(_are_equal(columns), f"a style of {page.path} gives unequal room: {rule.selector}")


def _is_small(opacity: str) -> bool:
    found = re.match(r"(\d*\.?\d+)(%?)$", opacity)
    return bool(found) and float(found[1]) / (100 if found[2] else 1) < 1 if found else False


def _are_equal(columns: str) -> bool:
    """Tell whether columns are equally wide."""
    repeated = re.fullmatch(
        r"repeat\((?:[2-9]|auto-fit|auto-fill), ([^\s,()]+|minmax\(.*\))\)", columns
    )
    return bool(repeated) or len(set(columns.split())) < 2


def _kind_of(page: Answer) -> tuple[object, ...]:
    """Name what decides on how the buttons of a page look."""
    form = form_of(page)
    accept = buttons_of(form)["accept"]
    return (
        tuple((one.tag, *one.attrs.items()) for one in form.all() if one.get("type") != "hidden"),
        tuple((one.tag, *one.attrs.items()) for one in _above(accept)),
        tuple(one.get("href") for one in page.page.all("link") if one.get("rel") == "stylesheet"),
        tuple(one.raw for one in page.page.all("style")),
    )


@promise("banner.reject-equals-accept", look=Look.NOW)
def rejecting_looks_like_accepting(site: RunningSite) -> Evidence:
    """On every page the two buttons stand in the same row and no style means one of them alone."""
    kinds = {_kind_of(page): page for page in site.pages}
    for page in (*kinds.values(), site.get(COOKIES)):
        look_alike(site, page)
    return Evidence(
        "On every page “Accept all” and “Reject all” stand side by side, and no rule of any style "
        "sheet means one of them and not the other.",
        {"pages": len(site.pages), "kinds of pages": len(kinds)},
    )


def press(visitor: Visitor, path: str, value: str) -> Answer:
    """Press a button of a page, sending what the page put in and has marked, and nothing else."""
    form = form_of(visitor.get(path))
    button = buttons_of(form)[value]
    return visitor.post(
        button.get("formaction") or form.get("action"), {**sent_as_drawn(form), "choice": value}
    )


@promise("banner.reject-equals-accept", look=Look.REHEARSAL)
def rejecting_is_as_easy_as_accepting(site: RunningSite) -> Evidence:
    """Each button settles the matter with one press, in the same way and for as long."""
    with site.rehearsal():
        for path in ("/", COOKIES):
            answers = {}
            for value, words in WORDS.items():
                visitor = site.visitor()
                answer = press(visitor, path, value)
                require(answer.status == 303, f"“{words}” is answered with {answer.status}")
                here = answer.header("Location").partition("?")[0].partition("#")[0]
                after = visitor.get("/")
                require(not after.page.forms(CHOOSE), f"after “{words}” the banner asks again")
                lives = {life for name, life in answer.lives.items() if "cookie_consent" in name}
                require(lives == {LIFE}, f"“{words}” does not count for 182 days")
                answers[value] = here
            require(
                answers["accept"] == answers["reject"], "the two buttons lead to different pages"
            )
    return Evidence(
        "Played through for this check: each button settled the matter with one press, from the "
        "banner and from the cookies page, and each answer counts for 182 days.",
        {"presses to accept": 1, "presses to reject": 1, "days": 182},
    )


@promise("banner.answer-and-policy-link", look=Look.NOW)
def the_banner_has_its_three_buttons(site: RunningSite) -> Evidence:
    """On every page the banner has the three buttons in their words, and a link to the policy."""
    for page in site.pages:
        if page.path == COOKIES:
            continue
        form = form_of(page)
        buttons_of(form)
        links = {link.text: link.get("href") for link in form.all("a")}
        require(links.get("Choose") == COOKIES, f"the banner of {page.path} lacks “Choose”")
        require(
            links.get("privacy policy") == "/privacy/",
            f"the banner of {page.path} does not link to the policy",
        )
        buttons = [one.text for one in form.all("button")]
        require(
            buttons == list(WORDS.values()),
            f"the banner of {page.path} has other buttons: {buttons}",
        )
    asking = tuple(page for page in site.pages if page.path != COOKIES)
    are_seen(site, asking, COOKIES, "/privacy/", inside=form_of)
    chosen = site.get(COOKIES)
    answers = [f for f in chosen.page.all("input") if f.get("type") in ("radio", "checkbox")]
    require(answers, "“Choose” leads to a page without choices")
    preset = [f.get("name") for f in answers if "checked" in f.attrs and f.get("value") != "no"]
    require(not preset, f"{preset[:1]} is answered with yes before anybody is asked")
    return Evidence(
        "On every page the banner has “Accept all”, “Reject all”, “Choose” and a link to the "
        "policy. Where “Choose” leads, nothing is answered with yes beforehand.",
        {"pages": len(site.pages)},
    )
