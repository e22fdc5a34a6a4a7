"""The test client of this site: speaks https, as the settings redirect everything else."""

import re
from typing import Any

from django.test import Client


class SiteClient(Client):
    """A browser on https. With `enforce_csrf_checks=True` a POST must say where it comes from."""

    in_clear = False
    """Speak http, to see the redirect."""
    shows_cookie_check = False
    """Stop at the step that asks whether cookies are kept. A browser takes it by itself."""

    def generic(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; Django's own methods say `secure=False` unless asked."""
        kwargs["secure"] = not self.in_clear
        response = super().generic(*args, **kwargs)
        asked = response.headers.get("Location", "")
        if asked.startswith(COOKIE_CHECK) and not self.shows_cookie_check:
            response.headers["Location"] = self.get(asked).headers["Location"]
        return response

    def fill_in(self, path: str, data: dict[str, Any], **kwargs: Any) -> Any:
        """Open the page of a form and send it, with the stamp of what the page showed."""
        return self.post(path, {**stamp_in(self.get(path)), **data}, **kwargs)


def stamp_in(response: Any) -> dict[str, str]:
    """Return what a page's form carries of what the page showed."""
    boxes = re.findall(r'<input type="hidden" name="(edit_stamp|shown)" [^>]*>', _text(response))
    return {
        name: re.findall(rf'name="{name}"[^>]* value="([^"]*)"', _text(response))[0]
        for name in boxes
    }


def _text(response: Any) -> str:
    return str(response.content.decode())


def said_by(response: Any) -> tuple[str, str]:
    """Return the page that a redirect leads to, and what that page is told to say was done."""
    path, _, query = response.headers["Location"].partition("?")
    return path, query.removeprefix("done=").partition("%3A")[0]


COOKIE_CHECK = "/cookies/kept/"
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "origin": "https://testserver"}
"""What a current browser adds to a form that is sent from a page of ours."""
