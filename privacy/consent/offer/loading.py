"""The offer as the database has it: what staff have switched on, and what was offered before."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from django.utils import timezone

from privacy.consent.models import EditorialNote, GroupVersion, ServiceSwitch
from privacy.consent.offer.building import Offer, OfferedGroup, build_offer
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.changes import describe
from privacy.consent.offer.parts import Group, Service, optional
from privacy.policy.addresses import PRIVACY
from privacy.policy.models import Kind, PolicyVersion
from privacy.policy.redline import compare
from privacy.policy.redline_rendering import to_html
from privacy.policy.rendering import SOURCE_MARK, strip_source_marks

SIGNAL_HONORED = "signals.gpc-honored"
"""The claim of the policy that says so."""
HEADING = re.compile(r"(#{1,6}) +(.+?) *")
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
                sentence = strip_source_marks(line[end : mark.start()]).strip() or sentence
                end = mark.end()
                if mark[1].startswith(group.claims):
                    yield sentence

    return tuple(dict.fromkeys(sentences())) if group.claims else ()


def _version_of_words() -> PolicyVersion | None:
    """Return the last version of the policy in force that changed what it says."""
    today = timezone.localdate()
    versions = PolicyVersion.objects.posted(PRIVACY).filter(effective_on__lte=today)
    return versions.filter(kind=Kind.MATERIAL).first() or versions.last()


def signal_honored_since() -> date | None:
    """Return the day since which the policy says that the browser's opt-out signal is honored.

    Without a gap: None where the version in force does not say so.
    """
    effective = PolicyVersion.objects.posted(PRIVACY).filter(effective_on__lte=timezone.localdate())
    since = None
    for effective_on, claims in effective.values_list("effective_on", "claims_json"):
        if SIGNAL_HONORED not in {claim["id"] for claim in json.loads(claims)}:
            break
        since = effective_on
    return since


def _words_in_force() -> dict[str, tuple[str, ...]]:
    """The policy's words about each group."""
    version = _version_of_words()
    if version is None:
        return {}
    return {group.key: policy_words(version.source_text, group) for group in optional(GROUPS)}


def _comparison(offered: OfferedGroup, old: GroupVersion) -> str:
    """Return where the policy's words about a group stand beside those of an earlier version.

    Nothing where they are the same, or where no version of the policy has had them.
    """
    if old.material.get("policy") == offered.material["policy"]:
        return ""
    new = _version_of_words()
    if new is None:
        return ""
    said = tuple(old.material.get("policy", ()))
    for version in PolicyVersion.objects.posted(PRIVACY).filter(number__lt=new.number).iterator():
        if policy_words(version.source_text, offered.group) == said:
            anchor = section_anchor(version.source_text, new.source_text, offered.group)
            return f"{new.policy.paths.compare(version.number, new.number)}#{anchor}"
    return ""


def section_anchor(old: str, new: str, group: Group) -> str:
    """Return the place in the comparison of two policies where the words about a group changed."""
    titles = {title for source in (old, new) for title in _titles_above(source, group)}
    _, sections = to_html(compare(old, new))
    return next((section.anchor for section in sections if section.title in titles), "start")


def _titles_above(source: str, group: Group) -> Iterator[str]:
    """Yield the headings under which a policy speaks about a group."""
    above: dict[int, str] = {}
    for line in source.splitlines():
        if heading := HEADING.fullmatch(line):
            level = len(heading[1])
            above = {n: title for n, title in above.items() if n < level} | {level: heading[2]}
        if any(mark[1].startswith(group.claims) for mark in SOURCE_MARK.finditer(line)):
            yield from above.values()


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
    if not earlier:
        return replace(offered, equals=equals)
    return replace(
        offered,
        equals=equals,
        earlier=frozenset(row.version for row in earlier),
        changed=describe(offered.key, earlier[-1].material, offered.material),
    )


def _with_comparison(offered: OfferedGroup, versions: list[GroupVersion]) -> OfferedGroup:
    earlier = [v for v in versions if v.group == offered.key and v.version in offered.earlier]
    return replace(offered, compared=_comparison(offered, earlier[-1])) if earlier else offered


def load_offer() -> Offer:
    """Read from the database what is offered now."""
    return offer_with(numbers_entered())


def numbers_entered() -> dict[str, str]:
    """Return the account numbers of the services that are on."""
    switched_on = dict(
        ServiceSwitch.objects.exclude(identifier="").values_list("key", "identifier")
    )
    return {
        key: identifier
        for key, identifier in switched_on.items()
        if key in SERVICES and re.fullmatch(SERVICES[key].identifier, identifier)
    }


def offer_with(identifiers: Mapping[str, str]) -> Offer:
    """Return what is offered where services have these account numbers, and no other is on."""
    offer = build_offer(identifiers, policy_words=_words_in_force())
    versions = list(GroupVersion.objects.all())
    notes = list(EditorialNote.objects.all())
    groups = (_with_history(group, versions, notes) for group in offer.groups)
    return replace(offer, groups=tuple(_with_comparison(group, versions) for group in groups))
