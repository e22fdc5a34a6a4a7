"""System checks of the content pages."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from pages.navigation import walk
from pages.page_texts import SHAPE, shipped_text
from sens_site.lib.content import ContentError


@register()
def check_page_texts(**kwargs: Any) -> list[CheckMessage]:
    """E001: each content page of the tree has a text."""
    found: list[CheckMessage] = []
    for node in walk():
        if not node.content:
            continue
        try:
            shipped_text(node.path)
        except ContentError as error:
            found.append(Error(str(error), hint=f"{SHAPE}.", id="pages.E001"))
    return found
