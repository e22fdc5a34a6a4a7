"""What staff are told after a run: what turned red, what is mended, what could not be looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from outbox.staff_mail import MATTER_HEADER, Matter, staff_recipients
from privacy.promises.claims import all_claims
from privacy.promises.models import PromiseResult, State

Pair = tuple[str, str]
Results = Mapping[Pair, PromiseResult]
BLIND_DAYS = 3
"""On which day in a row on which a check could not look staff are told, once."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The results before a run, those that it made, and those that it left as they were."""

    before: Results
    new: Results
    stay: Results

    @property
    def turned_red(self) -> list[PromiseResult]:
        """What was not found broken before and is now."""
        return [
            one
            for pair, one in self.new.items()
            if one.state == State.BROKEN and not self._was_broken(pair)
        ]

    @property
    def mended(self) -> list[PromiseResult]:
        """What was found broken and is kept again, where no other check finds its claim broken."""
        results = (*self.new.values(), *self.stay.values())
        still = {one.claim_id for one in results if one.broken_since}
        return [
            one
            for pair, one in self.new.items()
            if one.state == State.KEPT and self._was_broken(pair) and one.claim_id not in still
        ]

    @property
    def blind(self) -> list[PromiseResult]:
        """What has now not been looked at on three days in a row, and had not been before."""
        return [
            one
            for pair, one in self.new.items()
            if one.blind_since
            and blind_days(one) >= BLIND_DAYS
            and (pair not in self.before or blind_days(self.before[pair]) < BLIND_DAYS)
        ]

    def _was_broken(self, pair: Pair) -> bool:
        return pair in self.before and self.before[pair].broken_since is not None


def blind_days(result: PromiseResult) -> int:
    """Return how many days in a row a check could not look, those of its first and last try too."""
    if result.blind_since is None:
        return 0
    first, last = timezone.localdate(result.blind_since), timezone.localdate(result.checked_at)
    return (last - first).days + 1


def words_by_claim(results: Iterable[PromiseResult]) -> dict[str, list[str]]:
    """Return what the checks of each claim said."""
    found: dict[str, list[str]] = {}
    for one in results:
        found.setdefault(one.claim_id, []).append(one.words)
    return found


def tell_staff(changes: Changes) -> None:
    """Write a mail for each kind of change that there is."""
    _mail("{} promise(s) of the privacy policy turned red", changes.turned_red)
    _mail("{} promise(s) of the privacy policy are kept again", changes.mended)
    _mail("Checks of {} promise(s) could not look for three days", changes.blind)


def _mail(subject: str, results: Iterable[PromiseResult]) -> None:
    found = words_by_claim(results)
    if not found:
        return
    claims, lines = all_claims(), list[str]()
    for claim_id, words in found.items():
        claim = claims.get(claim_id)
        lines += [
            f"{claim_id} (owner: {claim.owner if claim else 'unknown'})",
            f"  The policy says: {claim.claim if claim else 'unknown'}",
            *(f"  The check found: {one}" for one in words),
            "",
        ]
    lines.append(f"All promises: {settings.SITE_ORIGIN}/privacy/promises/")
    EmailMessage(
        subject.format(len(found)),
        "\n".join(lines),
        to=staff_recipients(Matter.PROMISES),
        headers={MATTER_HEADER: Matter.PROMISES},
    ).send()
