"""What staff decide about the offer: which services run, and which changes are wording alone."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from privacy.consent.models import (
    CHOICE_DAYS,
    DailyChoice,
    EditorialNote,
    GroupVersion,
    ServiceSwitch,
)
from privacy.consent.offer import current
from privacy.consent.offer.building import OfferedGroup
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.changes import describe, only_words_differ
from privacy.consent.offer.loading import SERVICES, load_offer, numbers_entered, offer_with
from privacy.consent.offer.parts import Group, Service
from privacy.consent.offer.third_parties import KNOWN_AS
from privacy.policy.addresses import PRIVACY
from privacy.policy.models import PolicyVersion
from privacy.policy.people import pseudonym
from sens_site.lib.cache.content_stamp import content_changed


def recipient_is_in_policy(service: Service) -> bool:
    """Tell whether the policy in force names the one who receives what a service learns."""
    version = PolicyVersion.objects.in_force(slug=PRIVACY)
    return version is not None and is_named(service.recipient, version.source_text)


def is_named(firm: str, text: str) -> bool:
    """Tell whether a text names a firm: by its whole name, or the one that everybody knows."""
    words = " ".join(text.split())
    names = {firm, KNOWN_AS.get(firm, firm)}
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) for name in names)


def check_identifier(service: Service, identifier: str) -> None:
    """Raise ValidationError for a number that is none, and where the policy does not name the
    recipient: what it does not promise openly does not run.
    """  # noqa: D205 - one sentence
    if identifier and not re.fullmatch(service.identifier, identifier):
        hint = service.identifier_hint
        raise ValidationError(f"Enter {hint[:1].lower()}{hint[1:]}")
    if identifier and not recipient_is_in_policy(service):
        raise ValidationError(
            f"The privacy policy in force does not name {service.recipient}. Publish a version "
            "that does, then switch this on."
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a switch would do: what visitors are asked then, and whom it concerns."""

    group: Group
    changed: str
    """What those read who allowed the group before; nothing where nobody could."""
    is_new: bool
    """Whether the group has had no service, so that nobody has been asked about it."""
    is_gone: bool
    allowed: int
    """How many choices allowed something within the time for which a choice counts, at most."""


def forecast(key: str, *, on: bool) -> Forecast:
    """Tell what happens to visitors when a service is switched on or off."""
    service = SERVICES[key]
    group = next(one for one in GROUPS if service in one.services)
    numbers = numbers_entered()
    before = offer_with(numbers).by_key.get(group.key)
    others = {one: number for one, number in numbers.items() if one != key}
    after = offer_with({**others, key: service.nobodys} if on else others).by_key.get(group.key)
    same = before and after and before.version == after.version
    return Forecast(
        group=group,
        changed=(
            describe(group.key, before.material, after.material)
            if before and after and not same
            else ""
        ),
        is_new=before is None,
        is_gone=after is None,
        allowed=_choices_that_allowed_something(),
    )


def _choices_that_allowed_something() -> int:
    today = timezone.localdate()
    counts = DailyChoice.objects.between(today - timedelta(days=CHOICE_DAYS), today)
    return sum(counts.get(one, 0) for one in (DailyChoice.Outcome.ALL, DailyChoice.Outcome.SOME))


@transaction.atomic
def switch_service(key: str, *, identifier: str, **terms: Any) -> ServiceSwitch:
    """Switch a service on with its account number, or off with an empty one.

    `terms` are the columns of what the law asks: the agreement, the ground, who decided.
    Raises ValidationError as `check_identifier` does.
    """
    check_identifier(SERVICES[key], identifier)
    row, _ = ServiceSwitch.objects.update_or_create(
        key=key, defaults={**terms, "identifier": identifier}
    )
    record_versions()
    _announce()
    return row


@transaction.atomic
def record_versions() -> int:
    """Keep what each group offers now, where it is new; return how many groups are."""
    new = unrecorded()
    for offered in new:
        GroupVersion.objects.create(
            group=offered.key, version=offered.version, material=offered.material
        )
    return len(new)


def unrecorded() -> list[OfferedGroup]:
    """Return the groups that offer what has not been kept yet."""
    latest = {row.group: row.version for row in GroupVersion.objects.order_by("pk")}
    return [one for one in load_offer().groups if latest.get(one.key) != one.version]


def last_change(group: str) -> tuple[GroupVersion, GroupVersion] | None:
    """Return the two newest versions of a group, the older one first."""
    rows = list(GroupVersion.objects.filter(group=group).order_by("-pk")[:2])
    return (rows[1], rows[0]) if len(rows) == 2 else None


@transaction.atomic
def declare_editorial(group: str, *, reason: str, by: AbstractBaseUser) -> EditorialNote:
    """Say that the last change of a group is one of wording, so that nobody is asked again.

    Raises ValidationError where facts differ: who receives what, for how long, or from where.
    """
    change = last_change(group)
    if change is None:
        raise ValidationError("This group has not changed.")
    older, newer = change
    if not only_words_differ(older.material, newer.material):
        raise ValidationError(
            "Facts have changed, not only words: "
            f"{describe(group, older.material, newer.material)} Visitors are asked again."
        )
    note = EditorialNote.objects.create(
        group=group,
        earlier=older.version,
        later=newer.version,
        reason=reason,
        actor=pseudonym(by),
    )
    _announce()
    return note


def _announce() -> None:
    """Make every worker read the offer again and empty its kept pages."""
    content_changed()
    transaction.on_commit(current.refresh_offer)
