"""Promises about every page, where a form comes back with something to correct: a page, too.

No link leads there, so what is looked at page by page along the links never meets one.
"""

from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite
from privacy.promises.seen_links import are_seen, footer_of
from sens_site.promises.every_form import every_page

SAME = "What every page offers stood there, too, where a form came back with something to correct."


def come_back(site: RunningSite, *, to: str = "") -> tuple[Answer, ...]:
    """Return the forms that came back with mistakes marked, to everybody or to one kind of reader."""
    met = [one.answer for one in every_page(site) if to in one.by and one.answer.is_page]
    pages = tuple(
        one for one in met if any("aria-invalid" in box.attrs for box in one.page.all("input"))
    )
    require(pages, "no form comes back with mistakes marked")
    return pages


def _offer(site: RunningSite, pages: tuple[Answer, ...], *paths: str, in_footer: bool) -> Evidence:
    for page in pages:
        missing = [path for path in paths if path not in page.page.links]
        require(not missing, f"{page.path} with mistakes in it does not lead to {missing[:1]}")
    if in_footer:
        are_seen(site, pages, *paths, inside=footer_of)
    else:
        are_seen(site, pages, *paths)
    return Evidence(SAME, {"forms that came back": len(pages)})


@promise("footer.privacy-and-legal", look=Look.REHEARSAL)
def both_stand_below_a_form_that_comes_back(site: RunningSite) -> Evidence:
    """Both links are seen in the footer of each form with mistakes in it."""
    return _offer(site, come_back(site), "/privacy/", "/legal/", in_footer=True)


@promise("newsletter.sign-up", look=Look.REHEARSAL)
def the_newsletter_stands_below_a_form_that_comes_back(site: RunningSite) -> Evidence:
    """The link is seen in the footer of each form with mistakes in it."""
    return _offer(site, come_back(site), "/newsletter/", in_footer=True)


@promise("site.register-and-login", look=Look.REHEARSAL)
def a_form_that_comes_back_leads_to_both(site: RunningSite) -> Evidence:
    """A stranger sees both links on each form with mistakes in it."""
    pages = come_back(site, to="a stranger")
    return _offer(site, pages, "/accounts/register/", "/accounts/login/", in_footer=False)
