"""That a part of a secret opens nothing: neither its beginning nor its end, nor it in other letters.

A comparison that is too kind lets whoever guesses sign by sign: sixteen guesses instead of 2 ** 256.
"""

import secrets
from collections.abc import Iterator, Mapping

from django.test import override_settings
from django.utils import timezone

from accounts.services import mail_password_link
from newsletter.links import (
    CONFIRM,
    PREFERENCES,
    REFUSE,
    UNSUBSCRIBE,
    code_of,
    path_of,
    waiting_path,
)
from newsletter.models import Subscriber
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite
from sens_site.promises.access import Somebody, new_mark

INSIDE: Mapping[str, str] = {"/metrics": "site_requests", "/readyz": '"checks"'}
"""Where the site tells how it is, each with what stands there for its operator alone."""


def near(secret: str) -> list[str]:
    """Return what is nearly a secret: its parts, more than it, and what stands for any sign."""
    half = len(secret) // 2
    parts = [secret[:1], secret[:half], secret[:-1], secret[1:], secret[half:], f"{secret}a"]
    return sorted({*parts, secret.swapcase(), "%25"} - {secret})


def nothing_near_opens_anything(site: RunningSite, person: Somebody, *mailed: str) -> int:
    """Require it of each kind of address that is mailed, and of the code; return how many were tried."""
    tried = 0
    for path in (*mailed, *_of_a_reader(), _for_a_password(person)):
        opened = _said(site, path)
        require(opened[0] == 200, f"a mailed address answers {opened[0]}")
        before, secret = path.rstrip("/").rsplit("/", 1)
        for wrong in near(secret):
            tried += 1
            said = _said(site, f"{before}/{wrong}/")
            require(said != opened, f"a part of a secret opens an address below {before[:18]}")
    return tried + _part_of_a_code(site)


def nothing_near_the_token_opens_the_figures(site: RunningSite) -> int:
    """Ask for the figures of the site from elsewhere: with their token, and with what is nearly it.

    Where no token is set, nobody elsewhere gets them, whatever they name. Returns how many were tried.
    """
    token = f"A-{secrets.token_hex(16)}"
    none = ["", "Bearer ", "Bearer None"]
    wrong = [*none, *(f"Bearer {one}" for one in near(token))]
    for is_set, named in ((token, wrong), ("", [*none, f"Bearer {token}"])):
        with override_settings(METRICS_TOKEN=is_set):
            for one in named:
                for path in INSIDE:
                    require(
                        not _is_told(site, path, one), f"{path} tells strangers how the site is"
                    )
    with override_settings(METRICS_TOKEN=token):
        for path in INSIDE:
            require(_is_told(site, path, f"Bearer {token}"), f"{path} tells nothing for its token")
    return len(INSIDE) * (len(wrong) + len(none) + 1)


def _is_told(site: RunningSite, path: str, named: str) -> bool:
    """Tell whether somebody elsewhere gets what is for the operator alone."""
    answer = site.get(path, **({"Authorization": named} if named else {}))
    return INSIDE[path] in answer.text


def _said(site: RunningSite, path: str) -> tuple[int, str]:
    answer = site.get(path)
    main = answer.page.first("main") if answer.is_page else None
    return answer.status, main.text if main else ""


def _reader(state: str) -> Subscriber:
    confirmed = {"confirmed_at": timezone.now(), "confirmed_by": "link"}
    more = confirmed if state == "confirmed" else {}
    return Subscriber.objects.create(email=f"{new_mark()}@example.com", state=state, **more)


def _of_a_reader() -> Iterator[str]:
    for state, uses in (("pending", (CONFIRM, REFUSE)), ("confirmed", (PREFERENCES, UNSUBSCRIBE))):
        reader = _reader(state)
        yield from (path_of(reader, use) for use in uses)


def _for_a_password(person: Somebody) -> str:
    mail_password_link(person.user)
    return person.mailed("/accounts/password/reset/key/")


def _part_of_a_code(site: RunningSite) -> int:
    """Type a mailed code as far as its first sign, its half, and its last but one."""
    reader = _reader("pending")
    code = code_of(reader)
    parts = [code[:1], code[: len(code) // 2], code[:-1]]
    for part in parts:
        site.visitor().post(waiting_path(reader.email), {"code": part})
        reader.refresh_from_db()
        require(reader.state == "pending", "a part of a mailed code confirms an address")
    return len(parts)
