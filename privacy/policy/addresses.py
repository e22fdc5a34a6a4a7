"""Where each policy and each of its versions can be read, for ever."""

from dataclasses import dataclass

from django.urls import reverse

PRIVACY = "privacy"
TERMS = "terms"

_PREFIX = {PRIVACY: "", TERMS: "legal_"}
_IN_FORCE = {PRIVACY: "privacy:policy", TERMS: "privacy:legal"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The paths of one policy. Templates use it too: `{{ paths.history }}`."""

    slug: str

    def _to(self, name: str, *args: object) -> str:
        return reverse(f"privacy:{_PREFIX[self.slug]}{name}", args=args)

    @property
    def in_force(self) -> str:
        """The version in force."""
        return reverse(_IN_FORCE[self.slug])

    @property
    def history(self) -> str:
        """All versions."""
        return self._to("history")

    def version(self, number: int) -> str:
        """One version."""
        return self._to("version", number)
