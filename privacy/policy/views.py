"""Pages on which a policy is read. The same functions serve the privacy policy and the terms."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import toc_of, without_marks
from privacy.policy.structured import web_page
from sens_site.lib.caching import shared_page


@require_safe
@shared_page
def policy_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the version in force."""
    version = PolicyVersion.objects.in_force(slug)
    if version is None:
        raise Http404
    context = {
        "upcoming": list(PolicyVersion.objects.upcoming(slug)),
        "front": True,
        "is_in_force": True,
        "has_form": slug == PRIVACY,
    }
    return _show(request, version, context)


@require_safe
@shared_page
def version_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one version, whatever its age."""
    version = PolicyVersion.objects.posted(slug).filter(number=number).first()
    if version is None:
        raise Http404
    in_force = PolicyVersion.objects.in_force_number(slug)
    context = {
        "state": version.state(in_force=in_force),
        "in_force": in_force,
        "is_in_force": version.number == in_force,
    }
    return _show(request, version, context)


@require_safe
@shared_page
def history_page(request: HttpRequest, slug: str) -> HttpResponse:
    """List all posted versions, newest first."""
    versions = list(PolicyVersion.objects.public(slug))
    if not versions:
        raise Http404
    in_force = next((v.number for v in versions if v.is_effective), None)
    context = {
        "policy": versions[0].policy,
        "rows": [(version, version.state(in_force=in_force)) for version in versions],
    }
    response = render(request, "privacy/policy/history.html", context)
    return _dated(response, versions[0])


def _show(request: HttpRequest, version: PolicyVersion, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "version": version,
        "policy": version.policy,
        "text": without_marks(version.rendered_html),
        "toc": toc_of(version.rendered_html),
        "structured": web_page(version),
    }
    return _dated(render(request, "privacy/policy/version.html", context), version)


def _dated(response: HttpResponse, version: PolicyVersion) -> HttpResponse:
    response.headers["Last-Modified"] = http_date(version.last_modified.timestamp())
    return response
