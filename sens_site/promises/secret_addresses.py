"""Promises about what strangers can find out: behind secret addresses, and on all others."""

import re
import secrets
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models import F
from django.utils import timezone

from accounts.services import mail_password_link
from newsletter.models import Subscriber
from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.rights.choices import Channel, Kind, Proof
from privacy.rights.export_files import make_export, path_of
from privacy.rights.intake import open_request
from privacy.rights.models import ExportFile, MailedLink
from sens_site.promises.access import Somebody, new_mark
from sens_site.promises.every_form import PASSPHRASE, every_page
from sens_site.promises.near_secrets import (
    nothing_near_opens_anything,
    nothing_near_the_token_opens_the_figures,
)
from sens_site.promises.private_files import (
    is_the_sites_alone,
    no_mask,
    private_files_are_written_for_the_site_alone,
)
from sens_site.promises.stored_secrets import (
    long_enough,
    second_factors_are_closed,
    secrets_are_drawn_by_chance,
)

SIGNED = re.compile(r"([?&]done=[\w-]+)(?::|%3A)[^&#]*")
"""What says that something was done, with its time and signature (`lib/http/done_notice.py`)."""


@promise("security.against-misuse", look=Look.REHEARSAL)
def a_secret_address_opens_one_thing_for_its_time(site: RunningSite) -> Evidence:
    """Addresses that are another's, made up, used up, too old, or meant for something else."""
    with site.rehearsal():
        person, other = Somebody(site), Somebody(site)
        status, theirs = (one.mailed("/privacy/request/") for one in (person, other))
        confirm = person.mailed("/privacy/confirm/")
        require(person.request.reference in site.get(status).shown, "a request cannot be followed")
        token = status.rstrip("/").rpartition("/")[2]
        swapped = theirs.replace(theirs.rstrip("/").rpartition("/")[2], token)
        identity = confirm.rstrip("/").rpartition("/")[2]
        long_enough("a request", [token, theirs.rstrip("/").rpartition("/")[2]])
        kinds = secrets_are_drawn_by_chance(person.request)
        second_factors_are_closed(new_mark())
        files = private_files_are_written_for_the_site_alone(person.request)
        made_up = secrets.token_urlsafe(32)
        copy, written = _copy_for(person)
        try:
            opened = site.get(f"/privacy/copy/{copy}/")
            require(opened.status == 200, "a mailed copy cannot be fetched")
            wrong = [
                swapped,
                status.replace(token, "0" * len(token)),
                status.replace(token, token[:-1] + ("0" if token[-1] != "0" else "1")),
                status.replace(token, identity),
                f"/privacy/confirm/{made_up}/",
                f"/privacy/confirm/{copy}/",
                f"/privacy/copy/{made_up}/",
                f"/privacy/copy/{identity}/",
                f"/privacy/copy/{token}/",
            ]
            for asks, path in product(_who_asks(site, person, other), wrong):
                for answer in (asks.get(path), asks.post(path, {})):
                    shut = answer.status in (404, 405)
                    require(shut, "an address that was mailed to nobody opens something")
            for button in ("withdraw/", "link/"):
                opened = site.get(f"{status}{button}")
                require(opened.status == 405, f"a link to {button} answers {opened.status}")
            for path in (swapped, wrong[1]):
                answer = site.visitor().post(f"{path}withdraw/", {})
                require(answer.status == 404, "anybody can take a request back")
            require(other.request.is_open, "anybody can take a request back")
            nearly = nothing_near_opens_anything(
                site, person, status, confirm, f"/privacy/copy/{copy}/"
            ) + nothing_near_the_token_opens_the_figures(site)
            _lives(site, f"/privacy/confirm/{identity}/", person, hours=24)
            _works(site, f"/privacy/confirm/{identity}/", times=1)
            _lives(site, f"/privacy/copy/{copy}/", person, hours=72)
            _works(site, f"/privacy/copy/{copy}/", times=3)
            _a_password_link_lives_for_an_hour(site, person)
        finally:
            for file in written:
                file.unlink(missing_ok=True)
    return Evidence(
        "Played through for this check, an address that was mailed opened its own request alone, "
        "once or three times and for 24 or 72 hours, a link for a password for one hour, and no "
        "other address opened anything, nor did a part of a secret; secrets were drawn with enough "
        "chance to be guessed by nobody, and private files were written so that no other user of the machine can read them.",
        {
            "kinds of secrets": kinds,
            "private files written": files + 1,
            "wrong addresses tried": len(wrong) + nearly,
            "hours for a proof": 24,
            "hours for a copy": 72,
        },
    )


def _who_asks(site: RunningSite, *customers: Somebody) -> list[Visitor]:
    """Return a stranger, customers and staff: whoever has an account opens no more by a made-up secret."""
    rights: tuple[dict[str, Any], ...] = ({}, {"is_superuser": True})
    staff = [
        get_user_model().objects.create_user(
            username=name, email=f"{name}@example.com", is_staff=True, **one
        )
        for one, name in ((one, new_mark()) for one in rights)
    ]
    users = [*(one.user for one in customers), *staff]
    visitors = [site.visitor() for _ in (None, *users)]
    for user, visitor in zip(users, visitors[1:], strict=True):
        visitor.sign_in(user)
    return visitors


