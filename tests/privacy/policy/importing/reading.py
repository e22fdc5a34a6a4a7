"""What becomes of a file, for tests that each look at one thing of it."""

import re
from typing import Any

import pytest

from privacy.policy.importing.engine import Imported, read_policy
from privacy.policy.importing.findings import ImportRefused
from privacy.policy.importing.links import Relative


def read(data: str | bytes, name: str = "a.html", **options: Any) -> Imported:
    """Read a file whose links are those of this site."""
    raw = data.encode() if isinstance(data, str) else data
    return read_policy(raw, name=name, **{"relative": Relative.KEEP} | options)


def shown(data: str | bytes, name: str = "a.html", **options: Any) -> str:
    """Return the HTML that readers of the draft get, on one line."""
    html = read(data, name, **options).rendered.html
    return re.sub(r"\n", "", html.replace("<br>\n", "<br>"))


def refusal_of(data: str | bytes, name: str = "a.html", **options: Any) -> str:
    """Return why a file is not taken over."""
    with pytest.raises(ImportRefused) as refusal:
        read(data, name, **options)
    return str(refusal.value)


def left_out(data: str | bytes, name: str = "a.html", **options: Any) -> list[str]:
    """Return what is left out, line by line."""
    return [str(finding) for finding in read(data, name, **options).left_out]


def changed(data: str | bytes, name: str = "a.html", **options: Any) -> list[str]:
    """Return what is shown otherwise, line by line."""
    return [str(finding) for finding in read(data, name, **options).changed]
