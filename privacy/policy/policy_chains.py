"""The chains of this part: the versions of each policy, and what happened to them later."""

from collections.abc import Collection, Iterator
from datetime import UTC
from functools import partial
from itertools import islice

from privacy.policy.addresses import PRIVACY, TERMS
from privacy.policy.chains import START, Chain, Head, register_chain
from privacy.policy.models import PolicyEvent, PolicyVersion
from sens_site.lib.canonical_json import digest_of


def head_of_versions(slug: str) -> Head:
    newest = PolicyVersion.objects.of(slug).values_list("number", "hash").first()
    return Head(*newest) if newest else Head(0, START)


def versions_at(slug: str, sizes: Collection[int]) -> dict[int, str]:
    versions = PolicyVersion.objects.of(slug).filter(number__in=sizes)
    return dict(versions.values_list("number", "hash"))


def links_of_events(slug: str) -> Iterator[Head]:
    """Yield the hash after each event. They hold none themselves: it is made from what they say.

    Their order is that of their numbers: who adds one holds the lock on the policy.
    """
    events = PolicyEvent.objects.filter(version__policy__slug=slug).order_by("pk")
    columns = events.values_list("version__number", "kind", "at", "actor", "note")
    previous = START
    for size, (number, kind, at, actor, note) in enumerate(columns.iterator(), 1):
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        previous = digest_of([previous, number, kind, moment, actor, note])
        yield Head(size, previous)


def head_of_events(slug: str) -> Head:
    head = Head(0, START)
    for head in links_of_events(slug):  # noqa: B007 - the last one is wanted
        pass
    return head


def events_at(slug: str, sizes: Collection[int]) -> dict[int, str]:
    links = islice(links_of_events(slug), max(sizes, default=0))
    return {link.size: link.hash for link in links if link.size in sizes}


for _slug in (PRIVACY, TERMS):
    register_chain(
        Chain(
            name=f"policy-{_slug}",
            head=partial(head_of_versions, _slug),
            hashes_at=partial(versions_at, _slug),
            at_once=True,
        )
    )
    register_chain(
        Chain(
            name=f"events-{_slug}",
            head=partial(head_of_events, _slug),
            hashes_at=partial(events_at, _slug),
        )
    )
