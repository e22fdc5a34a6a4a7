"""The archive: every issue whose sending has begun, at an address that stays, and as a feed."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe  # noqa: TID251 - nh3 has cleaned it
from django.views.decorators.http import require_safe

from newsletter.composing import in_mail
from newsletter.models import Issue
from privacy.policy.rendering import render as render_markdown
from sens_site.lib.atom_feed import AtomFeed
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page

PAGE = 20


@require_safe
@shared_page
@alike_for_members
def issues(request: HttpRequest) -> HttpResponse:
    """List the issues, the newest first; `before` is the number of one that was shown already."""
    wanted = Issue.objects.public().defer("body")
    if before := request.GET.get("before", ""):
        last = wanted.filter(pk=int(before)).first() if _is_number(before) else None
        if last is None:
            raise Http404
        wanted = wanted.filter(started_at__lt=last.started_at)
    found = list(wanted[: PAGE + 1])
    context = {
        "issues": found[:PAGE],
        "older_than": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return render(request, "newsletter/issue/list.html", context)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@require_safe
@shared_page
@alike_for_members
def issue(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an issue, and what the check of its mail found."""
    found = get_object_or_404(Issue.objects.public(), slug=slug)
    return render(request, "newsletter/issue/issue.html", archive_context(found))


def archive_context(found: Issue) -> dict[str, object]:
    """Return what the page of an issue shows. Its pictures are links, as in the mail."""
    return {
        "issue": found,
        "topics": found.topics.all(),
        "html": mark_safe(render_markdown(in_mail(found.body)).html),
    }


@require_safe
@shared_page
def issues_feed(request: HttpRequest) -> HttpResponse:
    """Give the newest issues as an Atom feed."""
    origin = settings.SITE_ORIGIN
    atom = AtomFeed(
        title=f"{settings.COMPANY.short_name} newsletter",
        description="",
        subtitle="Every issue, without signing up.",
        link=f"{origin}{reverse('newsletter:issues')}",
        feed_url=f"{origin}{reverse('newsletter:issues_feed')}",
        feed_guid=_tag("newsletter"),
        language="en-us",
    )
    for found in Issue.objects.public().defer("body")[:PAGE]:
        atom.add_item(
            title=found.title,
            link=f"{origin}{found.get_absolute_url()}",
            description=found.summary,
            unique_id=_tag(f"newsletter/{found.pk}"),
            pubdate=found.started_at,
            updateddate=found.started_at,
        )
    return HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _tag(name: str) -> str:
    return f"tag:{settings.SITE_HOST},2026:{name}"
