"""What staff have changed of somebody at the desk: no word of it outlives the account.

Played beside the promise about what is kept of an account (`leaving.py`). Which boxes there are is
read from the page of the desk, and where something is left from the database, not from its models.
"""

import secrets

from accounts.erasure import erase_account
from accounts.models import User
from accounts.promises import registered
from privacy.datamap.promises.raw_rows import Database, texts_of
from privacy.promises.page_reader import Element
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite
from sens_site.promises.access import played_member
from sens_site.promises.desk_corrections import PEOPLE, form_as_it_stands, forms_of

SENT = "outbox_outboxmail"
"""The log of mail that was sent: the last message to the person is in it, as the policy says."""
TYPED = ("email", "tel", "text", "")


def what_the_desk_changed_is_forgotten(site: RunningSite) -> int:
    """Change each word of an account at the desk, twice, and erase it. Asks for a rehearsal."""
    person = registered(site)
    user = User.objects.get(username=person.username)
    superuser = played_member(site, [], is_superuser=True)
    path, words = f"{PEOPLE}{user.pk}/change/", set(person.words)
    for _ in range(2):
        form = forms_of(superuser, path)[0]
        typed = {box.get("name"): _another(box) for box in _boxes_of(form)}
        require("email" in typed, "the desk has no box for the address of an account")
        answer = superuser.post(path, {**form_as_it_stands(form), **typed})
        require(answer.status == 302, f"a change at the desk is answered with {answer.status}")
        words |= set(typed.values())
    user.refresh_from_db()
    require(user.email in typed.values(), "what is changed at the desk does not stand")
    erase_account(user)
    found = texts_of(Database.as_it_stands().naming(words))
    left = sorted(
        {place for place, text in found if SENT not in place and any(one in text for one in words)}
    )
    require(not left, f"what staff changed at the desk outlives the account in {left[:1]}")
    return len(words)


def _boxes_of(form: Element) -> list[Element]:
    return [
        box
        for box in form.all("input", "textarea")
        if (box.tag == "textarea" or box.get("type") in TYPED) and "readonly" not in box.attrs
    ]


def _another(box: Element) -> str:
    word = f"check{secrets.token_hex(6)}"
    return f"{word}@example.com" if "email" in (box.get("type"), box.get("name")) else word
