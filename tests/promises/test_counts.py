"""What the documents say of how many promises are checked."""

import re
from pathlib import Path

from privacy.promises.claims import bundled_claims
from privacy.promises.registry import Strength, discover, registered_checks

TEXT = Path(__file__).resolve().parents[2] / "docs" / "promises.md"


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def test_the_documents_count_how_much_the_checks_show():
    discover()
    strengths = [
        check.strength
        for claim, checks in registered_checks().items()
        for check in checks
        if bundled_claims()[claim].is_in(3)
    ]
    (line,) = (one for one in TEXT.read_text("utf-8").split("\n") if one.startswith("Of the "))
    assert numbers(line) == [len(strengths), *(strengths.count(one) for one in Strength)]


def test_the_documents_count_as_the_board_does():
    discover()
    claims = [claim for claim in bundled_claims().values() if claim.is_in(3)]
    checked = [claim for claim in claims if claim.id in registered_checks()]

    def of(kind: str) -> tuple[int, int]:
        return (
            sum(claim.kind == kind for claim in checked),
            sum(claim.kind == kind for claim in claims),
        )

    stated = numbers(TEXT.read_text("utf-8").split("\n")[2])
    software, supported = of("S"), of("P")
    about_the_site = software[1] + supported[1]
    assert stated == [
        len(claims), about_the_site, len(checked), *software, *supported,
        len(claims) - about_the_site,
    ]  # fmt: skip
