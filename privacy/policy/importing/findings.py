"""What happened to each thing of a file that is not simply text: line by line, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field

LONGEST = 160


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: where it stands, what it is, what it says, and why it is not taken as it is."""

    place: str
    what: str
    why: str
    text: str = ""

    def __str__(self) -> str:
        said = f" “{shortened(self.text)}”" if self.text else ""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.what}{said}. {self.why}"


class ImportRefused(Exception):  # noqa: N818 - it is an answer, not an accident
    """The file cannot be taken over. The message says why and what to do."""

    def __init__(self, message: str, problems: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(slots=True)
class Findings:
    """Collects what a reader finds."""

    left_out: list[Finding] = field(default_factory=list)
    changed: list[Finding] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)

    def leave_out(self, place: str, what: str, why: str, text: str = "") -> None:
        """Note what readers of the draft will not see."""
        self.left_out.append(Finding(place, what, why, " ".join(text.split())))

    def change(self, place: str, what: str, why: str, text: str = "") -> None:
        """Note what they will see in another form. The same of one place is said once."""
        finding = Finding(place, what, why, " ".join(text.split()))
        if finding not in self.changed:
            self.changed.append(finding)

    def refuse(self, place: str, what: str, why: str, text: str = "") -> None:
        """Note what has to be settled in the file first."""
        self.problems.append(Finding(place, what, why, " ".join(text.split())))

    def raise_if_refused(self) -> None:
        """Refuse with every problem at once, so that the file is mended in one go."""
        if self.problems:
            raise ImportRefused("\n".join(map(str, self.problems)), self.problems)


def shortened(text: str) -> str:
    """Return as much of a text as a line holds."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
