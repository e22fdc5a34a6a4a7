"""Which versions of terms and policy a page shows, and what has changed since it showed them.

Law 16: what is stored is what the page named. The page carries the numbers of its versions; they
are equal for everyone, so that it stays one page for all.
"""

import re
from dataclasses import dataclass
from typing import Self

from privacy.policy.models import PRIVACY, TERMS, PolicyVersion

_STAMP = re.compile(r"terms\.(\d{1,6})-privacy\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Change:
    """A version that came into force after the page was made, and where to read what is new."""

    version: PolicyVersion
    shown: int | None
    path: str


@dataclass(frozen=True, slots=True)
class ShownPolicies:
    """The versions that a page names. A site that has none of a policy yet names none."""

    terms: PolicyVersion | None
    privacy: PolicyVersion | None

    @classmethod
    def in_force(cls) -> Self:
        versions = PolicyVersion.objects
        return cls(terms=versions.in_force(TERMS), privacy=versions.in_force(PRIVACY))

    @property
    def stamp(self) -> str:
        """What a form carries."""
        return f"terms.{_number(self.terms)}-privacy.{_number(self.privacy)}"

    def changes_since(self, stamp: str) -> list[Change]:
        """Return what a page with that stamp did not show. One that says nothing showed nothing."""
        told = _STAMP.fullmatch(stamp)
        before = [int(number) for number in told.groups()] if told else [0, 0]
        return [
            _change(version, shown)
            for version, shown in zip((self.terms, self.privacy), before, strict=True)
            if version is not None and version.number != shown
        ]


def _number(version: PolicyVersion | None) -> int:
    return 0 if version is None else version.number


def _change(version: PolicyVersion, shown: int) -> Change:
    paths = version.policy.paths
    known = 0 < shown < version.number
    return Change(
        version=version,
        shown=shown if known else None,
        path=paths.compare(shown, version.number) if known else paths.version(version.number),
    )
