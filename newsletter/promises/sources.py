"""Readers of each source: the form, the account, a list that staff bring, a sign-up that was held.

What counts for one source is to count for each: how a reader came is no reason to be kept.
"""

import secrets
from datetime import timedelta
from weakref import WeakKeyDictionary

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from newsletter.models import Subscriber, Topic
from newsletter.models.readers import new_key
from newsletter.promises.readers import SIGN_UP, Reader
from newsletter.wording import keep_wording, words_shown
from privacy.datamap.promises.filled_rows import fill
from privacy.promises.page_reader import hidden_in
from privacy.promises.registry import require
from privacy.promises.running_site import Answer, RunningSite, Visitor
from privacy.rights.promises.played_requests import hold

DESK = "/admin/newsletter/subscriber/"
YOURS = "/newsletter/yours/"
CAME = ("the form, by the link", "the form, by the code", "the account", "a list", "a held sign-up")


def somebody_logged_in(
    site: RunningSite, email: str, **also: object
) -> tuple[AbstractBaseUser, Visitor]:
    """Return an account whose address is confirmed, and its browser."""
    user: AbstractBaseUser = get_user_model()._default_manager.create(
        username=f"check{secrets.token_hex(6)}", email=email, **also
    )
    confirm_address(user, email, primary=True)
    visitor = site.visitor()
    visitor.sign_in(user)
    return user, visitor


def confirm_address(user: AbstractBaseUser, email: str, *, primary: bool = False) -> None:
    """Give an account an address that its owner has confirmed."""
    addresses = apps.get_model("account", "EmailAddress").objects
    addresses.create(user=user, email=email, verified=True, primary=primary)


def at_the_desk(site: RunningSite) -> Visitor:
    """Return the browser of a member of staff who may do everything with readers."""
    email = f"check{secrets.token_hex(6)}@example.com"
    user, visitor = somebody_logged_in(site, email, is_staff=True, is_superuser=True)
    apps.get_model("mfa", "Authenticator").objects.create(user=user, type="totp", data={})
    return visitor


def brought_by_staff(site: RunningSite, desk: Visitor, topic: Topic) -> Reader:
    """Have staff bring a list with one address, as their page asks for it."""
    reader = Reader(site)
    row = f"{reader.email},{topic.slug},2026-05-01,A card from a fair in the cabinet"
    page = f"{DESK}import/"
    looked = desk.post(page, {"text": f"email,topics,consented_on,proof\n{row}\n"})
    answer = desk.post(page, _shown_on(looked))
    require(answer.status == 303, f"a list of readers is taken with {answer.status}")
    return reader


def let_go_on_by_staff(site: RunningSite, desk: Visitor, topic: Topic) -> Reader:
    """Have a sign-up held, and a member of staff let it go on."""
    reader = Reader(site)
    trapped = {"email": reader.email, "topics": [topic.slug], "subject_line": "x"}
    reader.visitor.fill_in(SIGN_UP, trapped)
    require(reader.row is not None, "a sign-up that is held is not stored")
    step_of_staff(desk, reader.row, "release")
    return reader


def step_of_staff(desk: Visitor, row: Subscriber | None, step: str) -> None:
    """Take a step of the desk with a reader."""
    page = f"{DESK}{row.pk if row else 0}/{step}/"
    answer = desk.post(page, _shown_on(desk.get(page)))
    require(answer.status == 303, f"the step “{step}” of a reader is answered with {answer.status}")


def _shown_on(answer: Answer) -> dict[str, str]:
    """Return the stamp that a page of the desk sends back: it acts on what it has shown (law 16)."""
    found = [hidden for form in answer.page.forms() if "shown" in (hidden := hidden_in(form))]
    require(found, f"{answer.path} offers nothing to a member of staff ({answer.status})")
    return found[0]


def of_each_source(site: RunningSite, topic: Topic) -> dict[str, Subscriber]:
    """Return who comes from each source, as they were stored; `like` stores another such reader.

    Played once a run: what is stored of a reader depends on nothing that stands elsewhere.
    """
    if site not in _played:
        _played[site] = _let_them_come(site, topic)
    return _played[site]


_played: WeakKeyDictionary[RunningSite, dict[str, Subscriber]] = WeakKeyDictionary()


def _let_them_come(site: RunningSite, topic: Topic) -> dict[str, Subscriber]:
    """Let somebody come from each source, and confirm where that is asked for."""
    desk = at_the_desk(site)
    by_code = Reader(site).signs_up(topic.slug)
    by_code.types_the_code()
    by_account = Reader(site)
    _, member = somebody_logged_in(site, by_account.email)
    answer = member.fill_in(YOURS, {"topics": [topic.slug]})
    require(answer.status == 303, f"a sign-up in the account is answered with {answer.status}")
    readers = (
        Reader(site).signs_up(topic.slug).confirms(),
        by_code,
        by_account,
        brought_by_staff(site, desk, topic),
        let_go_on_by_staff(site, desk, topic),
    )
    # That they are not, before they press it, is another check's.
    for one in (one for one in readers[3:] if not one.is_confirmed):
        one.confirms()
    found = {name: one.row for name, one in zip(CAME, readers, strict=True)}
    for name, row in found.items():
        require(row is not None and row.state == "confirmed", f"nobody becomes a reader by {name}")
    return {name: row for name, row in found.items() if row is not None}


def like(row: Subscriber, *topics: Topic) -> Subscriber:
    """Store another reader who came as one did, with what is stored of such."""
    values = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}
    values["wording_id"] = keep_wording(words_shown()).pk
    other = {"id": None, "key": new_key(), "email": f"check{secrets.token_hex(6)}@example.com"}
    made = Subscriber(**{**values, **other})
    made.save(force_insert=True)
    for topic in topics:
        made.subscriptions.create(topic=topic)
    return made


def age(row: Subscriber) -> None:
    """Let a reader have signed up three years ago, and store all that may be stored of one.

    Such a one has been reminded, and is parked.
    """
    fill(row)
    long_ago = timezone.now() - timedelta(days=1096)
    Subscriber.objects.filter(pk=row.pk).update(created_at=long_ago, confirmed_at=long_ago)
    row.refresh_from_db()


def live_on(row: Subscriber, who: str) -> None:
    """Let a reader become what it is called: long signed up and parked, or held by a restriction."""
    if "parked" in who:
        age(row)
    if who.startswith("held"):
        hold(row.email)
