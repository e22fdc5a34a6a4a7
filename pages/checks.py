"""System checks of the content pages."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from pages.navigation import walk
from pages.page_texts import SHAPE, file_of, shipped_text, text_paths
from sens_site.lib.content import ContentError


@register()
def check_page_texts(**kwargs: Any) -> list[CheckMessage]:
    """E001: each content page of the tree has a text. E002: each text has a page."""
    found: list[CheckMessage] = []
    for node in walk():
        if not node.content:
            continue
        try:
            shipped_text(node.path)
        except ContentError as error:
            found.append(Error(str(error), hint=f"{SHAPE}.", id="pages.E001"))
    tree = {node.path for node in walk() if node.content}
    found += [
        Error(
            f"{file_of(path)} is the text of {path}, which is no page of the company's.",
            hint="Name it, or the page above it, in company.toml, or rename the file.",
            id="pages.E002",
        )
        for path in text_paths()
        if path not in tree
    ]
    return found
