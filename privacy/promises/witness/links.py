"""Where pages and mails lead, and what of that is ours."""

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from privacy.promises.page_reader import Element, Page, read
from privacy.promises.visitor import Answer
from privacy.promises.witness.tags import doing_tags_of

HARD_TO_GUESS = 20
BY_AN_ADVERTISEMENT = (
    "utm_source=a-check&utm_medium=a-check&utm_campaign=a-check&gclid=a-check&fbclid=a-check"
    "&msclkid=a-check&li_fat_id=a-check&mc_eid=a-check&ref=a-check&debug=1"
)
"""What others put into links to a site, to know who follows them."""
_FORM = re.compile(r"<form\b.*?</form\s*>", re.DOTALL | re.IGNORECASE)
_FORM_BEGINS = re.compile(r"<form\b", re.IGNORECASE)


def secrets_of(link: str) -> list[str]:
    """Return the parts of a mailed address that nobody can guess."""
    return [part for part in urlsplit(link).path.split("/") if len(part) >= HARD_TO_GUESS]


def links_of(html: str) -> set[str]:
    """Return where a page leads: by links, and by forms."""
    leads = {"a": "href", "form": "action", "button": "formaction"}
    return {tag.get(leads[tag.name]) for tag in doing_tags_of(html) if tag.name in leads}


def leads_of(answer: Answer) -> set[str]:
    """Return to which addresses of ours a page leads, as they are asked for."""
    return {path_here(link, answer.path) for link in links_of(answer.text) if link}


def forms_of(html: str) -> list[Element]:
    """Return the forms of a page that are posted.

    A form is read by itself, and once where many pages have it: whole pages take ten times as long.
    """
    texts = _FORM.findall(html)
    if len(texts) != len(_FORM_BEGINS.findall(html)):  # one has no end, or stands in another
        return read(html).forms()
    return [form for text in texts for form in _read_form(text).forms()]


@lru_cache(maxsize=1000)
def _read_form(text: str) -> Page:
    return read(text)


def styles_named_by(html: str) -> set[str]:
    """Return the style sheets of ours that a page names."""
    return {
        address
        for tag in doing_tags_of(html)
        if tag.name == "link"
        for address in tag.loaded
        if address.startswith(settings.STATIC_URL) and address.endswith(".css")
    }


def pattern_of(path: str) -> str:
    """Return the pattern that takes an address, or nothing."""
    try:
        return resolve(path.partition("?")[0]).route
    except Resolver404:
        return ""


def path_here(href: str, page: str) -> str:
    """Return the path that a link on a page of ours leads to, or nothing for another site's."""
    target = urlsplit(urljoin(settings.SITE_ORIGIN + page, href))
    if f"{target.scheme}://{target.netloc}" != settings.SITE_ORIGIN:
        return ""
    if target.path.startswith(settings.STATIC_URL):
        return ""
    return target.path + (f"?{target.query}" if target.query else "")
