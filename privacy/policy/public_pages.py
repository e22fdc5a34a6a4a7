"""The policies among the public pages: what is in force, and every version that was posted."""

from collections.abc import Iterator
from functools import partial

from privacy.policy.models import PRIVACY, TERMS, PolicyVersion
from privacy.policy.rendering import strip_source_marks
from sens_site.lib.public_pages import PublicPage, register_pages
from sens_site.lib.texts import day_in_words


def pages_of_policies() -> Iterator[PublicPage]:
    """Yield the text in force, then the versions, newest first."""
    for slug in (PRIVACY, TERMS):
        versions = list(PolicyVersion.objects.public(slug).select_related("policy"))
        in_force = next((one for one in versions if one.is_effective), None)
        if in_force is not None:
            yield _page(in_force, in_force.policy.paths.in_force, in_force.policy.title)
        if versions:
            yield _history(versions)
        for version in versions:
            title = f"{version.policy.title}, version {version.number}"
            yield _page(version, version.get_absolute_url(), title)


register_pages("policies", pages_of_policies)


def markdown_of(number: int) -> str:
    """Return the whole of a version, with what its page says before the text."""
    version = PolicyVersion.objects.select_related("policy").get(pk=number)
    said = [f"# {version.policy.title}", f"Version {version.number}, {_dates(version)}"]
    return "\n\n".join(
        [*said, *filter(None, [version.origin]), strip_source_marks(version.source_text)]
    )


def _history(versions: list[PolicyVersion]) -> PublicPage:
    policy = versions[0].policy
    title = f"History of the {policy.title.lower()}"
    lines = (
        f"- [Version {one.number}]({one.get_absolute_url()}), {_dates(one)}\n" for one in versions
    )
    return PublicPage(
        path=policy.paths.history,
        title=title,
        description=f"Every version of the {policy.title.lower()}, with its dates.",
        changed_at=versions[0].last_modified,
        markdown=partial("".join, [f"# {title}\n\n", *lines]),
    )


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
