"""A promise about customers: what one of them has told is on no page that another opens.

Both have more than a page holds, as page 2 is another query than page 1; and whatever a view reads
after the question mark is asked for, in every room that shows people what is theirs.
"""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import product
from typing import Any
from urllib.parse import urlencode
from zipfile import ZipFile, is_zipfile

from django.apps import apps
from django.contrib.auth import get_user_model
from django.urls import get_resolver
from django.utils import timezone

from contact.models import ContactMessage, new_reference
from privacy.datamap.subjects import keyed_hash
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from sens_site.lib.cache.fragment_cache import forget_fragments
from sens_site.promises.access import (
    OWN_PAGES,
    Somebody,
    new_mark,
    paths_of,
    played_member,
    state_of,
)
from sens_site.promises.all_ones_rows import pages_of_one
from sens_site.promises.asked_names import read_in_code
from sens_site.promises.desk_rights import MAY_OPEN
from sens_site.promises.every_form import password_just_typed
from sens_site.promises.known_addresses import no_form_tells_who_has_an_account

SHOWING_OWN = (OWN_PAGES, "/contact/", "/newsletter/")
MORE_THAN_A_PAGE = 60
USUAL = frozenset({"account", "all", "email", "id", "order", "page", "pk", "q", "sort", "user"})
"""By what pages are often asked for more, or for something else, whether ours read it or not."""
ANOTHER_PAGE = "2"
SIDES = ("1", ANOTHER_PAGE, "last")
LONG_AGO = timedelta(days=1000)
COPY = "/accounts/data/copy/"


@promise("security.against-misuse", look=Look.REHEARSAL)
def a_customer_sees_nothing_of_another(site: RunningSite) -> Evidence:
    """Every page of accounts, opened by a stranger and by a neighbour, and sent by the neighbour.

    Pages of other rooms show a customer something of their own, too: the state of orders.
    """
    paths = sorted({p for p in paths_of(get_resolver().url_patterns) if p.startswith(SHOWING_OWN)})
    names = read_in_code() | USUAL
    require(
        len(names) > len(USUAL), "no view was found that reads what stands after a question mark"
    )
    with site.rehearsal():
        person, neighbour, told = Somebody(site), Somebody(site), new_mark()
        get_user_model().objects.filter(pk=person.user.pk).update(company=told)
        orders = apps.get_model("contact", "OrderState").objects
        orders.create(order_number=person.mark, email=person.email, state=told)
        _write_more(person, neighbour, told)
        forget_fragments()  # in one of them it stands whether there is a list of orders
        factors = apps.get_model("mfa", "Authenticator").objects
        factor = factors.create(user=person.user, type="webauthn", data={"name": person.mark})
        staff = played_member(site, list(MAY_OPEN))
        handle = apps.get_model("accounts", "Session").objects.get(user=person.user).handle
        before = state_of(person)
        values = (person.mark, person.email, person.user.pk, ANOTHER_PAGE)
        for path in paths:
            if "logout" in path:
                continue
            for who, visitor in (
                ("a stranger", site.visitor()),
                ("another", neighbour.visitor),
                ("a member of staff", staff),
            ):
                with site.hearing_what_is_asked() as heard:
                    answer = visitor.get(path)
                shown = answer.text
                require(
                    person.mark not in shown and told not in shown,
                    f"{path} shows an account to {who}",
                )
                is_theirs = visitor is neighbour.visitor and answer.status == 200
                for asked in _questions(heard, names if is_theirs else frozenset(), values):
                    seen = visitor.get(f"{path}?{urlencode(asked)}")
                    require(told not in seen.text, f"{path} shows {who} the account that is named")
            held = "no-store" in answer.header("Cache-Control")
            require(
                held or not path.startswith(OWN_PAGES),
                f"{path} may be stored by machines in between",
            )
        require(state_of(person) == before, "an address that names an account changes it")
        _cannot_act(person, neighbour.visitor, factor, handle)
        _an_address_that_is_only_typed_shows_nothing(site, person, told)
        forms = no_form_tells_who_has_an_account(site, person.email)
    return Evidence(
        "Played through for this check, no page of accounts, contacts or the newsletter "
        "showed one customer anything of another or let one act for another, and no form told a "
        "stranger whether an address has an account.",
        {
            "pages": len(paths),
            "names after a question mark": len(names),
            "forms that tell nobody who has an account": forms,
        },
    )


