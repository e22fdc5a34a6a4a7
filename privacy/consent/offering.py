"""What staff decide about the offer: which services run, and which changes are wording alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from privacy.consent import live
from privacy.consent.catalog import Group, Service, optional
from privacy.consent.changes import describe, only_words_differ
from privacy.consent.entries import GROUP_BY_KEY, GROUPS
from privacy.consent.models import EditorialNote, GroupVersion, ServiceSwitch
from privacy.consent.offer import Offer, OfferedGroup, build_offer
from privacy.policy.addresses import PRIVACY
from privacy.policy.models import Kind, PolicyVersion
from privacy.policy.rendering import SOURCE_MARK
from privacy.policy.services import pseudonym
from sens_site.lib.stamp import content_changed

SERVICES: dict[str, Service] = {
    service.key: service for group in GROUPS for service in group.services if service.identifier
}


def policy_words(source: str, group: Group) -> tuple[str, ...]:
    """Return the sentences of a policy that carry a claim about a group."""

    def sentences() -> Iterator[str]:
        for line in source.splitlines():
            sentence, end = "", 0
            for mark in SOURCE_MARK.finditer(line):
                # Two marks may stand behind one sentence.
                sentence = line[end : mark.start()].strip() or sentence
                end = mark.end()
                if mark[1].startswith(group.claims):
                    yield sentence

    return tuple(dict.fromkeys(sentences())) if group.claims else ()


def _words_in_force() -> dict[str, tuple[str, ...]]:
    """The policy's words about each group, as of the last version that changed what it says."""
    today = timezone.localdate()
    versions = PolicyVersion.objects.posted(PRIVACY).filter(effective_on__lte=today)
    version = versions.filter(kind=Kind.MATERIAL).first() or versions.last()
    if version is None:
        return {}
    return {group.key: policy_words(version.source_text, group) for group in optional(GROUPS)}


def _equal_versions(group: str, version: str, notes: list[EditorialNote]) -> frozenset[str]:
    """Follow the notes back from a version to all that differ from it in wording alone."""
    reached = {version}
    while True:
        more = {n.earlier for n in notes if n.group == group and n.later in reached} - reached
        if not more:
            return frozenset(reached - {version})
        reached |= more


def _with_history(
    offered: OfferedGroup, versions: list[GroupVersion], notes: list[EditorialNote]
) -> OfferedGroup:
    history = [row for row in versions if row.group == offered.key]
    equals = _equal_versions(offered.key, offered.version, notes)
    same = equals | {offered.version}
    earlier = [row for row in history if row.version not in same]
    changed = describe(offered.key, earlier[-1].material, offered.material) if earlier else ""
    return replace(
        offered, equals=equals, earlier=frozenset(r.version for r in earlier), changed=changed
    )


def load_offer() -> Offer:
    """Read from the database what is offered now."""
    switched_on = dict(
        ServiceSwitch.objects.exclude(identifier="").values_list("key", "identifier")
    )
    identifiers = {
        key: identifier
        for key, identifier in switched_on.items()
        if key in SERVICES and re.fullmatch(SERVICES[key].identifier, identifier)
    }
    offer = build_offer(identifiers, policy_words=_words_in_force())
    versions = list(GroupVersion.objects.all())
    notes = list(EditorialNote.objects.all())
    return replace(
        offer, groups=tuple(_with_history(group, versions, notes) for group in offer.groups)
    )


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
    transaction.on_commit(live.refresh_offer)


def describe_last_change(group: str) -> str:
    """Say what the last change of a group was, for staff."""
    change = last_change(group)
    if change is None:
        return "No change so far."
    older, newer = change
    return describe(group, _mapping(older.material), _mapping(newer.material))


def _mapping(material: Any) -> Mapping[str, Any]:
    return material if isinstance(material, Mapping) else {}


def group_name(key: str) -> str:
    """Return a group's name, for staff."""
    group = GROUP_BY_KEY.get(key)
    return group.name if group else key
