"""How nginx finds a published page, and says of it what the site would say (ADR 26).

Threat: a visitor is shown the page of another consent state. So nothing is matched but what was
counted out: a request is mapped to a state by its whole `Cookie` header and by `Sec-GPC`, a state
and a page to a set of headers; whatever is not in the maps leads to a file that does not exist, and
from there to the site.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Protocol

from sens_site.lib.cache.kept_page import Headers, headers_to_keep
from sens_site.lib.cache.published_pages import PLAIN, headers_digest
from sens_site.lib.deploy.nginx import ASK_THE_SITE, Part

LETTERS = "abcd"
"""One for each kind of cookies that is told apart. Who brings a further kind is answered by the site."""
NOWHERE = "-"
LONG = 40
LAST_MODIFIED = "last-modified"
CODINGS = {
    # What browsers send, as words that are looked up: an expression takes longer.
    "gzip, deflate, br, zstd": "br",
    "gzip, deflate, br": "br",
    # A weight of 0 is rare, and easily read wrongly: the site knows (RFC 9110, 12.5.3).
    r"~*q\s*=\s*0(?:\.0*)?\s*(?:,|$)": NOWHERE,
    r"~*(?:^|,)\s*br\s*(?:;|,|$)": "br",
    r"~*(?:^|,)\s*gzip\s*(?:;|,|$)": "gzip",
}


class State(Protocol):
    """A consent state: its name, and by what a request is known to be in it."""

    @property
    def name(self) -> str: ...
    @property
    def cookie(self) -> str: ...
    @property
    def gpc(self) -> bool: ...
    @property
    def services(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Published:
    """All that is to be known of the published pages in order to write the configuration.

    `answers` are the headers of each page in each state, by the state's name and the path.
    `cookies` are regular expressions for the names of cookies, by the services whose they are.
    """

    root: str
    consent_cookie: str
    states: Sequence[State]
    cookies: Mapping[frozenset[str], str]
    answers: Mapping[tuple[str, str], Headers]

    @cached_property
    def sets(self) -> dict[str, dict[str, str]]:
        """Each set of headers by its digest. The type of all pages is one, and told apart from it."""
        found = {}
        for headers in self.answers.values():
            named = {name.lower(): value for name, value in headers_to_keep(headers)}
            named.setdefault(LAST_MODIFIED, "")  # else nginx would send the time of its file
            found[headers_digest(headers)] = named
        return found

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kinds of pages whose headers are not those of most, by path."""
        signatures = {
            path: tuple(
                headers_digest(self.answers[state.name, path])
                if (state.name, path) in self.answers
                else ""
                for state in self.states
            )
            for path in dict.fromkeys(path for _, path in self.answers)
        }
        by_frequency = [signature for signature, _ in Counter(signatures.values()).most_common()]
        return {
            path: f"k{by_frequency.index(signature)}"
            for path, signature in signatures.items()
            if signature != by_frequency[0]
        }

    @cached_property
    def letters(self) -> dict[str, frozenset[str]]:
        """The kinds of cookies that are told apart, by the letter that stands for each."""
        ordered = sorted(self.cookies, key=sorted)
        return dict(zip(LETTERS, ordered, strict=False))


def part(published: Published) -> Part:
    """Write all that nginx has to know of published pages."""
    return Part(http=maps(published), first=location(published))


def maps(published: Published) -> str:
    """Write what belongs into `http`: from a request to the folders of a file."""
    return "".join(
        (
            _map("$msec", "slot", {r"~^(?<published_tens>\d{9})": "$published_tens"}, NOWHERE),
            # A page is known by all that was asked for: no query, nothing encoded, no `//`.
            _map(
                "$request_uri",
                "path",
                {"~^(?<published_uri>(?:/[A-Za-z0-9_-]+)*/?)$": "$published_uri"},
                "",
            ),
            _map("$http_accept_encoding", "coding", CODINGS, PLAIN),
            _map("$published_coding", "encoding", {"br": "br", "gzip": "gzip"}, ""),
            # Whoever has a date and no tag asks the site: our files have no true date.
            _map("$http_if_modified_since", "dated", {"": ""}, "1"),
            _map(
                "$request_method$published_dated$http_if_none_match",
                "may",
                {"GET": "y", "HEAD": "y", "~^(?:GET|HEAD)(?:[^1]|1.)": "y"},
                "",
            ),
            _map("$http_sec_gpc", "signal", {"": "n", "1": "g"}, NOWHERE),
            _cookie_maps(published),
            _map("$published_path", "kind", published.kinds, ""),
            _map("$published_may:$published_state:$published_kind", "set", _sets(published), ""),
            *(
                _map("$published_set", _variable(name), values, "")
                for name, values in _headers(published)
                if len(set(values.values())) > 1
            ),
        )
    )


