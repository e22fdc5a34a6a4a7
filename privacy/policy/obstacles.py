"""What stops a draft from being sealed, each with a line that says what to do.

What a version was sealed in spite of is a known gap of the next one, and does not ask again there.

Other parts of privacy add their own with `register`: the policy does not know who checks it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from privacy.policy.models import Kind, PolicyDraft, PolicyEvent, PolicyVersion
from privacy.policy.people import pseudonym
from privacy.policy.rendering import normalised, strip_source_marks
from sens_site.lib.canonical_json import digest_of

LETTERS = 8
"""A reason has at least two words and so many letters: “ok” says nothing to a reader."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What one and several obstacles of a kind are called, after their number."""

    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason not to seal, where it stands, and what to do about it.

    An `overridable` one gives way to a written reason. Those of one `heading` are counted together;
    its words are all that the public reads of them.
    """

    problem: str
    where: str = ""
    remedy: str = ""
    overridable: bool = False
    heading: Heading | None = None

    @property
    def key(self) -> str:
        """Its name in the list of what is known."""
        return digest_of([self.heading.one if self.heading else "", self.where, self.problem])[:16]

    @property
    def text(self) -> str:
        """All of it in one line."""
        place = f"{self.where}: " if self.where else ""
        problem = f"{self.problem.rstrip('.')}. {self.remedy}" if self.remedy else self.problem
        return f"{place}{problem}"


@dataclass(frozen=True, slots=True)
class Group:
    """Obstacles of one kind."""

    obstacles: Sequence[Obstacle]

    @property
    def words(self) -> str:
        """How many of what, or the one problem that has no heading."""
        first, count = self.obstacles[0], len(self.obstacles)
        if first.heading is None:
            return first.problem
        return f"{count} {first.heading.one if count == 1 else first.heading.many}."


def grouped(obstacles: Iterable[Obstacle]) -> list[Group]:
    """Put obstacles of one heading together, in the order in which the first of each came."""
    found: dict[object, list[Obstacle]] = {}
    for one in obstacles:
        found.setdefault(one.heading or one, []).append(one)
    return [Group(some) for some in found.values()]


def is_reason(text: str) -> bool:
    """Tell whether words can be a reason."""
    words = {word.casefold() for word in re.findall(r"[^\W\d_]{2,}", text)}
    return len(words) > 1 and sum(map(len, words)) >= LETTERS


@dataclass(frozen=True, slots=True)
class KnownGaps:
    """In spite of what the version before was sealed, and why."""

    version: PolicyVersion | None = None
    keys: frozenset[str] = frozenset()
    reason: str = ""

    def hold(self, obstacle: Obstacle) -> bool:
        """Tell whether an obstacle stood there already when somebody gave a reason."""
        return obstacle.overridable and obstacle.key in self.keys


def known_gaps(draft: PolicyDraft) -> KnownGaps:
    """Return the gaps of the version before."""
    before = PolicyVersion.objects.of(draft.policy.slug).not_withdrawn().defer_bodies().first()
    sealed = PolicyDraft.objects.filter(sealed_as=before).first() if before else None
    if sealed is None or not sealed.gaps:
        return KnownGaps()
    note = PolicyEvent.objects.filter(version=before, kind=PolicyEvent.Kind.OVERRIDDEN).first()
    reason = note.note.partition("\n\n")[0] if note else ""
    return KnownGaps(before, frozenset(sealed.gaps), reason)


def public_note(reason: str, obstacles: Iterable[Obstacle]) -> str:
    """Return what readers see with a version: the reason, and how many of what stood in the way."""
    said = re.sub(r"\s*\n\s*", "\n", reason.strip())
    return "\n\n".join([said, "\n".join(group.words for group in grouped(obstacles))])


Check = Callable[[PolicyDraft], Iterable[Obstacle]]
_checks: list[Check] = []
_being_asked: ContextVar[bool] = ContextVar("_being_asked", default=False)


def register(check: Check) -> Check:
    """Have `check(draft)` asked before each sealing. Returns it, so that it decorates."""
    if check not in _checks:
        _checks.append(check)
    return check


def registered_obstacles(draft: PolicyDraft) -> list[Obstacle]:
    """Return what the registered checks have against it. They look at the whole site: seconds.

    Some of what they look at is how sealing goes: they try it, and what they try is not asked again.
    """
    if _being_asked.get():
        return []
    token = _being_asked.set(True)
    try:
        return [obstacle for check in _checks for obstacle in check(draft)]
    finally:
        _being_asked.reset(token)


def own_obstacles(
    draft: PolicyDraft, *, by: AbstractBaseUser | None, posted_on: date
) -> list[Obstacle]:
    """Return what of the draft itself stops `by` from sealing it for posting on a day."""
    before = PolicyVersion.objects.of(draft.policy.slug).not_withdrawn().first()
    found = [
        *_in_the_words(draft),
        *_in_the_dates(draft, before, posted_on),
        *_in_the_text(draft, before),
    ]
    if four_eyes() and by is not None:
        found += _in_the_people(draft, by)
    return found


def _in_the_people(draft: PolicyDraft, by: AbstractBaseUser) -> Iterable[Obstacle]:
    if pseudonym(by) in draft.authors:
        yield Obstacle("You have worked on it. A second person has to read it and seal it.")
    elif not draft.authors:
        yield Obstacle(
            "Nobody is on record as its author, so nobody can be the second person",
            remedy="Whoever brought it in changes something in it under their name.",
        )


def four_eyes() -> bool:
    """Tell whether a second person has to seal. A company of one switches it off."""
    return bool(getattr(settings, "POLICY_FOUR_EYES", False))


def _in_the_words(draft: PolicyDraft) -> Iterable[Obstacle]:
    if not draft.summary.strip():
        yield Obstacle("Write a summary of the changes: readers see it first.")
    if not draft.reason.strip():
        yield Obstacle(f"Say why this change is {draft.kind}.")
    if not strip_source_marks(draft.source_text).strip():
        yield Obstacle("The text is empty.")


def _in_the_dates(
    draft: PolicyDraft, before: PolicyVersion | None, posted_on: date
) -> Iterable[Obstacle]:
    if draft.effective_on is None:
        yield Obstacle("Choose the day on which the version takes effect.")
        return
    earliest = draft.earliest_effective_on(posted_on)
    if draft.effective_on < earliest:
        rule = " (30 days after it is posted)" if draft.kind == Kind.MATERIAL else ""
        yield Obstacle(f"It can take effect on {_day(earliest)}{rule} at the earliest.")
    if before is not None and draft.effective_on < before.effective_on:
        yield Obstacle(
            f"Version {before.number} takes effect on {_day(before.effective_on)}. "
            "This one cannot come before it."
        )
    if before is not None and posted_on < before.posted_on:
        yield Obstacle(
            f"Version {before.number} is posted on {_day(before.posted_on)}. "
            "This one cannot be posted before it."
        )


def _in_the_text(draft: PolicyDraft, before: PolicyVersion | None) -> Iterable[Obstacle]:
    if before is None:
        return
    if normalised(draft.source_text) == before.source_text:
        yield Obstacle(f"The text is that of version {before.number}: nothing has changed.")
    elif draft.kind != Kind.EDITORIAL and _only_words(draft.source_text) == _only_words(
        before.source_text
    ):
        yield Obstacle("Only white space or marks have changed. Make it an editorial version.")


def _only_words(source: str) -> list[str]:
    return strip_source_marks(normalised(source)).split()


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
