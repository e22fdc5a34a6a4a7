"""The policies among the public pages: what is in force, and every version that was posted."""

from collections.abc import Iterator
from functools import partial
from itertools import chain

from privacy.policy.models import PRIVACY, TERMS, PolicyVersion, PolicyVersionQuerySet
from privacy.policy.rendering import strip_source_marks
from sens_site.lib.public_pages import PublicPage, newest_first, register_pages
from sens_site.lib.texts import day_in_words


def pages_of_policies() -> Iterator[PublicPage]:
    """Yield the text in force, then the versions, newest first."""
    for slug in (PRIVACY, TERMS):
        yield from _pages_of_today(slug)
        versions = PolicyVersion.objects.public(slug)
        yield from map(_page_of, chain.from_iterable(newest_first(versions, "number")))


def pages_of_policies_at(path: str) -> Iterator[PublicPage]:
    """Yield what stands at fixed addresses, and the versions of the number that an address ends with."""
    number = path.rstrip("/").rpartition("/")[2]
    for slug in (PRIVACY, TERMS):
        yield from _pages_of_today(slug)
        if number.isdecimal():
            versions = PolicyVersion.objects.public(slug)
            yield from map(_page_of, versions.filter(number=int(number)))


register_pages("policies", pages_of_policies, at=pages_of_policies_at)


def _pages_of_today(slug: str) -> Iterator[PublicPage]:
    in_force = PolicyVersion.objects.defer_bodies().in_force(slug)
    if in_force is not None:
        yield _page(in_force, in_force.policy.paths.in_force, in_force.policy.title)
    versions = PolicyVersion.objects.public(slug)
    newest = versions.first()
    if newest is not None:
        yield _history(newest, versions)


def _page_of(version: PolicyVersion) -> PublicPage:
    title = f"{version.policy.title}, version {version.number}"
    return _page(version, version.get_absolute_url(), title)


def markdown_of(number: int) -> str:
    """Return the whole of a version, with what its page says before the text."""
    version = PolicyVersion.objects.select_related("policy").get(pk=number)
    said = [f"# {version.policy.title}", f"Version {version.number}, {_dates(version)}"]
    return "\n\n".join(
        [*said, *filter(None, [version.origin]), strip_source_marks(version.source_text)]
    )


def _history(newest: PolicyVersion, versions: PolicyVersionQuerySet) -> PublicPage:
    policy = newest.policy
    title = f"History of the {policy.title.lower()}"
    return PublicPage(
        path=policy.paths.history,
        title=title,
        description=f"Every version of the {policy.title.lower()}, with its dates.",
        changed_at=newest.last_modified,
        markdown=partial(_markdown_of_history, title, versions),
    )


def _markdown_of_history(title: str, versions: PolicyVersionQuerySet) -> str:
    lines = (
        f"- [Version {one.number}]({one.get_absolute_url()}), {_dates(one)}\n" for one in versions
    )
    return "".join([f"# {title}\n\n", *lines])


def _page(version: PolicyVersion, path: str, title: str) -> PublicPage:
    return PublicPage(
        path=path,
        title=title,
        description=f"Version {version.number}, {_dates(version)}",
        changed_at=version.last_modified,
        markdown=partial(markdown_of, version.pk),
    )


def _dates(version: PolicyVersion) -> str:
    effective = f"{version.effective_on:%B} {version.effective_on.day}, {version.effective_on.year}"
    return f"last updated {day_in_words(version.posted_at)}, in effect from {effective}."
