"""That no form tells a stranger who has an account: it answers to a known address as to any other.

Played beside the promise that one customer sees nothing of another (`neighbours.py`).
"""

import secrets
from urllib.parse import urlsplit

from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite

REGISTER, RESET, LOGIN, NEWSLETTER = (
    "/accounts/register/", "/accounts/password/reset/", "/accounts/login/", "/newsletter/",
)  # fmt: skip
PASSPHRASE = "plover lantern 42 quiet"  # noqa: S105 - of nobody


def no_form_tells_who_has_an_account(site: RunningSite, known: str) -> int:
    """Send each form with a known address and with an unknown one. Asks for a rehearsal."""
    forms = {
        REGISTER: {"username": "", "email": "", "password1": PASSPHRASE},
        RESET: {"email": ""},
        LOGIN: {"login": "", "password": PASSPHRASE},
        NEWSLETTER: {"email": ""},
    }
    for path, boxes in forms.items():
        unknown = f"check{secrets.token_hex(6)}@example.com"
        told = {_answer(site, path, boxes, address) for address in (known, unknown)}
        require(len(told) == 1, f"{path} tells a stranger whether an address has an account")
    return len(forms)


def _answer(
    site: RunningSite, path: str, boxes: dict[str, str], address: str
) -> tuple[int, int, str]:
    """Return what a stranger is answered, also on the page to which it leads, without the address."""
    visitor, username = site.visitor(), f"check{secrets.token_hex(6)}"
    typed = {"email": address, "login": address, "username": username}
    sent = {name: typed.get(name, said) for name, said in boxes.items()}
    answer = visitor.fill_in(path, sent)
    target = urlsplit(answer.header("Location"))
    then = visitor.get(target.path) if target.path else answer
    words = then.page.text.replace(address, "").replace(username, "")
    return answer.status, then.status, words
