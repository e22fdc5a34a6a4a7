"""The offer as the database has it: what staff have switched on, and what was offered before."""

import re
from collections.abc import Iterator
from dataclasses import replace

from django.utils import timezone

from privacy.consent.models import EditorialNote, GroupVersion, ServiceSwitch
from privacy.consent.offer.building import Offer, OfferedGroup, build_offer
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.changes import describe
from privacy.consent.offer.parts import Group, Service, optional
from privacy.policy.addresses import PRIVACY
from privacy.policy.models import Kind, PolicyVersion
from privacy.policy.rendering import SOURCE_MARK

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
