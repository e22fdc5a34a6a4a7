"""Law 15: an address is compared exactly; its one spelling is made in one module."""

import re

import pytest

from tests.architecture.source import ROOMS, python_files, text

HOME = "sens_site/lib/email_address.py"
OF_NOBODY = "ERASED_DOMAIN"  # the addresses of accounts that stand for former staff
NAME = r"(?:\w*(?:e_?mail|address|recipient)\w*)"
FOLDING = re.compile(
    rf"{NAME}__(?:iexact|i?contains|startswith|endswith|regex)\b"
    rf"|(?:Lower|Upper)\([\"']{NAME}[\"']\)"
    rf"|{NAME}[\"'\])]*\.(?:lower|upper|casefold)\(",
    re.IGNORECASE,
)


def folded_in(source: str) -> list[str]:
    """Return the lines of a file that fold an address or look for a part of one."""
    return [
        line.strip()
        for line in source.splitlines()
        if FOLDING.search(line) and OF_NOBODY not in line
    ]


def test_no_address_is_folded_or_looked_up_by_a_part():
    ours = [p for p in python_files() if p.split("/")[0] in ROOMS and p != HOME]
    assert {p: found for p in ours if (found := folded_in(text(p)))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "found |= Q(email__iexact=address)",
        'users.filter(primary_email__icontains="x")',
        'models.UniqueConstraint(Lower("recipient"), name="once")',
        "user.email = email.lower()",
        "key = str(user.email_address).casefold()",
        'data["email"].lower()',
    ],
)
def test_the_check_sees_it(line):
    assert folded_in(line) == [line]
