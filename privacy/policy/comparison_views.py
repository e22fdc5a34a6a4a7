"""Pages that show what changed between two versions."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from privacy.policy.machine_views import TEXT
from privacy.policy.models import PolicyVersion
from privacy.policy.redline import Change, Redline, compare
from privacy.policy.redline_rendering import to_html, to_text
from privacy.policy.url_converters import VersionNumber
from sens_site.lib.http.cache_control import shared_page

KEPT = 32


@require_safe
@shared_page
def compare_page(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Show the whole text of the newer version with what was removed and what was added."""
    before, after = _pair(slug, old, new)
    redline = _redline(before.source_text, after.source_text)
    html, sections = to_html(redline)
    context = {
        "policy": after.policy,
        "old": before,
        "new": after,
        "html": html,
        "sections": sections,
        "same": redline.is_empty,
        "is_next": new == old + 1,
        "text_path": after.policy.paths.compare_text(old, new),
        "counts": {
            "words_added": redline.words(Change.ADDED),
            "words_removed": redline.words(Change.REMOVED),
            "changed": redline.blocks(Change.CHANGED),
            "added": redline.blocks(Change.ADDED),
            "removed": redline.blocks(Change.REMOVED),
            "moved": redline.blocks(Change.MOVED_HERE),
        },
    }
    return render(request, "privacy/policy/compare.html", context)


@require_safe
@shared_page
def compare_text(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Give the same as plain text."""
    before, after = _pair(slug, old, new)
    head = (
        f"{after.policy.title}: from version {old} ({before.posted_on}) "
        f"to version {new} ({after.posted_on})\n"
        "[-removed-] {+added+}\n\n"
    )
    return HttpResponse(
        head + to_text(_redline(before.source_text, after.source_text)), content_type=TEXT
    )


@require_safe
def choose_pair(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead from the form on the history page to the address of the comparison."""
    numbers = [_number(request.GET.get(name, "")) for name in ("old", "new")]
    before, after = _pair(slug, *numbers)
    return HttpResponseRedirect(after.policy.paths.compare(before.number, after.number))


def _number(value: str) -> int:
    if not VersionNumber.matches(value):
        raise Http404
    return int(value)


def _pair(slug: str, old: int, new: int) -> tuple[PolicyVersion, PolicyVersion]:
    found = PolicyVersion.objects.posted(slug).filter(number__in={old, new})
    versions = {version.number: version for version in found}
    if old not in versions or new not in versions:
        raise Http404
    return versions[old], versions[new]


@lru_cache(maxsize=KEPT)
def _redline(old: str, new: str) -> Redline:
    """Sealed texts never change, so neither does what lies between two of them."""
    return compare(old, new)
