"""A browser and a site in a few lines, for the audit: no process, no network, no clock.

The site permits what the offer says and loads the tags of what was granted; the browser runs the
three statements that the audit's stand-ins are written in. What real browsers do with them is
shown in tests/browser/test_consent_audit.py.
"""

import re
import time
from types import SimpleNamespace

from privacy.consent.audit_rules import is_welcoming

STATEMENT = re.compile(
    r"""document\.cookie\ =\ ["'](?P<cookie>[^"'=]+).*max-age=(?P<seconds>\d+)
    | localStorage\.setItem\('(?P<key>\w+)'
    | new\ Image\(\)\.src\ =\ ["'](?P<picture>[^"']+)["'](?P<told>\ \+\ told)?""",
    re.VERBOSE,
)


class Browser:
    """Keeps every context that the audit opened, with the pages that it went to.

    `leaky` is a site that lets tags onto every page and tells them its whole address.
    """

    def __init__(self, url, offer, links=(), *, refuses=(), leaky=False):
        self.url, self.offer, self.links, self.refuses = url, offer, list(links), refuses
        self.leaky = leaky
        self.contexts = []
        self.closed = False

    def new_context(self, extra_http_headers=None):
        self.contexts.append(Context(self, dict(extra_http_headers or {})))
        return self.contexts[-1]

    def close(self):
        self.closed = True


class Context:
    """One profile: what it holds, and what was granted in it."""

    def __init__(self, browser, headers):
        self.browser, self.headers = browser, headers
        self.granted, self.choice = (), {}
        self.held, self.storage, self.opened = {}, set(), []
        self.at = ""
        self.handlers, self.routed = {}, None
        self.closed = False

    def on(self, event, handler):
        self.handlers[event] = handler

    def route(self, pattern, handler):
        self.routed = (pattern, handler)

    def new_page(self):
        return Page(self)

    def cookies(self):
        return [
            {"name": name, "domain": "testserver", **({"expires": at} if at else {})}
            for name, at in self.held.items()
        ]

    def close(self):
        self.closed = True

    def ask(self, url, kind):
        """Send one request, through the audit's stand-in where it has one."""
        request = SimpleNamespace(
            url=url,
            resource_type=kind,
            headers={"referer": self.browser.url},
            post_data_buffer=None,
        )
        if "request" in self.handlers:
            self.handlers["request"](request)
        if self.routed and self.routed[0].match(url):
            answers = []
            self.routed[1](
                SimpleNamespace(request=request, fulfill=lambda **answer: answers.append(answer))
            )
            (answer,) = answers
            self.run(answer.get("body", ""))

    def run(self, script):
        for done in STATEMENT.finditer(script):
            if done["cookie"]:
                self.held[done["cookie"]] = time.time() + int(done["seconds"])
            elif done["key"]:
                self.storage.add(done["key"])
            else:
                told = f"?at={self.at}" if done["told"] else ""
                self.ask(done["picture"] + told, "image")

    def decide(self, granted):
        """Store the answer; a refusal deletes what is listed, as the site does."""
        self.granted = granted
        self.held["__Host-cookie_consent"] = None
        offer = self.browser.offer
        kept = {i.name for s in offer.services_of(granted) for i in s.items}
        for service in offer.services_of(offer.by_key):
            for item in service.items:
                if item.name not in kept:
                    self.held.pop(f"{item.name}X" if item.prefix else item.name, None)


class Page:
    def __init__(self, context):
        self.context, self.browser = context, context.browser
        self.handlers = {}
        self.url = "about:blank"

    def on(self, event, handler):
        self.handlers[event] = handler

    def goto(self, url, wait_until="load", referer=None):
        assert referer in (None, self.url)
        self.url = url
        path = "/" + url.removeprefix(self.browser.url)
        self.context.opened.append(path.partition("?")[0])
        self.context.at = url if self.browser.leaky else url.partition("?")[0]
        self.context.ask(url, "document")
        path = path.partition("?")[0]
        if path in self.browser.refuses and "console" in self.handlers:
            self.handlers["console"](SimpleNamespace(type="error", text=self.browser.refuses[path]))
        if not self.browser.leaky and not is_welcoming(path):
            return SimpleNamespace(headers={})
        services = self.browser.offer.services_of(self.context.granted)
        for service in services:
            for origin in service.origins.get("script-src", ()) if service.loader else ():
                identifier = self.browser.offer.identifiers[service.key]
                self.context.ask(f"{origin}/tag.js?id={identifier}", "script")
        named = {o for s in services for origins in s.origins.values() for o in origins}
        policy = "default-src 'self'; img-src " + " ".join(sorted(named))
        return SimpleNamespace(headers={"content-security-policy": policy})

    def evaluate(self, script):
        return self.browser.links if "a[href]" in script else sorted(self.context.storage)

    def locator(self, selector):
        found = re.fullmatch(r'input\[name="(\w+)"\]\[value="(yes|no)"\]', selector)
        assert found, f"the page has no {selector}"
        name, value = found.groups()
        return SimpleNamespace(check=lambda: self.context.choice.update({name: value}))

    def get_by_role(self, role, name):
        groups = self.browser.offer.groups
        if name == "Accept all":
            signalled = self.context.headers.get("Sec-GPC") == "1"
            granted = tuple(g.key for g in groups if not (signalled and g.gpc_covered))
        else:
            granted = tuple(key for key, value in self.context.choice.items() if value == "yes")
        return SimpleNamespace(click=lambda: self.context.decide(granted))

    def wait_for_url(self, pattern):
        assert pattern == "**#done"

    def wait_for_timeout(self, milliseconds):
        pass
