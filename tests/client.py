"""The test client of this site: speaks https, as the settings redirect everything else."""

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


COOKIE_CHECK = "/cookies/kept/"
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "origin": "https://testserver"}
"""What a current browser adds to a form that is sent from a page of ours."""