def _copy_for(person: Somebody) -> tuple[str, list[Path]]:
    """Have a copy made; return the secret that was mailed, and the file, which is to be removed."""
    asked = open_request(
        kind=Kind.PORTABILITY,
        name=person.mark,
        email=person.email,
        text=f"{person.mark} again.",
        channel=Channel.ACCOUNT,
        proof=Proof.PASSWORD,
    )
    staff = get_user_model().objects.create_user(username=new_mark())
    with no_mask():
        export = make_export(asked, by=staff)
    is_the_sites_alone(path_of(export))
    return person.mailed("/privacy/copy/").rstrip("/").rpartition("/")[2], [path_of(export)]


def _lives(site: RunningSite, path: str, person: Somebody, *, hours: int) -> None:
    """Require that a mailed address opens a minute before its time is over, and not a minute after.

    The rows are made older, as no check waits so long; by less, the longer the mail has lain there.
    """
    mails = OutboxMail.objects.to_address(person.email)
    lain = timezone.now() - max(one.created_at for one in mails if path in mail_text(one.message))
    purpose = "export" if "/copy/" in path else "identity"
    links = MailedLink.objects.filter(request__email=person.email, purpose=purpose)
    files = ExportFile.objects.filter(request__email=person.email)
    stored = (links, files) if purpose == "export" else (links,)
    a_minute = timedelta(minutes=1)
    for older, status in (
        (timedelta(hours=hours) - a_minute - lain, 200),
        (2 * a_minute, 404),
    ):
        for rows in stored:
            rows.update(expires_at=F("expires_at") - older)
        answer = site.get(path)
        require(answer.status == status, f"a mailed address does not live for {hours} hours")
    for rows in stored:
        rows.update(expires_at=timezone.now() + timedelta(hours=1))


def _a_password_link_lives_for_an_hour(site: RunningSite, person: Somebody) -> None:
    """Its time stands in the secret itself, so older ones are made."""
    old: Any = PasswordResetTokenGenerator
    now, current = old._now, old()._now()  # noqa: SLF001 - in the clock of the generator
    try:
        for minutes, opens in ((59, True), (61, False)):
            made = current - timedelta(minutes=minutes)
            old._now = lambda _, made=made: made  # noqa: SLF001 - what Django's own tests replace
            mail_password_link(person.user)
            old._now = now  # noqa: SLF001 - see above
            answer = site.get(person.mailed("/accounts/password/reset/key/"))
            asks = any(box.get("name") == "password1" for box in answer.page.all("input"))
            require(asks is opens, "a link for a new password does not live for an hour")
    finally:
        old._now = now  # noqa: SLF001 - see above


def _works(site: RunningSite, path: str, *, times: int) -> None:
    """Require that the button behind a mailed address works so often, and not once more."""
    statuses = [site.visitor().post(path, {}).status for _ in range(times + 1)]
    require(all(one in (200, 303) for one in statuses[:-1]), "a mailed address does not work")
    require(statuses[-1] == 404, f"a mailed address works more than {times} times")
    require(site.get(path).status == 404, "a mailed address opens after it was used up")


@promise("security.against-misuse", look=Look.REHEARSAL)
def no_address_tells_a_stranger_of_somebody(site: RunningSite) -> Evidence:
    """Every address of the map, pages and files, while somebody has an account, and has written."""
    met = [one for one in every_page(site) if one.by == "a stranger"]
    least = 50 if site.routes is None else 0  # a test names few
    require(len(met) > least, "the addresses of the site were not found")
    telling = [one.answer.path for one in met if one.tells]
    require(not telling, f"{telling[:1]} tells strangers of somebody")
    return Evidence(
        "Played through for this check, no address of the site told a stranger anything of "
        "somebody who has an account and has written.",
        {"addresses": len(met)},
    )


@promise("security.against-misuse", look=Look.REHEARSAL)
def no_form_tells_who_has_an_account(site: RunningSite) -> Evidence:
    """Registering, forgetting a password, asking and losing a link are answered alike for everybody."""
    with site.rehearsal():
        known = Somebody(site).email
        Subscriber.objects.create(
            email=known, state="confirmed", confirmed_at=timezone.now(), confirmed_by="link"
        )
        answers = {
            (address == known): [
                _told(site, path, {name: address, **more})
                for path, name, more in (
                    (
                        "/accounts/register/",
                        "email",
                        {"username": new_mark(), "password1": PASSPHRASE},
                    ),
                    ("/accounts/password/reset/", "email", {}),
                    ("/newsletter/unsubscribe/", "email", {}),
                    ("/privacy/choices/", "email", {"kind": "access", "name": "A check"}),
                    ("/accounts/login/", "login", {"password": "not the password"}),
                )
            ]
            for address in (known, f"{new_mark()}@example.com")
        }
    require(answers[True] == answers[False], "a form tells who has an account")
    return Evidence(
        "Played through for this check, five forms answered alike for an address with an account "
        "and for one without.",
        {"forms": len(answers[True])},
    )


def _told(site: RunningSite, path: str, data: dict[str, str]) -> tuple[int, str, str]:
    """Return what an answer tells, without what names the one who sent the form, or the second."""
    answer = site.visitor().fill_in(path, data)
    # What is said to be done bears the second in which it was, which tells nothing of anybody.
    where = SIGNED.sub(r"\1", answer.header("Location").partition("/sent/")[0])
    main = answer.page.first("main") if answer.is_page else None
    return answer.status, where, main.text if main else ""