def _an_address_that_is_only_typed_shows_nothing(
    site: RunningSite, person: Somebody, told: str
) -> None:
    """Let a customer type others' addresses as new ones of theirs, which nobody has confirmed.

    One is of an account, and one of somebody who has none and has written to us.
    """
    topics, readers = (apps.get_model("newsletter", one).objects for one in ("Topic", "Subscriber"))
    reader = readers.create(
        email=person.email, state="confirmed", confirmed_at=timezone.now(), confirmed_by="link"
    )
    # One that is on offer would be shown to everybody.
    reader.topics.add(topics.create(slug=told, title=told, active=False))
    word, addresses = new_mark(), apps.get_model("account", "EmailAddress").objects
    user = get_user_model().objects.create_user(
        username=word, email=f"{word}@example.com", password=new_mark()
    )
    addresses.create(user=user, email=user.email, verified=True, primary=True)
    addresses.create(user=user, email=person.email, verified=False)
    writer = _copy_of(person.message, told)
    writer.email = f"{new_mark()}@example.com"
    writer.save()
    addresses.create(user=user, email=writer.email, verified=False)
    for path in pages_of_one():
        require(told in person.visitor.get(path).shown, f"{path} does not show what is one’s own")
    _nothing_is_shown(site, user, told, "whose address somebody types")
    addresses.filter(user=user, verified=False).delete()
    for email in (person.email, writer.email):
        _gave_up(user, email)
    _nothing_is_shown(site, user, told, "who has an address that somebody gave up")


def _gave_up(user: Any, email: str) -> None:
    """Let an address have been somebody's, until before whoever has it now wrote anything."""
    apps.get_model("accounts", "ConfirmedAddress").objects.create(
        user=user, address_hash=keyed_hash("address", email),
        confirmed_at=timezone.now() - LONG_AGO, replaced_at=timezone.now() - LONG_AGO / 2,
    )  # fmt: skip


def _nothing_is_shown(site: RunningSite, user: Any, told: str, whose: str) -> None:
    """Require that neither a page of somebody's, on whichever side of a list, nor a copy says it."""
    visitor = site.visitor()
    visitor.sign_in(user, **password_just_typed(user))
    for path, side in product(pages_of_one(), ("", *(f"?page={one}" for one in SIDES))):
        require(told not in visitor.get(f"{path}{side}").text, f"{path}{side} shows {whose}")
    copy = visitor.post(COPY, {})
    held = any(told.encode() in one for one in files_in(copy.body))
    require(not held, f"a copy holds what is of {whose}")


def files_in(body: bytes) -> Iterator[bytes]:
    """Yield what is in a copy, or the page that says why there is none, which is another's matter."""
    if not is_zipfile(BytesIO(body)):
        yield body
        return
    with ZipFile(BytesIO(body)) as archive:
        yield from map(archive.read, archive.namelist())


def _questions(
    heard: dict[str, set[str]], names: frozenset[str], values: tuple[Any, ...]
) -> Iterator[dict[str, Any]]:
    """Yield what to ask a page: each name for which it has asked, and all there are at once."""
    for name, value in product(sorted(heard), values):
        yield {name: value}
    for value in values if names else ():
        yield {**dict.fromkeys(sorted(names), value), "page": ANOTHER_PAGE}


def _write_more(person: Somebody, neighbour: Somebody, told: str) -> None:
    """Store more messages of both than a page holds, those of one between those of the other."""
    made = []
    for number in range(MORE_THAN_A_PAGE):
        whose, words = ((person, told), (neighbour, "Of the neighbour"))[number % 2]
        row = _copy_of(whose.message, words)
        row.received_at -= timedelta(minutes=number + 1)
        made.append(row)
    ContactMessage.objects.bulk_create(made)


def _copy_of(message: ContactMessage, words: str) -> ContactMessage:
    """Return the same message with other words, not stored."""
    columns = [one.attname for one in ContactMessage._meta.concrete_fields if not one.primary_key]
    row = ContactMessage(**{name: getattr(message, name) for name in columns})
    row.reference, row.message, row.fingerprint = new_reference(), words, new_mark()
    return row


def _cannot_act(person: Somebody, neighbour: Visitor, factor: Any, handle: str) -> None:
    """Require that a neighbour ends, removes and changes nothing of somebody."""
    require(person.mark in person.visitor.get("/accounts/data/").shown, "nobody sees their own")
    neighbour.post("/accounts/sessions/end/", {"session": handle})
    neighbour.post(f"/accounts/passkey/{factor.pk}/remove/", {})
    neighbour.post("/accounts/profile/", {"username": person.mark, "pk": "1"})
    left = person.visitor.get("/accounts/data/")
    require(left.status == 200, "one customer can end the session of another")
    kept = type(factor)._base_manager.filter(pk=factor.pk)
    require(kept.exists(), "one customer can remove another’s passkey")
    require(person.mark in left.text, "one customer can change the profile of another")
