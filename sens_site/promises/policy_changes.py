"""The promise that who has registered or reads the newsletter is told when the policy changes."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.promises import registered
from newsletter.models import Subscriber
from outbox.models import NOTICE, OutboxMail
from privacy.datamap.promises.purging import done_by_the_job, runs_daily
from privacy.policy.models import PRIVACY, Kind
from privacy.policy.notices import announce, everybody, told_too_late, unannounced
from privacy.policy.promises.record import BECAUSE, in_force
from privacy.policy.promises.sealed_texts import posted_versions
from privacy.policy.services import create_draft, seal_and_publish
from privacy.promises.played_clock import later
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.promises.seen_in_mail import link_is_seen
from privacy.rights import restrictions
from privacy.rights.models import SubjectRequest
from privacy.rights.promises.played_requests import hold

MOST_REHEARSED = 2000
"""With more people than this, a rehearsal would keep others from writing for too long."""
ANNOUNCE = "announce policy versions"
WITHOUT_A_WORKER = timedelta(days=20)
"""For so long nobody has looked after the site; whoever does then still tells everybody."""


@promise("use.policy-changes", look=Look.REHEARSAL)
def everybody_is_told_of_a_material_change(site: RunningSite) -> Evidence:
    """Posting a material version writes one mail to each registered person, and no second one."""
    overdue = unannounced().filter(posted_at__lt=timezone.now() - timedelta(hours=1)).count()
    require(not overdue, f"{overdue} versions were posted and announced to nobody")
    late = told_too_late()
    require(not late, f"{late} people wait for a notice of what has taken effect already")
    some = list(islice(everybody(), MOST_REHEARSED + 1))
    with site.rehearsal():
        # Who is only to be stored is written to of nothing meanwhile: another sentence speaks of them.
        SubjectRequest.objects.exclude(restricted_at=None).update(restricted_at=None)
        person = registered(site)
        others = people_of_all_kinds()
        held = a_reader()
        hold(held)
        told = set(everybody()) - {held}
        require(person.email in told, "a registered person is not among those who are told")
        _nobody_is_left_out(others, told)
        if len(some) > MOST_REHEARSED:
            return Evidence(
                "Every version that was posted has been announced; of made-up people of each kind "
                "all are among those who are told.",
                {"not announced": 0, "kinds of people": len(others)},
            )
        version = in_force()
        draft = create_draft(
            version.policy,
            by=None,
            source_text=f"{version.source_text}\nRolled back.\n",
            kind=Kind.MATERIAL,
            reason=BECAUSE,
            summary=BECAUSE,
            effective_on=timezone.localdate() + timedelta(days=400),
        )
        posted = seal_and_publish(draft, by=None, override_reason=BECAUSE)
        runs_daily(ANNOUNCE)
        with later(WITHOUT_A_WORKER):
            done_by_the_job(ANNOUNCE)
        notices = OutboxMail.objects.filter(purpose=NOTICE, created_at__gte=posted.posted_at)
        require(notices.to_address(person.email).exists(), "the worker tells nobody")
        announce(posted)
        mine = notices.to_address(person.email).count()
        require(mine == 1, f"a registered person gets {mine} notices")
        _nobody_is_left_out(others, set(notices.values_list("recipient", flat=True)))
        require(notices.count() == len(told), "not everybody is told")
        staff = User.objects.filter(email=others["works here"]).get()
        restrictions.lift(SubjectRequest.objects.get(email=held), by=staff, reason=BECAUSE)
        require(notices.to_address(held).count() == 1, "who was held meanwhile is never told")
        new, old = (one.number for one in posted_versions(PRIVACY)[:2])
        for kind, text in _parts(notices.to_address(person.email)[0]):
            require(posted.hash in text, f"the notice does not name the version in its {kind}")
            for path in (f"/privacy/v/{new}/", f"/privacy/compare/{old}/{new}/"):
                require(path in text, f"the notice does not lead to {path} in its {kind}")
                if kind == "text/html":
                    link_is_seen(text, f"{settings.SITE_ORIGIN}{path}", f"the link to {path}")
                require(site.get(path).status == 200, f"the notice leads to {path}, which is lost")
    return Evidence(
        "Played through for this check, posting a material version wrote one mail to each registered "
        "person and each reader of the newsletter, of whichever kind, however often it was announced; "
        "who was not to be written to meanwhile got it when that ended.",
        {"people told": len(told) - 1 - len(others), "kinds of people": len(others)},
    )


def _parts(mail: OutboxMail) -> Iterator[tuple[str, str]]:
    """Yield each way in which a mail says what it says, and the words."""
    for part in mail.as_message().message().walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield part.get_content_type(), content.decode()


def people_of_all_kinds() -> dict[str, str]:
    """Make people as time and their own choices make them; return who has which address.

    The sentence knows no kinds: who has registered, or reads the newsletter, is told.
    """
    now = timezone.now()
    early = now - timedelta(days=3000)
    kinds: dict[str, dict[str, Any]] = {
        "joined long ago and came today": {"date_joined": early, "last_login": now},
        "has not come for two years": {
            "date_joined": early,
            "last_login": now - timedelta(days=730),
        },
        "joined long ago and never came": {"date_joined": early, "last_login": None},
        "joined today and has not come yet": {"date_joined": now, "last_login": None},
        "wants no news": {"marketing_opt_in_at": None, "last_login": now},
        "wants news": {"marketing_opt_in_at": now, "last_login": now},
        "works here": {"is_staff": True, "last_login": now},
        "has told nothing more": dict.fromkeys(("name", "company", "position", "phone"), ""),
    }
    addresses: dict[str, str] = {}
    for kind, columns in kinds.items():
        mark = f"check{secrets.token_hex(6)}"
        addresses[kind] = f"{mark}@example.com"
        user = User.objects.create(username=mark, email=addresses[kind], **columns)
        apps.get_model("account", "EmailAddress").objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
    addresses["reads the newsletter and has no account"] = a_reader()
    return addresses


def a_reader() -> str:
    """Make somebody who reads the newsletter; return their address."""
    reader = f"check{secrets.token_hex(6)}@example.com"
    Subscriber.objects.create(
        email=reader, state="confirmed", confirmed_by="link", confirmed_at=timezone.now()
    )
    return reader


def _nobody_is_left_out(people: dict[str, str], told: set[str]) -> None:
    untold = [kind for kind, address in people.items() if address not in told]
    require(not untold, f"who {untold[0]} is told nothing" if untold else "")
