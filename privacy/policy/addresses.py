"""Where each policy and each of its versions can be read, for ever."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

PRIVACY = "privacy"
TERMS = "terms"

_PREFIX = {PRIVACY: "", TERMS: "legal_"}
_IN_FORCE = {PRIVACY: "policy:policy", TERMS: "policy:legal"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The paths of one policy. Templates use it too: `{{ policy.paths.history }}`."""

    slug: str

    def _to(self, name: str, *args: object) -> str:
        return reverse(f"policy:{_PREFIX[self.slug]}{name}", args=args)

    @property
    def in_force(self) -> str:
        """The version in force."""
        return reverse(_IN_FORCE[self.slug])

    @property
    def history(self) -> str:
        """All versions."""
        return self._to("history")

    @property
    def feed(self) -> str:
        """All versions as an Atom feed."""
        return self._to("feed")

    @property
    def log(self) -> str:
        """All hashes as text."""
        return self._to("log")

    @property
    def listing(self) -> str:
        """All versions as JSON."""
        return self._to("list")

    @property
    def choose_day(self) -> str:
        """Where a form sends a day."""
        return self._to("choose_day")

    @property
    def choose_pair(self) -> str:
        """Where a form sends two numbers."""
        return self._to("choose_pair")

    def version(self, number: int) -> str:
        """One version."""
        return self._to("version", number)

    def version_json(self, number: int) -> str:
        """The record of one version, as it is hashed."""
        return self._to("version_json", number)

    def version_text(self, number: int) -> str:
        """One version as plain text."""
        return self._to("version_text", number)

    def on(self, day: date) -> str:
        """The version that was in force on a day."""
        return self._to("on", day)

    def compare(self, old: int, new: int) -> str:
        """What changed between two versions."""
        return self._to("compare", old, new)

    def compare_text(self, old: int, new: int) -> str:
        """The same as plain text."""
        return self._to("compare_text", old, new)