def location(published: Published) -> str:
    """Write what belongs into the location of all pages."""
    headers = []
    for name, values in _headers(published):
        different = set(values.values())
        value = f"$published_{_variable(name)}" if len(different) > 1 else _quoted(different.pop())
        headers.append(f"add_header {name} {value};\n")
    return (
        f"root {published.root.rstrip('/')}/live;\n"
        "types { }\ndefault_type 'text/html; charset=utf-8';\n"
        # Every file is older than any date that a browser has, so that its tag alone decides.
        "if_modified_since before;\nmax_ranges 0;\n"
        "add_header content-encoding $published_encoding;\n"
        f"{''.join(headers)}"
        "try_files /$published_slot/$published_set/$published_state$published_path"
        f"@$published_coding {ASK_THE_SITE};\n"
    )


def _cookie_maps(published: Published) -> str:
    """Write what reads a `Cookie` header: the answer in it, and which other cookies it brings.

    Every cookie has to be one that a service sets; any other leads to the site, and so does a
    session's.
    """
    by_letter = {letter: published.cookies[owners] for letter, owners in published.letters.items()}
    names = "|".join(by_letter.values()) or r"(?!)"
    value = '"?(?<published_value>[0-9a-z=|.!-]{1,200})"?'
    whole = (
        f"~^(?:(?:{names})=[^;]*; )*{re.escape(published.consent_cookie)}={value}"
        f"(?:; (?:{names})=[^;]*)*$"
    )
    lines = _map("$http_cookie", "answer", {"": "", whole: "$published_value"}, NOWHERE)
    brought = ""
    for letter, pattern in by_letter.items():
        brought += f"$published_brings_{letter}"
        lines += _map("$http_cookie", f"brings_{letter}", {f"~(?:^|; )(?:{pattern})=": letter}, "")
    states = {}
    for state in published.states:
        allowed = [x for x, owners in published.letters.items() if owners & state.services]
        for count in range(len(allowed) + 1):
            for some in combinations(allowed, count):
                key = f"{'g' if state.gpc else 'n'}{''.join(some)}:{state.cookie}"
                states[key] = state.name
    return lines + _map(f"$published_signal{brought}:$published_answer", "state", states, "")


def _sets(published: Published) -> dict[str, str]:
    found = {}
    for (state, path), headers in published.answers.items():
        found[f"y:{state}:{published.kinds.get(path, '')}"] = headers_digest(headers)
    return found


def _headers(published: Published) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each header with its value in each set."""
    names = dict.fromkeys(name for headers in published.sets.values() for name in headers)
    for name in names:
        if name != "content-type":
            yield name, {digest: h.get(name, "") for digest, h in published.sets.items()}


def _variable(name: str) -> str:
    return name.replace("-", "_")


def _map(source: str, name: str, values: Mapping[str, str], default: str) -> str:
    lines = "".join(f"    {_key(key)} {_quoted(value)};\n" for key, value in values.items())
    return f'map "{source}" $published_{name} {{\n    default {_quoted(default)};\n{lines}}}\n'


def _key(text: str) -> str:
    """Return what a map looks for. Its table has room for short words only, and no room can be made
    for longer ones by a file that is not the first to have a map.
    """  # noqa: D205 - one sentence
    is_regex = text.startswith("~")
    return _quoted(text if is_regex or len(text) < LONG else f"~^{re.escape(text)}$")


def _quoted(text: str) -> str:
    """Return a text as one word of nginx. Variables in it are read."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
