"""The claims that the shipped texts make: what each mark means, who answers for it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

from privacy.policy.rendering import promise_ids
from sens_site.lib.content import read_claims, read_content

PLAIN = "plain"
TEXT_DIR = settings.CONTENT_DIR / "policy"
_COMPANY_MARK = re.compile(r"\{company:([a-z_]+)\}")


def shipped_text(file: str) -> str:
    """Return the text of a shipped version with the company's own words in their places.

    A paragraph about something that the company has not filled in yet is left out, and so is a
    heading below which nothing is left.
    """
    blocks = [_filled_in(block) for block in read_content(TEXT_DIR / file).split("\n\n")]
    kept = [block for block in blocks if block]
    return "\n\n".join(
        block
        for block, after in zip(kept, [*kept[1:], "#"], strict=True)
        if not 0 < _level(after) <= _level(block)
    )


def _level(block: str) -> int:
    """Return the level of a heading, and 0 for other text."""
    return len(block) - len(block.lstrip("#"))


def _filled_in(block: str) -> str:
    values = {key: getattr(settings.COMPANY, key) for key in _COMPANY_MARK.findall(block)}
    if not all(values.values()):
        return ""
    return _COMPANY_MARK.sub(lambda mark: values[mark[1]], block)


@cache
def shipped_claims() -> dict[str, dict[str, Any]]:
    """Return the shipped register of claims by id."""
    return {claim["id"]: claim for claim in read_claims(settings.CONTENT_DIR)}


def claims_in(source: str, own: Mapping[str, dict[str, Any]] = {}) -> list[dict[str, Any]]:
    """Return what is sealed of each mark of a text: its class, number, owner and review date.

    Of a claim that was made on this site, by its id in `own`, all is sealed. A mark that nobody
    knows is kept by its id alone; `plain` says that a sentence claims nothing.
    """
    ids = dict.fromkeys(promise_ids(source))
    return [own.get(one) or _sealed_form(one) for one in ids if one != PLAIN]


def _sealed_form(promise_id: str) -> dict[str, Any]:
    claim = shipped_claims().get(promise_id, {})
    form: dict[str, Any] = {"id": promise_id}
    for key in ("number", "class", "owner", "review_on"):
        if key in claim:
            value = claim[key]
            form[key] = value.isoformat() if key == "review_on" else value
    return form
