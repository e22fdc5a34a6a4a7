"""Reads a page without regard to how its template is laid out."""

import re


def flat(html: str) -> str:
    """Return HTML without the white space that only lays it out."""
    return re.sub(r"\s*(<[^>]*?)\s*>\s*", r"\1>", " ".join(html.split()))
