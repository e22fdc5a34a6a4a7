"""How the promises stand, for a page that speaks of many at once."""

import re
from collections import Counter

from django import template

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import promise_ids
from privacy.promises.claim_states import rows_of
from privacy.promises.standing import WORDS, Part, Standing, parts_of, standing_of
from sens_site.lib.cache.fragment_cache import fragment

register = template.Library()
_MARK = re.compile(rf"<a class=({'|'.join(WORDS)}) href=")


@register.simple_tag
def promises_today() -> Standing | None:
    """Return how the promises stand; None where no policy is in force."""
    return fragment("promises today", _read)


@register.simple_tag
def marked(text: str) -> tuple[Part, ...]:
    """Return how the promises stand by the marks of a text that is drawn: it costs no query."""
    return parts_of(Counter(_MARK.findall(text)))


def _read() -> Standing | None:
    version = PolicyVersion.objects.in_force(PRIVACY)
    if version is None:
        return None
    return standing_of(rows_of(promise_ids(version.source_text)))
