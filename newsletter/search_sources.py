"""What can be found of the newsletter: its archive, for the search and for the lists of pages."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from newsletter.composing import in_mail
from newsletter.models import Issue
from newsletter.plain_text import plain_text
from search.registry import Entry, register_source
from sens_site.lib.public_pages import PublicPage, register_pages

TITLE = "Past issues of the newsletter"


def entries() -> Iterator[Entry]:
    """Yield every issue of the archive."""
    for issue in Issue.objects.public():
        path = issue.get_absolute_url()
        yield Entry(
            key=str(issue.pk),
            path=path,
            title=issue.title,
            text=plain_text(in_mail(issue.body), base=path),
            description=issue.summary,
            changed_on=timezone.localdate(issue.started_at),
        )


def pages() -> Iterator[PublicPage]:
    """Yield the list of issues, and each of them."""
    public = list(Issue.objects.public())
    newest = public[0].started_at if public else None
    about = "Every issue of the newsletter, to read without signing up"
    yield PublicPage(reverse("newsletter:issues"), TITLE, about, newest, lambda: _list_of(public))
    for issue in public:
        yield PublicPage(
            issue.get_absolute_url(),
            issue.title,
            issue.summary,
            issue.started_at,
            lambda issue=issue: _text_of(issue),  # type: ignore[misc]  # the issue of this turn
        )


def _list_of(issues: list[Issue]) -> str:
    lines = [f"- [{issue.title}]({issue.get_absolute_url()}): {issue.summary}" for issue in issues]
    return f"# {TITLE}\n\n" + ("\n".join(lines) or "No issue has been sent yet.") + "\n"


def _text_of(issue: Issue) -> str:
    return f"# {issue.title}\n\n{issue.summary}\n\n{in_mail(issue.body).strip()}\n"


register_source("newsletter", "Newsletter", entries)
register_pages("newsletter", pages)
