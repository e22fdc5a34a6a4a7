"""Promises about what templates say in rare cases only: each is read whole, whatever it shows when."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import engines
from django.template.utils import get_app_template_dirs

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.witness.exchange import is_foreign
from privacy.promises.witness.link_rules import leads_away
from privacy.promises.witness.tags import css_addresses, scripts_of, styles_of, tags_of
from sens_site.promises.mails import mail_templates
from sens_site.promises.source_code import nodes, sources

A_TAG = re.compile(r"<[a-zA-Z]+[\s>]")
_CHANGING = re.compile(r"{[{%#].*?[}%#]}", re.DOTALL)
"""What a template puts in place of itself: which page it is on, the walk sees."""


def page_templates() -> Iterator[tuple[str, str]]:
    """Yield the name and source of each template, without what changes from page to page."""
    for name, source in page_templates_as_written():
        yield name, _CHANGING.sub("", source)


def page_templates_as_written() -> Iterator[tuple[str, str]]:
    """Yield the name and source of each template of this project that is no mail.

    By the loaders, as pages get it. Those of libraries stand on pages that the walk has opened.
    """
    django = engines["django"]
    mails = {name for name, _ in mail_templates()}
    folders = map(Path, map(str, (*django.template_dirs, *get_app_template_dirs("templates"))))
    for folder in dict.fromkeys(folders):
        if "site-packages" in folder.parts or not folder.is_relative_to(settings.BASE_DIR):
            continue
        for file in sorted(folder.rglob("*.html")):
            name = str(file.relative_to(folder))
            if name not in mails:
                template: Any = django.get_template(name)
                yield name, template.template.source


def _pages_in_code() -> Iterator[tuple[str, str]]:
    """Yield what code writes of pages itself, for when no template can be drawn."""
    for path, text in sources():
        for node in nodes(text) if A_TAG.search(text) else ():
            written = node.value if isinstance(node, ast.Constant) else None
            if isinstance(written, str) and A_TAG.search(written):
                yield path, written


@promise("beacons.in-pages", look=Look.NOW, strength=Strength.LOOKED_UP)
def no_template_holds_a_beacon(site: RunningSite) -> Evidence:
    """No picture that nobody sees, and nothing from an address that is written in a template."""
    read = 0
    for name, source in page_templates():
        for tag in tags_of(source):
            require(not tag.beacon, f"the template {name} {tag.beacon}")
            for address in tag.loaded:
                require(not is_foreign(address), f"the template {name} loads {address[:80]}")
        for style in styles_of(source):
            for address in css_addresses(style):
                require(not is_foreign(address), f"the template {name} loads {address[:80]}")
        read += 1
    require(read, "no template was found")
    for path, written in _pages_in_code():
        for tag in tags_of(written):
            foreign = tag.beacon or next(filter(is_foreign, tag.loaded), "")
            require(not foreign, f"{path} writes a page that loads {foreign[:80]}")
    return Evidence(
        "No template of a page holds a hidden picture or loads anything from elsewhere, also in what "
        "it shows in rare cases only.",
        {"templates read": read},
    )


@promise("usage.time-and-areas", look=Look.NOW, strength=Strength.LOOKED_UP)
def no_template_holds_a_script(site: RunningSite) -> Evidence:
    """A script is a file of ours, named by its address: none stands in a template itself."""
    read = 0
    for name, source in page_templates():
        for tag, inside in scripts_of(source):
            itself = inside.strip() or "src" not in tag.attrs
            require(not itself, f"the template {name} holds a script itself")
        for tag in tags_of(source):
            require(
                not tag.runs, f"the template {name} runs a script by {tag.runs} of <{tag.name}>"
            )
        read += 1
    require(read, "no template was found")
    return Evidence(
        "No template of a page holds a script itself, also in what it shows in rare cases only.",
        {"templates read": read},
    )


@promise("usage.shared-with-partners", look=Look.NOW, strength=Strength.LOOKED_UP)
def no_template_leads_away(site: RunningSite) -> Evidence:
    """Where a page leads to others, its text or the settings say so: no template does by itself."""
    read = 0
    for name, source in page_templates():
        away = sorted({a for tag in tags_of(source) for a in tag.leads if leads_away(a)})
        require(not away, f"the template {name} leads to {away[0][:80] if away else ''}")
        read += 1
    require(read, "no template was found")
    return Evidence(
        "No template of a page leads to another site or sends a form there, also in what it shows in "
        "rare cases only.",
        {"templates read": read},
    )
