"""Pages on which a policy is read. The same functions serve the privacy policy and the terms."""

from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import http_date
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from privacy.policy.addresses import Addresses
from privacy.policy.change_notice import remember
from privacy.policy.head_log import log_key
from privacy.policy.mark_widgets import widget_for
from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.notices import acknowledge
from privacy.policy.rendering import place_marks, toc_of
from privacy.policy.url_converters import VersionNumber
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page
from sens_site.lib.http.safe_next import safe_path
from sens_site.lib.http.types import signed_in_user
from sens_site.lib.json_ld import json_ld

HISTORY_PAGE = 50
# The lines with which a reader follows the chain; shown as they are, and run by a test.
CHECKER = Path(__file__).with_name("reader_check.txt")


@require_safe
@shared_page
@alike_for_members
def policy_page(request: HttpRequest, slug: str) -> HttpResponse:
    versions = PolicyVersion.objects.in_force_and_upcoming(slug)
    if not versions or not versions[0].is_effective:
        raise Http404
    current, *upcoming = versions
    context = {
        "upcoming": upcoming,
        "front": True,
        "is_in_force": True,
        "has_form": slug == PRIVACY,
    }
    return _show(request, current, context)


@require_safe
@shared_page
@alike_for_members
def version_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = PolicyVersion.objects.for_page(slug).filter(number=number).first()
    return _show_at_its_address(request, version)


@require_safe
@shared_page
def day_page(request: HttpRequest, slug: str, day: date) -> HttpResponse:
    """Show the version that was, or as far as is known will be, in force on a day."""
    version = PolicyVersion.objects.for_page(slug).in_force(slug, day)
    return _show_at_its_address(request, version, day=day)


@require_safe
def choose_day(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead from the form on the history page to the address of the day."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError as error:
        raise Http404 from error
    return HttpResponseRedirect(Addresses(slug).on(day))


@require_safe
@shared_page
@alike_for_members
def history_page(request: HttpRequest, slug: str) -> HttpResponse:
    """List all posted versions, newest first."""
    before = request.GET.get("before", "")
    wanted = PolicyVersion.objects.public(slug)
    if before:
        if not VersionNumber.matches(before):
            raise Http404
        wanted = wanted.filter(number__lt=int(before))
    versions = list(wanted[: HISTORY_PAGE + 1])
    if not versions:
        raise Http404
    if before:
        in_force = PolicyVersion.objects.in_force_number(slug)
    else:
        in_force = next((v.number for v in versions if v.is_effective), None)
    context = {
        "policy": versions[0].policy,
        "rows": [
            (
                version,
                version.state(in_force=in_force),
                _comparison(version, older),
                version.summary.partition("\n\n")[0],  # the comparison has the whole
            )
            for version, older in zip_longest(versions[:HISTORY_PAGE], versions[1:])
            if version is not None
        ],
        "numbers": [version.number for version in versions],
        "older_than": versions[HISTORY_PAGE - 1].number if len(versions) > HISTORY_PAGE else None,
        "checker": CHECKER.read_text("utf-8"),
        "signed": log_key() is not None,
        "in_force": in_force,
    }
    response = render(request, "privacy/policy/history.html", context)
    return _dated(response, versions[0])


def _comparison(version: PolicyVersion, older: PolicyVersion | None) -> str:
    return version.policy.paths.compare(older.number, version.number) if older else ""


def _show_at_its_address(
    request: HttpRequest, version: PolicyVersion | None, *, day: date | None = None
) -> HttpResponse:
    if version is None:
        raise Http404
    in_force = version.number_in_force  # type: ignore[attr-defined]  # `for_page` adds both
    override = version.override_note  # type: ignore[attr-defined]  # see above
    paths, number = version.policy.paths, version.number
    pair = sorted({number, in_force or number})
    context = {
        "day": day,
        "state": version.state(in_force=in_force),
        "in_force": in_force,
        "is_in_force": number == in_force,
        "override": override,
        "compare_path": paths.compare(pair[0], pair[-1]),
        "json_path": paths.version_json(number),
        "text_path": paths.version_text(number),
    }
    return _show(request, version, context)


def _show(request: HttpRequest, version: PolicyVersion, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "version": version,
        "policy": version.policy,
        "text": _text(request, version),
        "toc": toc_of(version.rendered_html),
        "structured": _web_page(version),
    }
    return _dated(render(request, "privacy/policy/version.html", context), version)


def _text(request: HttpRequest, version: PolicyVersion) -> str:
    """The text with a way from each promise to what shows that it is kept."""
    stored = version.rendered_html
    return place_marks(stored, widget_for(stored, page=request.path))


def _web_page(version: PolicyVersion) -> SafeString:
    """Say to machines which page this is (schema.org has no type for a policy)."""
    return json_ld(
        "WebPage",
        version=str(version.number),
        dateModified=version.last_updated.isoformat(),
    )


def _dated(response: HttpResponse, version: PolicyVersion) -> HttpResponse:
    response.headers["Last-Modified"] = http_date(version.last_modified.timestamp())
    return response


@require_POST
@login_required
def acknowledge_change(request: HttpRequest) -> HttpResponse:
    """Note that the person has seen the line, and go back."""
    wanted = request.POST.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    version = PolicyVersion.objects.material_news().filter(pk=number).first()
    if version is None:
        raise Http404
    acknowledge(version, by=signed_in_user(request))
    remember(request, version)
    return HttpResponse(status=303, headers={"Location": safe_path(request.POST.get("next", ""))})
