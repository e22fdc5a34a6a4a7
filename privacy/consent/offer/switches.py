"""What staff decide about the offer: which services run, and which changes are wording alone."""

import re

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from privacy.consent.models import EditorialNote, GroupVersion, ServiceSwitch
from privacy.consent.offer import current
from privacy.consent.offer.changes import describe, only_words_differ
from privacy.consent.offer.loading import SERVICES, load_offer
from privacy.consent.offer.parts import Service
from privacy.policy.addresses import PRIVACY
from privacy.policy.models import PolicyVersion
from privacy.policy.services import pseudonym
from sens_site.lib.cache.content_stamp import content_changed


def recipient_is_in_policy(service: Service) -> bool:
    """Tell whether the policy in force names the one who receives what a service learns."""
    version = PolicyVersion.objects.in_force(slug=PRIVACY)
    name = service.recipient.split()[0]
    return version is not None and re.search(rf"\b{name}\b", version.source_text) is not None


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


@transaction.atomic
def switch_service(key: str, *, identifier: str) -> ServiceSwitch:
    """Switch a service on with its account number, or off with an empty one.

    Raises ValidationError as `check_identifier` does.
    """
    check_identifier(SERVICES[key], identifier)
    row, _ = ServiceSwitch.objects.update_or_create(key=key, defaults={"identifier": identifier})
    record_versions()
    _announce()
    return row


@transaction.atomic
def record_versions() -> int:
    """Keep what each group offers now, where it is new; return how many groups are."""
    latest = {row.group: row.version for row in GroupVersion.objects.order_by("pk")}
    new = [o for o in load_offer().groups if latest.get(o.key) != o.version]
    for offered in new:
        GroupVersion.objects.create(
            group=offered.key, version=offered.version, material=offered.material
        )
    return len(new)


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
