"""From a page's Markdown to HTML, by the same safe renderer that the policy has."""

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - nh3 has cleaned it

from privacy.policy.rendering import render


@lru_cache(maxsize=256)
def html_of(body: str) -> SafeString:
    """Return safe HTML. The same text is rendered once in each worker."""
    return mark_safe(render(body).html)
