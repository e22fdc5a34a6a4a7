"""The promise that who is gone stays gone: a restored backup brings nobody back, however they went."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.test import RequestFactory, override_settings
from django.utils import timezone

from accounts.models import IdleNotice, User
from accounts.promises import deleted, registered
from contact.models import ContactMessage
from contact.orders import load_orders
from privacy.datamap.promises.export_and_erasure import ledger_of_its_own
from privacy.datamap.promises.ledger_lines import names_nobody
from privacy.datamap.promises.purging import IDLE_ACCOUNTS, carried_out, done_by_the_job
from privacy.promises.registry import Evidence, Look, NotCarriedOut, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.intake import open_request
from privacy.rights.models import OutsideSystem
from sens_site.backups import erase_again
from sens_site.promises.every_form import PASSPHRASE

REASON = "A check of the promises, rolled back."
FINISH = "finish erasures"
OLDEST = timedelta(days=34)
"""A backup lives for 35 days, so a line of this age still has somebody to erase."""


@promise("account.kept-after-deletion", look=Look.REHEARSAL)
def nobody_comes_back_with_a_backup(site: RunningSite) -> Evidence:
    """By their own click, unused for too long, at the desk, on request: all are erased again.

    By whoever restores, and by the worker; yesterday or five weeks ago, also by another key of the site.
    """
    with site.rehearsal(), ledger_of_its_own() as file:
        ends = _ways_to_go(site)
        people = {how: email for how, (email, _) in ends.items()}
        backup = transaction.savepoint()
        for how, (email, end) in ends.items():
            end()
            require(not _is_held(email), f"who went {how} is still there")
        _a_list_of_orders_brings_nobody_back(people)
        text = file.read_text(encoding="utf-8")
        lines = names_nobody(text)
        require(len(lines) == len(ends), f"{len(ends)} erasures write {len(lines)} lines")
        named = [how for how, email in people.items() if email.split("@")[0] in text]
        require(not named, f"the ledger names who went {named[:1]}")
        plays: tuple[tuple[str, timedelta, Callable[[], object]], ...] = (
            ("who restores", OLDEST, partial(_restores_elsewhere, file)),
            ("the worker", timedelta(hours=1), partial(done_by_the_job, FINISH)),
            ("the worker, by another key of the site,", OLDEST, _finishes_by_another_key),
        )
        for who, age, play in plays:
            transaction.savepoint_rollback(backup)
            require(all(map(_is_held, people.values())), "the backup could not be played")
            _date_back(file, age)
            play()
            back = [how for how, email in people.items() if _is_held(email)]
            require(not back, f"{who} leaves those who went {', '.join(back)}")
    return Evidence(
        "Played through for this check: accounts ended in each way there is, came back with a backup, "
        "and were erased again by who restored it as by the worker, also when the key of the site had "
        "been changed meanwhile; no list of orders brought them back.",
        {"ways to go": len(ends), "days since": OLDEST.days},
    )


def _restores_elsewhere(file: Path) -> None:
    """Erase again on a machine whose own ledger is empty, by the copy that came along."""
    records = file.read_text("utf-8").splitlines()
    with ledger_of_its_own():
        erase_again(records)


def _finishes_by_another_key() -> None:
    """Let the worker finish after the operator has changed the site's key, as one may at any time."""
    former = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    anew = secrets.token_urlsafe(48)
    with override_settings(SECRET_KEY=anew, SECRET_KEY_FALLBACKS=former):
        done_by_the_job(FINISH)


def _a_list_of_orders_brings_nobody_back(gone: dict[str, str]) -> None:
    """Load a list that names who is gone, a stranger, a customer, and an unconfirmed address of theirs."""
    stays, stranger = _customer(), f"check{secrets.token_hex(6)}@example.com"
    claimed = f"claimed-{stranger}"
    apps.get_model("account", "EmailAddress").objects.create(user=stays, email=claimed)
    listed = [*gone.values(), stranger, claimed, stays.email]
    lines = [f"SO-{number},{email},Shipped" for number, email in enumerate(listed)]
    load_orders("\n".join(["order_number,email,state", *lines]).encode())
    orders = apps.get_model("contact", "OrderState").objects
    named = set(orders.values_list("email", flat=True))
    require(named == {stays.email}, f"a list of orders stores {len(named)} people and not one")


def _ends_unused(email: str) -> None:
    """Let the worker end what nobody uses. Whether it does is another promise (`retention.idle-account`)."""
    carried_out(IDLE_ACCOUNTS)
    if _is_held(email):
        raise NotCarriedOut("No unused account ended, so none could be brought back.")


def _is_held(email: str) -> bool:
    return (
        User.objects.filter(email=email).exists()
        or apps.get_model("account", "EmailAddress").objects.filter(email=email).exists()
        or ContactMessage.objects.filter(email=email).exists()
    )


def _date_back(file: Path, age: timedelta) -> None:
    """Let the erasures have begun earlier: a young line is left to whoever is carrying it out."""
    at = (timezone.now() - age).isoformat()
    lines = [{**json.loads(one), "at": at} for one in file.read_text("utf-8").splitlines()]
    file.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")


def _ways_to_go(site: RunningSite) -> dict[str, tuple[str, Callable[[], object]]]:
    """Make somebody for each way in which an account ends; return address and end of each."""
    OutsideSystem.objects.update(is_used=False)
    by_click = registered(site)
    User.objects.filter(username=by_click.username).update(date_joined=_long_ago())
    unused, by_desk, by_list, asking = (_customer() for _ in range(4))
    IdleNotice.objects.all().delete()  # nobody of the site ends in here
    IdleNotice.objects.create(user=unused, queued_at=_long_ago(), sent_at=_long_ago())
    guest = f"check{secrets.token_hex(6)}@example.com"
    ContactMessage.objects.create(
        name="A check", email=guest, message=REASON, fingerprint=guest, received_at=_long_ago()
    )
    desk = admin.site.get_model_admin(User)
    by_hand = RequestFactory().post("/")
    return {
        "by their own click": (by_click.email, partial(deleted, by_click)),
        "unused for a year": (unused.email, partial(_ends_unused, unused.email)),
        "at the desk": (by_desk.email, lambda: desk.delete_model(by_hand, by_desk)),
        "from a list at the desk": (
            by_list.email,
            lambda: desk.delete_queryset(by_hand, User.objects.filter(pk=by_list.pk)),
        ),
        "on request": (asking.email, partial(_erased_on_request, asking.email)),
        "on request, without an account": (guest, partial(_erased_on_request, guest)),
    }


def _long_ago() -> datetime:
    return timezone.now() - timedelta(days=1000)


def _customer() -> User:
    mark = f"check{secrets.token_hex(6)}"
    user = User.objects.create_user(
        username=mark, email=f"{mark}@example.com", password=PASSPHRASE, date_joined=_long_ago()
    )
    apps.get_model("account", "EmailAddress").objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def _erased_on_request(email: str) -> None:
    name = f"check{secrets.token_hex(6)}"
    staff = User.objects.create(username=name, email=f"{name}@example.com", is_staff=True)
    asked = open_request(
        kind=Kind.ERASURE, name="A check", email=email, text=REASON,
        channel=Channel.FORM, proof=Proof.STAFF,
    )  # fmt: skip
    services.no_vendor_concerned(asked, by=staff, reason=REASON)
    services.erase_for_request(asked, by=staff)
