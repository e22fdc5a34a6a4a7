"""The promise about the signal, where a server in front answers: by which map it finds a kept page.

The configuration is written as for nginx, and read here as nginx reads it (ngx_http_map_module):
words whatever their case, then expressions in their order, then the default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from django.conf import settings

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.lib.deploy.nginx_published import maps
from sens_site.published import published

MAP = re.compile(r'map "((?:[^"\\]|\\.)*)" \$(\w+) \{\n(.*?)\n\}\n', re.DOTALL)
LINE = re.compile(r'\s+(default|"(?:[^"\\]|\\.)*") "((?:[^"\\]|\\.)*)";')
NAMED = re.compile(r"\(\?<(?=\w)")
VARIABLE = re.compile(r"\$(\w+)")
ASKS_THE_SITE = ""
"""A state of which there is no file: whoever is in it is answered by the site."""
SIGNALS = {"": False, "1": True, "0": False, "1, 1": True, " 1": True, "true": False}
"""What a `Sec-GPC` header may hold, and whether it is the signal."""
BESIDE = ("", "sessionid_of_a_check=1", "unknown=1")


@dataclass
class Maps:
    """The maps of a configuration, and one request that is looked up in them."""

    text: str
    request: Mapping[str, str]
    _captured: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return what a variable holds."""
        if name in self._captured or name in self.request:
            return self._captured.get(name, self.request.get(name, ""))
        found = [one for one in MAP.finditer(self.text) if one[2] == name]
        require(len(found) < 2, f"the configuration has {len(found)} maps named {name}")
        return self._mapped(self._filled(found[0][1]), found[0][3]) if found else ""

    def _filled(self, text: str) -> str:
        plain = text.replace('\\"', '"').replace("\\\\", "\\")
        return VARIABLE.sub(lambda one: self.value(one[1]), plain)

    def _mapped(self, source: str, lines: str) -> str:
        default, words, expressions = "", {}, []
        for key, value in LINE.findall(lines):
            said = key.strip('"').replace('\\"', '"').replace("\\\\", "\\")
            if key == "default":
                default = value
            elif said.startswith("~"):
                expressions.append((said, value))
            else:
                words[said.lower()] = value
        if source.lower() in words:
            return self._filled(words[source.lower()])
        for said, value in expressions:
            flags = re.IGNORECASE if said.startswith("~*") else 0
            match = re.search(NAMED.sub("(?P<", said.lstrip("~*")), source, flags)
            if match:
                self._captured |= match.groupdict()
                return self._filled(value)
        return self._filled(default)


@promise("signals.gpc-honored", look=Look.NOW, strength=Strength.LOOKED_UP)
def a_server_in_front_hears_the_signal(site: RunningSite) -> Evidence:
    """Whoever sends it is shown a page that was kept for who sends it, or is answered by the site."""
    known = published({})
    text = maps(known)
    names = {(state.cookie, state.gpc): state.name for state in known.states}
    kept = 0
    for cookie, (signal, means_it) in product({cookie for cookie, _ in names}, SIGNALS.items()):
        own = f'{settings.COOKIE_CONSENT_NAME}="{cookie}"' if cookie else ""
        for more in (*BESIDE, f"{settings.SESSION_COOKIE_NAME}=1"):
            asked = {"http_cookie": "; ".join(filter(None, (own, more))), "http_sec_gpc": signal}
            state = Maps(text, asked).value("published_state")
            if state == ASKS_THE_SITE:
                continue
            kept += 1
            who = "with" if means_it else "without"
            meant = names.get((cookie, means_it))
            require(state == meant, f"who comes {who} the signal is shown the page of others")
            require(not more, "who brings cookies of which nothing is known is shown a kept page")
    require(kept, "nobody is shown a kept page")
    return Evidence(
        "The configuration that the site writes for nginx shows who sends the signal the pages "
        "that were kept for who sends it, and leads whoever brings anything unknown to the site.",
        {"consent states": len(names), "kinds of requests that find a kept page": kept},
    )
