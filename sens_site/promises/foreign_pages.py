"""A promise about pages of other sites: what they send with somebody's session is refused.

Tried from outside the configuration: each site that a setting names is one of those that are tried,
as a setting can make a friend of anybody, and no other site is one.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import get_resolver

from privacy.datamap.promises.used_hosts import all_settings
from privacy.promises.provenance import in_words, ways_to_say_it
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.promises.visitor import BY_EVERY_BROWSER
from sens_site.promises.access import paths_of

PROFILE, DESK, REFUSED = "/accounts/profile/", "/admin/", 403
BY_TOKEN = ("/newsletter/unsubscribe/1/", "/downloads/watch/1/")
"""Whose address is itself the proof: a mail program posts there for its reader."""
_ORIGIN = re.compile(r"https?://[^\s/'\"<>,;?#]+")


def foreign_origins() -> list[str]:
    """Return origins of others: far off, next door, almost ours, and each that a setting names."""
    scheme, host = urlsplit(settings.SITE_ORIGIN)[:2]
    tried = {
        "null", "https://evil.example", f"{scheme}://{host}.evil.example",
        f"{scheme}://shop.{host}", f"{scheme}://{host}:8443",
        f"{'http' if scheme == 'https' else 'https'}://{host}",
    }  # fmt: skip
    named = (one for _, text in all_settings() for one in _ORIGIN.findall(text))
    tried |= {one.replace("*", "a-check") for one in named}
    return sorted(tried - {settings.SITE_ORIGIN})


def ways_to_come_from(origin: str) -> Iterator[Mapping[str, str]]:
    """Yield what browsers, new and old, say of a page that sends something from another site."""
    for site in ("cross-site", "same-site"):
        yield {"Origin": origin, "Sec-Fetch-Site": site}
    yield {"Origin": origin}
    yield {"Referer": f"{origin}/"}


def _sent(site: RunningSite, visitor: Visitor, path: str, said: Mapping[str, str]) -> int:
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {**BY_EVERY_BROWSER, **said, "Cookie": cookies}
    body = urlencode({"name": "Somebody else"})
    return site.send("POST", path, body=body, headers=headers, address=visitor.address).status


@promise("security.against-misuse", look=Look.REHEARSAL)
def no_other_site_acts_for_who_is_logged_in(site: RunningSite) -> Evidence:
    """A page elsewhere sends each form, and one form in each way: all of it is refused.

    Who has no session is nobody, and is still not made to write, to sign up or to ask for something.
    """
    people = get_user_model().objects
    with site.rehearsal():
        name = f"check{secrets.token_hex(6)}"
        user = people.create(username=name, email=f"{name}@example.com", password=f"argon2${name}")
        visitor = site.visitor()
        visitor.sign_in(user)
        origins = foreign_origins()
        ways = [way for one in origins for way in ways_to_come_from(one)]
        ways += [way for way, is_ours in ways_to_say_it() if not is_ours]
        for said in ways:
            status = _sent(site, visitor, PROFILE, said)
            shown = in_words(said)
            require(status == REFUSED, f"a form of another site is answered {status} ({shown})")
        paths = sorted(
            path
            for path in paths_of(get_resolver().url_patterns)
            if path not in BY_TOKEN and not path.startswith(DESK)
        )
        for path in paths:
            for who in (visitor, site.visitor()):
                status = _sent(site, who, path, next(ways_to_come_from("https://evil.example")))
                require(status == REFUSED, f"another site’s form for {path} is answered {status}")
        require(people.filter(pk=user.pk, name="").exists(), "another site changed a profile")
        own = visitor.post(PROFILE, {"name": "Somebody"})
        require(own.status != REFUSED, "a form of this site is refused")
    return Evidence(
        "Played through for this check, what pages of other sites sent was refused, with the session "
        "of somebody who was logged in and without, also from each site that a setting names.",
        {"sites": len(origins), "addresses": len(paths)},
    )
