"""Check the record: every hash, every link, what was kept elsewhere, the guards, the rendering.

Whoever owns the database can change a row and compute the chain anew, and the log of its heads with
it. So what is stored proves by itself that nothing was changed by accident or by halves; together
with one head that somebody else kept (a witness, a mail with a checkpoint, a reader's copy of a
log) it proves that nothing was changed before that.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from privacy.policy.chain import GENESIS, hash_of
from privacy.policy.kept_heads import Comparison, Kept, compare_stored
from privacy.policy.models import Policy, PolicyVersion
from privacy.policy.rendering import RENDERER, render
from sens_site.lib import row_guards

CHUNK = 100
NEWEST_RENDERINGS = 20
_ANCHOR = re.compile(r"^(?P<slug>[\w-]+) (?P<number>\d+) .*(?P<hash>\b[0-9a-f]{64})$")

Anchors = dict[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(slots=True)
class Report:
    """What was looked at, and what is wrong with it. The first fault is the first broken link."""

    versions: int
    anchors: int
    faults: list[Fault]
    comparison: Comparison


def verify(
    *, anchors: Anchors | None = None, kept: Iterable[Kept] = (), all_renderings: bool = False
) -> Report:
    """Check everything."""
    report = Report(
        versions=0, anchors=len(anchors or {}), faults=[], comparison=compare_stored(kept)
    )
    unseen = dict(anchors or {})
    for policy in Policy.objects.order_by("slug"):
        report.faults += _chain_faults(policy, report, unseen)
    report.faults += (
        Fault(f"{slug} version {number}", "is in the anchor file and not in the database")
        for slug, number in sorted(unseen)
    )
    report.faults += (Fault("heads", words) for words in report.comparison.faults)
    report.faults += _rendering_faults(all_renderings=all_renderings)
    report.faults += (
        Fault("guards", f"{name} is missing or changed") for name in row_guards.missing()
    )
    return report


def read_anchors(lines: Iterable[str]) -> Anchors:
    """Read an anchor file: a kept copy of the log, as served at /privacy/log.txt."""
    found = (_ANCHOR.match(line.strip()) for line in lines)
    return {(m["slug"], int(m["number"])): m["hash"] for m in found if m}


def log_line(version: PolicyVersion) -> str:
    """Return the line of a version in the log and in anchor files."""
    return (
        f"{version.policy.slug} {version.number} posted {version.posted_on.isoformat()} "
        f"effective {version.effective_on.isoformat()} sha256 {version.hash}"
    )


def _chain_faults(policy: Policy, report: Report, unseen: Anchors) -> Iterator[Fault]:
    number, previous_hash, before = 0, GENESIS, None
    versions = PolicyVersion.objects.filter(policy=policy).order_by("number")
    for version in versions.iterator(chunk_size=CHUNK):
        version.policy = policy
        report.versions += 1
        where = f"{policy.slug} version {version.number}"
        if version.number != number + 1:
            yield Fault(where, f"follows version {number}: what stood between is gone")
        elif version.previous_hash != previous_hash:
            yield Fault(where, "does not continue the version before it")
        if hash_of(version) != version.hash:
            yield Fault(where, "is not what was sealed: its hash is another")
        if before is not None and version.effective_on < before.effective_on:
            yield Fault(where, "takes effect before the version before it")
        anchor = unseen.pop((policy.slug, version.number), version.hash)
        if anchor != version.hash:
            yield Fault(where, "has another hash than the anchor file: the chain was made anew")
        number, previous_hash, before = version.number, version.hash, version


def _rendering_faults(*, all_renderings: bool) -> Iterator[Fault]:
    """Only what this renderer made can be made again; the HTML is in the hash in any case."""
    for policy in Policy.objects.order_by("slug"):
        versions = PolicyVersion.objects.of(policy.slug).filter(renderer=RENDERER)
        if not all_renderings:
            versions = versions[:NEWEST_RENDERINGS]
        for version in versions.iterator(chunk_size=CHUNK):
            if render(version.source_text).stored_html != version.rendered_html:
                yield Fault(f"{policy.slug} version {version.number}", "shows other than its text")
