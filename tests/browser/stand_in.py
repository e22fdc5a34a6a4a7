"""A server that stands for every host but ours: what it is sent is what left the browser.

Chromium leads all names to it, so nothing depends on what a driver can intercept: what a page sends
while it is left, and while it comes back, arrives here too.
"""

import datetime as dt
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from privacy.consent.audit_rules import Sent
from privacy.consent.offer.building import Offer
from privacy.consent.stand_in import script_at

PATIENCE_SECONDS = 10
SCRIPTS = ("/gtag/js", "/li.lms-analytics/insight.min.js")


def certificate(folder: Path) -> ssl.SSLContext:
    """Return what the server shows; the browser is told not to mind."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "everybody")])
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - a certificate lives in real time
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "everybody.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class Outside(ThreadingHTTPServer):
    """All other hosts, and what they were sent since the last look."""

    daemon_threads = True
    request_queue_size = 128  # a page connects to a dozen hosts at once

    def __init__(self, folder: Path, offer: Offer) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.socket = certificate(folder).wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )
        self.offer = offer
        self.sent: list[Sent] = []

    def taken(self) -> list[Sent]:
        """Return what was sent, and begin anew."""
        sent, self.sent = self.sent, []
        return sent

    def wait_for(self, host: str, pause: Callable[[float], None]) -> None:
        """Wait until a host was sent something."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any(urlsplit(one.url).netloc == host for one in self.sent):
            assert time.monotonic() < deadline, f"{host} was sent nothing"
            pause(50)

    @property
    def arguments(self) -> list[str]:
        """How Chromium is started so that it finds nobody else."""
        return [
            f"--host-resolver-rules=MAP * 127.0.0.1:{self.server_port}, EXCLUDE 127.0.0.1",
            "--ignore-certificate-errors",
        ]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that is closed leaves connections half open."""


class Answers(BaseHTTPRequestHandler):
    """Notes a request, and answers as that third party would."""

    protocol_version = "HTTP/1.1"
    server: Outside

    def do_GET(self) -> None:
        """Answer with a script, a frame or nothing."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode(errors="replace")
        url = f"https://{self.headers['Host']}{self.path}"
        # What a browser asks its own maker comes from no page.
        if self.headers.get("Sec-Fetch-Site", "none") != "none":
            self.server.sent.append(Sent(url, self.headers.get("Referer") or "", body))
        script = urlsplit(url).path in SCRIPTS
        answer = script_at(url, self.server.offer).encode() if script else b""
        self.send_response(200 if script else 204)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET  # noqa: N815 - the name is Python's

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is Python's
        """Say nothing."""


@contextmanager
def everybody_else(folder: Path, offer: Offer) -> Iterator[Outside]:
    """Answer for all other hosts."""
    with Outside(folder, offer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
