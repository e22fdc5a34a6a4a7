"""The site as in production, its publisher, and a real nginx before both that sends published pages."""

import http.client
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.test import Client

from sens_site.serving import granian_command
from tests import nginx
from tests.browser.settings import hold_port
from tests.factories.people import make_person
from tests.privacy.promises.front import wait_for

PATHS = ("/privacy/", "/", "/about/", "/news/", "/privacy/v/1/")
PATIENCE = 600
OWN_TO_A_CONNECTION = {"date", "server", "connection", "etag", "keep-alive"}


@dataclass
class Answer:
    """What came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str]

    @property
    def is_published(self) -> bool:
        """Whether nginx has sent a file: its tag is made of a time and a length."""
        return bool(re.fullmatch(r'"[0-9a-f]+-[0-9a-f]+"', self.headers.get("etag", "")))

    @property
    def said(self) -> tuple[int, dict[str, str], bytes]:
        """All that a visitor gets, but for what differs between two servers."""
        kept = {k: v for k, v in self.headers.items() if k not in OWN_TO_A_CONNECTION}
        return self.status, kept, self.body


@dataclass
class Web:
    """The site, and nginx before it."""

    port: int
    behind: int
    root: Path
    environment: dict[str, str]
    session: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, *, site: bool = False, method: str = "GET", body: str = "", **headers: str
    ) -> Answer:
        """Ask nginx or the site behind it."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.behind if site else self.port, timeout=PATIENCE
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if site:
            sent |= {"Host": f"127.0.0.1:{self.port}", "Forwarded": 'for="127.0.0.1";proto=http'}
        connection.request(method, path, body or None, {"Accept-Encoding": "br", **sent})
        response = connection.getresponse()
        answer = Answer(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
            response.headers.get_all("Set-Cookie", []),
        )
        connection.close()
        return answer

    def text(self, path: str, **headers: Any) -> str:
        return self.ask(path, **{"Accept_Encoding": "identity", **headers}).body.decode()

    def answer(self, choice: str, **headers: Any) -> str:
        """Answer the question about cookies, and return what the browser sends from then on."""
        (shown,) = re.findall(r'name="shown" value="([^"]*)"', self.text("/cookies/", **headers))
        form = urlencode({**dict(pair.split("=") for pair in choice.split("&")), "shown": shown})
        done = self.ask(
            "/cookies/choose/",
            method="POST",
            body=form,
            Content_Type="application/x-www-form-urlencoded",
            Sec_Fetch_Site="same-origin",
            **headers,
        )
        (consent,) = [one for one in done.cookies if one.startswith("cookie_consent=")]
        return consent.partition(";")[0]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def publisher(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "manage.py", "publish_pages", "--skip-checks"],
            cwd=settings.BASE_DIR,
            env=self.environment,
        )


@contextmanager
def published_web(folder: Path, *, before: tuple[str, ...] = (), **more: str) -> Iterator[Web]:
    """Carry out some commands, then start the site, nginx, and what publishes, until all is published."""
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    client = Client()
    client.force_login(make_person(f"reader-{uuid4().hex[:8]}"))
    copy = folder / "site.sqlite3"
    with (
        closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    held, port = hold_port()
    held_too, behind = hold_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.browser.behind_tls",
        "COLLECTED": str(settings.STATIC_ROOT),
        "SITE_ORIGIN": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{copy}",
        "TRUSTED_PROXY_COUNT": "1",
        "PUBLISHED_ROOT": str(folder / "pages"),
        **more,
    }
    name = settings.SESSION_COOKIE_NAME
    web = Web(port, behind, folder / "pages", environment, f"{name}={client.cookies[name].value}")
    with ExitStack() as stack:
        stack.enter_context(held_too)
        for command in before:
            subprocess.run(
                [sys.executable, "manage.py", command, "--skip-checks"],
                cwd=settings.BASE_DIR, env=environment, check=True,
            )  # fmt: skip
        server = subprocess.Popen(
            granian_command(port=behind, workers=1, threads=2),
            cwd=settings.BASE_DIR,
            env=environment,
        )
        stack.callback(server.wait, PATIENCE)
        stack.callback(server.terminate)
        wait_for(behind, server)
        configuration = subprocess.run(
            [
                *(sys.executable, "manage.py", "nginx_conf", "--skip-checks"),
                *("--listen", "127.0.0.1", "--upstream", f"127.0.0.1:{behind}"),
            ],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        held.close()
        stack.enter_context(nginx.serving(folder, configuration, port=port))
        publisher = web.publisher()
        stack.callback(publisher.wait, PATIENCE)
        stack.callback(publisher.terminate)
        web.cookies["refuser"] = web.answer("choice=reject")
        web.cookies["consenter"] = web.answer("choice=accept")
        web.cookies["consenter by name, with the signal"] = web.answer(
            "choice=some&analytics=yes", Sec_GPC="1"
        )
        last = headers_of(web, "consenter by name, with the signal")
        web.wait_until(lambda: web.ask(PATHS[-1], **last).is_published)
        web.wait_until(lambda: web.ask("/downloads/site-guide/", **last).is_published)
        yield web
    shutil.rmtree(folder, ignore_errors=True)


def headers_of(web: Web, who: str) -> dict[str, Any]:
    """Return what the browser of one of the visitors sends."""
    if who == "customer":
        return {"Cookie": web.session}
    signal = {"Sec_GPC": "1"} if "signal" in who else {}
    cookie = web.cookies.get(who.removeprefix("returning "), "")
    if who == "returning consenter":
        cookie = f"visitor=abc; {cookie}; visit=def"
    return {**signal, "Cookie": cookie} if cookie else signal
