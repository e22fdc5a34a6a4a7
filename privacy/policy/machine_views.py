"""Versions for machines: records, plain text, feed, log of hashes, list."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from privacy.policy.chain import record_of
from privacy.policy.head_log import current_checkpoint
from privacy.policy.models import PolicyVersion
from privacy.policy.rendering import strip_source_marks
from privacy.policy.verification import log_line
from sens_site.lib.atom_feed import AtomFeed
from sens_site.lib.http.cache_control import shared_page

TEXT = "text/plain; charset=utf-8"
FEED_SIZE = 20
# The year from which the policy has a record; part of the ids of feed entries, and so for ever.
RECORD_SINCE = 2020


@require_safe
@shared_page
def version_json(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Give the record of a version exactly as it is hashed, and its hash."""
    version = _posted(slug, number)
    body = json.dumps(
        {"hash": version.hash, "record": record_of(version)}, ensure_ascii=False, indent=1
    )
    return _dated(HttpResponse(body + "\n", content_type="application/json"), version)


@require_safe
@shared_page
def version_text(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Give a version as plain text, its Markdown without the marks."""
    version = _posted(slug, number)
    head = (
        f"{version.policy.title}\n"
        f"Version {version.number} ({version.kind})\n"
        f"Last updated: {version.last_updated.isoformat()}\n"
        f"In effect from: {version.effective_on.isoformat()}\n"
        f"Address: {settings.SITE_ORIGIN}{version.get_absolute_url()}\n"
        f"SHA-256: {version.hash}\n" + (f"{version.origin}\n" if version.origin else "") + "\n"
    )
    text = head + strip_source_marks(version.source_text)
    return _dated(HttpResponse(text, content_type=TEXT), version)


@require_safe
@shared_page
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """Give all hashes, oldest first: a reader who keeps a copy can prove any later change.

    A version that was withdrawn before posting is in it once a later one is posted, as the chain
    runs through it.
    """
    newest = PolicyVersion.objects.public(slug).first()
    if newest is None:
        raise Http404
    versions = PolicyVersion.objects.of(slug).filter(number__lte=newest.number).defer_bodies()
    lines = "".join(log_line(version) + "\n" for version in versions.reverse())
    return _dated(HttpResponse(lines, content_type=TEXT), newest)


@require_safe
@shared_page
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Give all posted versions with their dates, hashes and addresses."""
    versions = list(PolicyVersion.objects.public(slug))
    if not versions:
        raise Http404
    data = {
        "policy": slug,
        "title": versions[0].policy.title,
        "in_force": next((v.number for v in versions if v.is_effective), None),
        "versions": [_entry(version) for version in versions],
    }
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _dated(response, versions[0])


@require_safe
@shared_page
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the newest versions as an Atom feed whose entries never change."""
    versions = list(PolicyVersion.objects.public(slug)[:FEED_SIZE])
    if not versions:
        raise Http404
    paths, origin = versions[0].policy.paths, settings.SITE_ORIGIN
    title = versions[0].policy.title
    signed = current_checkpoint()
    vouched = f"\n\n{signed}" if signed else ""
    atom = AtomFeed(
        title=f"{title}: {settings.SITE_HOST}",
        description="",
        subtitle=f"Every version of the {title.lower()}.{vouched}",
        link=origin + paths.in_force,
        feed_url=origin + paths.feed,
        feed_guid=_tag(slug),
        language="en-us",
    )
    for version in versions:
        effective = (
            f"{version.effective_on:%B} {version.effective_on.day}, {version.effective_on.year}"
        )
        atom.add_item(
            title=f"{title}, version {version.number} ({version.kind})",
            link=origin + version.get_absolute_url(),
            description=f"In effect from {effective}.\n\n{version.summary}\n\nSHA-256: {version.hash}",
            unique_id=_tag(f"{slug}/v/{version.number}"),
            pubdate=version.posted_at,
            updateddate=version.last_modified,
        )
    # No Last-Modified: the checkpoint is younger than the newest version. The ETag tells.
    return HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _tag(path: str) -> str:
    return f"tag:{settings.SITE_HOST},{RECORD_SINCE}:{path}"


def _entry(version: PolicyVersion) -> dict[str, Any]:
    paths, origin = version.policy.paths, settings.SITE_ORIGIN
    return {
        "number": version.number,
        "kind": version.kind,
        "origin": version.origin,
        "posted_on": version.posted_on.isoformat(),
        "effective_on": version.effective_on.isoformat(),
        "hash": version.hash,
        "previous_hash": version.previous_hash,
        "page": origin + version.get_absolute_url(),
        "record": origin + paths.version_json(version.number),
        "text": origin + paths.version_text(version.number),
    }


def _posted(slug: str, number: int) -> PolicyVersion:
    version: PolicyVersion | None = PolicyVersion.objects.posted(slug).filter(number=number).first()
    if version is None:
        raise Http404
    return version


def _dated(response: HttpResponse, version: PolicyVersion) -> HttpResponse:
    response.headers["Last-Modified"] = http_date(version.last_modified.timestamp())
    return response
