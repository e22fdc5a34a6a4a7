"""From a page's Markdown to HTML, by the same safe renderer that the policy has."""

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from privacy.policy.rendering import render


@lru_cache(maxsize=256)
def html_of(body: str) -> SafeString:
    """Return safe HTML. The same text is rendered once in each worker."""
    return mark_safe(render(body).html)  # noqa: S308, TID251 - raw HTML off, then nh3
