"""The script for strangers as printed, against the site as in production behind nginx with TLS."""

import ipaddress
import os
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from bench.servers import wait_for as wait_until_open
from sens_site.serving import granian_command
from tests.browser.settings import hold_port
from tests.privacy.promises.front import wait_for
from tests.run import find_nginx

SCRIPT = "privacy/promises/outside/verify.py"
SECONDS = 120
NGINX = """
user root; daemon off; pid {folder}/pid; error_log stderr error; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl reuseport;
    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $http_host;
      proxy_set_header Forwarded "for=$remote_addr;proto=https";
      {more}
    }}
  }}
}}
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def write_certificate(folder: Path) -> None:
    """Sign a certificate for this machine with its own key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a site of a test")])
    now = datetime.now(UTC)  # noqa: TID251 - no site's clock: the certificate is to hold now
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


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
    write_certificate(folder)
    web = running(
        granian_command(port=behind, workers=2, threads=4),
        DJANGO_SETTINGS_MODULE="tests.browser.behind_tls",
        COLLECTED=str(settings.STATIC_ROOT),
        SITE_ORIGIN=origin,
        ALLOWED_HOSTS="127.0.0.1",
        DATABASE_URL=f"sqlite:///{copy}",
        TRUSTED_PROXY_COUNT="1",
    )

    @contextmanager
    def before(more: str = "") -> Iterator[Run]:
        binary = find_nginx()
        assert binary, "apt-get install nginx-light"
        configuration = folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, port=port, behind=behind, more=more))

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
        with running([binary, "-c", str(configuration), "-p", str(folder)]) as nginx:
            wait_until_open(port, nginx)
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
