"""What stops a draft from being sealed, each with a line that says what to do.

Other parts of privacy add their own with `register`: the policy does not know who checks it.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from privacy.policy.models import Kind, PolicyDraft, PolicyVersion
from privacy.policy.rendering import normalised, strip_source_marks


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason not to seal, where it stands, and what to do about it.

    An `overridable` one gives way to a written reason.
    """

    problem: str
    where: str = ""
    remedy: str = ""
    overridable: bool = False

    @property
    def text(self) -> str:
        """All of it in one line."""
        place = f"{self.where}: " if self.where else ""
        problem = f"{self.problem.rstrip('.')}. {self.remedy}" if self.remedy else self.problem
        return f"{place}{problem}"


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
    if four_eyes() and by is not None and draft.author_id == by.pk:
        found.append(
            Obstacle("You made the last change. A second person has to read it and seal it.")
        )
    return found


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
