"""The site as in production behind nginx with TLS, both as an operator starts them.

The script for strangers as printed runs against it, and a document is fetched.
"""

import hashlib
import os
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from downloads.models import Access, DocumentVersion
from sens_site.serving import granian_command
from tests import nginx
from tests.browser.settings import hold_port
from tests.privacy.promises.front import wait_for

pytestmark = pytest.mark.xdist_group("nginx with TLS")

SCRIPT = "privacy/promises/outside/verify.py"
SECONDS = 120
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@contextmanager
def running(command: list[str], **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env={**os.environ, **environment}
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(SECONDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def verify(site: str, folder: Path) -> Iterator[Callable[..., Run]]:
    """Start the site, and nginx before it; give a way to run the script against it."""
    held, port = hold_port()
    held_too, behind = hold_port()
    origin = f"https://127.0.0.1:{port}"
    copy = folder / "site.sqlite3"
    with (
        closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    nginx.write_certificate(folder)
    web = running(
        granian_command(port=behind, workers=2, threads=4),
        DJANGO_SETTINGS_MODULE="tests.browser.behind_tls",
        COLLECTED=str(settings.STATIC_ROOT),
        SITE_ORIGIN=origin,
        ALLOWED_HOSTS="127.0.0.1",
        DATABASE_URL=f"sqlite:///{copy}",
        TRUSTED_PROXY_COUNT="1",
        SENDFILE="nginx",
    )

    @contextmanager
    def before(more: str = "") -> Iterator[Run]:
        with override_settings(
            SITE_ORIGIN=origin, SITE_HOST="127.0.0.1", SITE_IS_HTTPS=True, SENDFILE="nginx",
            ALLOWED_HOSTS=["127.0.0.1"], TRUSTED_PROXY_COUNT=1, SECURE_HSTS_SECONDS=63072000,
        ):  # fmt: skip
            written = nginx.configuration(folder, behind=behind, options=("--redirect-port=0",))
        asks = nginx.ASKS_THE_SITE
        configuration = written.replace(asks, f"{asks} {more}")

        def run(*options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
            return subprocess.run(
                [sys.executable, SCRIPT, origin, *options],
                cwd=settings.BASE_DIR,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
            )

        run.origin = origin  # type: ignore[attr-defined]  # where it is, for other questions
        with nginx.serving(folder, configuration, port=port):
            yield run

    with held, held_too, web as process:
        wait_for(behind, process)
        yield before


def test_behind_nginx_with_tls_all_is_kept(verify, folder):
    with verify() as run:
        done = run(SSL_CERT_FILE=str(folder / "certificate.pem"))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "41 kept, 0 broken, 0 not looked at; nothing to compare with",
    ), done.stdout


def test_the_file_comes_to_all_alike_with_a_tag_that_stays(verify, folder):
    trust = ssl.create_default_context(cafile=folder / "certificate.pem")
    with verify() as run:
        url, tags = f"{run.origin}/privacy/verify.py", set()
        for _ in range(2):
            with urlopen(url, timeout=SECONDS, context=trust) as answer:  # noqa: S310 - our own
                assert answer.read() == Path(SCRIPT).read_bytes()
                assert answer.headers["Set-Cookie"] is None
                tags.add(answer.headers["ETag"])
    assert len(tags) == 1
    assert tags != {None}


def test_a_front_that_lets_browsers_come_in_clear_is_named(verify, folder):
    with verify("proxy_hide_header Strict-Transport-Security;") as run:
        done = run(SSL_CERT_FILE=str(folder / "certificate.pem"))
    broken = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("broken")]
    assert (done.returncode, broken) == (1, ["security.technical"])


def test_a_certificate_that_nobody_vouches_for_is_not_looked_past(verify):
    with verify() as run:
        done = run()
    assert done.returncode == 2
    assert "CERTIFICATE_VERIFY_FAILED" in done.stdout


def test_a_document_is_sent_by_nginx_with_the_headers_that_the_site_has_decided_on(verify, folder):
    version = (
        DocumentVersion.objects.offered(timezone.now())
        .filter(document__access=Access.EVERYONE)
        .first()
    )
    assert version is not None
    trust = ssl.create_default_context(cafile=folder / "certificate.pem")
    path = f"/downloads/{version.document.number}/{version.pk}/file"
    with verify() as run:

        def ask(path: str, **headers: str) -> tuple[int, Message, bytes]:
            asked = Request(run.origin + path, headers=headers)  # noqa: S310 - our own
            try:
                with urlopen(asked, timeout=SECONDS, context=trust) as answer:  # noqa: S310 - our own
                    return answer.status, answer.headers, answer.read()
            except HTTPError as error:
                with error:
                    return error.code, error.headers, error.read()

        status, headers, body = ask(path)
        assert (status, hashlib.sha256(body).hexdigest()) == (200, version.sha256)
        assert {name: headers[name] for name in (
            "Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "ETag", "Vary",
            "Cache-Control", "Cross-Origin-Resource-Policy", "Strict-Transport-Security",
        )} == {
            "Content-Type": version.content_type,
            "Content-Security-Policy": "default-src 'none';frame-ancestors 'none';sandbox",
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{version.sha256}"',
            "Vary": "Cookie",
            "Cache-Control": "public,no-cache",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Strict-Transport-Security": "max-age=63072000",
        }  # fmt: skip
        assert headers["Content-Disposition"].startswith("attachment")
        assert "X-Accel-Redirect" not in headers
        part = {"Range": "bytes=2-5", "If-Range": f'"{version.sha256}"'}
        assert ask(path, **part)[::2] == (206, body[2:6])
        other = {"Range": "bytes=2-5", "If-Range": '"another"'}
        assert ask(path, **other)[::2] == (200, body)
        assert ask(path, Range="bytes=0-1,5-6")[::2] == (200, body)
        known = {"If-None-Match": f'"{version.sha256}"'}
        assert ask(path, **known)[::2] == (304, b"")
        stored = f"/stored-documents/{version.stored_as}"
        assert ask(stored)[0] == 404
