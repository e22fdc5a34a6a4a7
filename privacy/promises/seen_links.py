"""Whether a link, a button or a field that the policy promises can be seen, at every width of a screen.

A page that holds a link and a style that hides it is a page without the link for whoever looks at it.
Print is left out: paper leads nowhere.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

from privacy.promises.hiding_styles import (
    chain_of,
    hides_itself,
    hides_words,
    is_meant,
    may_apply,
    widths_to_try,
)
from privacy.promises.page_reader import Element
from privacy.promises.registry import require
from privacy.promises.running_site import Answer, RunningSite
from privacy.promises.stylesheets import Rule, imports_of, rules_in


def styles_of(site: RunningSite, page: Answer) -> tuple[Rule, ...]:
    """Return the rules that a page is drawn by, from the style sheets as they are served."""
    found: list[Rule] = []
    for one in page.page.all("style"):
        found += rules_in(one.raw)
    addresses = [
        urljoin(page.path, link.get("href"))
        for link in page.page.all("link")
        if "stylesheet" in link.get("rel").lower().split() and link.get("media") != "print"
    ]
    for address in addresses:
        answer = site.get(urlsplit(address).path)
        require(answer.status == 200, f"the style sheet {address} answers {answer.status}")
        found += rules_in(answer.text)
        imported = (urljoin(address, more) for more in imports_of(answer.text))
        addresses += [one for one in imported if one not in addresses]
    require(found, f"{page.path} has no style sheet")
    return tuple(found)


def _whole(page: Answer) -> Element:
    return page.page


def footer_of(page: Answer) -> Element | None:
    return page.page.first("footer")


def are_seen(
    site: RunningSite,
    pages: tuple[Answer, ...],
    *addresses: str,
    inside: Callable[[Answer], Element | None] = _whole,
) -> None:
    """Require of pages, or of a part of each, that a link to each address is seen at every width."""
    known: set[object] = set()
    for page in pages:
        sheets = tuple(
            one.get("href") for one in page.page.all("link") if one.get("rel") == "stylesheet"
        )
        part = inside(page)
        links = list(part.all("a")) if part else []
        for address in addresses:
            found = [one for one in links if one.get("href") == address]
            kind = (address, sheets, *(tuple(map(_place, chain_of(one))) for one in found))
            if kind not in known:
                known.add(kind)
                _is_seen(site, page, f"the link to {address}", _words_of(found))


def worded(element: Element) -> Iterator[Element]:
    """Yield of a link or a button what its words stand in: the thing itself, or what is within it."""
    for one in (element, *element.all()):
        if one.raw.strip() or (one is element and one.tag == "input" and one.get("value")):
            yield one


def button_is_seen(
    site: RunningSite, page: Answer, form: Element | None, what: str, *, value: str = ""
) -> None:
    """Require of a form that a button which sends it, or sends this value, is seen at every width."""
    buttons = [
        one
        for one in (form.all("button", "input") if form else ())
        if (one.get("type") or "submit") == "submit"
        and "disabled" not in one.attrs
        and value in ("", one.get("value"))
        and (one.tag == "button" or one.get("type"))
    ]
    require(buttons, f"on {page.path} no button stands by which to {what}")
    _is_seen(site, page, f"the button to {what}", _words_of(buttons))


def fields_are_seen(site: RunningSite, page: Answer, form: Element, *names: str) -> None:
    """Require of a form that what it asks is seen at every width, and where to answer it, too."""
    labels = {one.get("for"): one for one in form.all("label")}
    for name in names:
        boxes = [
            box
            for box in form.all("input", "select", "textarea")
            if box.get("name") == name and box.get("type") != "hidden"
        ]
        require(boxes, f"{page.path} does not ask for {name}")
        for box in boxes:
            label = labels.get(box.get("id")) or box.within("label")
            require(label is not None, f"{page.path} asks for {name} without a word")
            _is_seen(site, page, f"where to answer {name}", [box])
            _is_seen(site, page, f"what is asked as {name}", _words_of([label] if label else []))


def _place(element: Element) -> tuple[object, ...]:
    """Name what decides on whether a rule means an element: what it is, and where it stands."""
    siblings = (
        [one for one in element.parent.children if isinstance(one, Element)]
        if element.parent
        else []
    )
    place = next((n for n, one in enumerate(siblings) if one is element), 0)
    return element.tag, *sorted(element.attrs.items()), place, len(siblings)


def _words_of(elements: list[Element]) -> list[Element]:
    return [one for element in elements for one in worded(element)]


def _is_seen(site: RunningSite, page: Answer, what: str, elements: list[Element]) -> None:
    """Require that at every width one of some elements is seen."""
    hiding = [rule for rule in styles_of(site, page) if hides_words(rule.says)]
    shown = [one for one in elements if not any(map(hides_itself, chain_of(one)))]
    meant = [[rule for rule in hiding if is_meant(one, rule)] for one in shown]
    for width in widths_to_try(hiding):
        seen = any(not any(may_apply(rule, width) for rule in rules) for rules in meant)
        require(
            seen,
            f"on {page.path} {what} is not seen where a screen is {width:g} px wide",
        )
