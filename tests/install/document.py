"""What docs/operations.md tells an operator to type: the document is the program of the run."""

from tests.run import ROOT

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def blocks(heading: str) -> list[list[str]]:
    """Return the commands below a heading, block by block, without what is said behind them."""
    section = OPERATIONS.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [block.strip().splitlines() for block in section.split("```\n")[1::2]]


def without_remark(line: str) -> str:
    """Return a command without the remark behind it."""
    return line.partition("   #")[0].strip()


FROM_NOTHING, SELF_SIGNED = blocks("From an empty Debian machine")
PUBLISHED = blocks("Public pages as files")[0]
NEW_VERSION = blocks("A new version")[0]


def in_a_trial(commands: list[str], instead: list[str]) -> list[str]:
    """Put the lines for a machine without a public name where the document says."""
    certificate, configuration = instead
    places = {"certbot certonly": certificate, "manage.py nginx_conf": configuration}
    found = []
    for line in commands:
        (put, *more) = [new for word, new in places.items() if word in line] or [line]
        assert not more, line
        found.append(put)
    assert [line for line in instead if found.count(line) != 1] == []
    return found
