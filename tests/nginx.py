"""Runs the nginx of this machine with the configuration that `manage.py nginx_conf` writes."""

import ipaddress
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command

from bench.servers import wait_for
from tests.run import ROOT, find_nginx

MAIN = """
user root; daemon off; pid {folder}/pid; error_log stderr emerg; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {http}
  include {folder}/site.conf;
}}
"""
"""What a distribution's own file has around a site: no word about the site stands here."""
ASKS_THE_SITE = "proxy_pass http://site;"


def configuration(folder: Path, *, behind: int, options: tuple[str, ...] = ()) -> str:
    """Let the command write, for a site on loopback, with a certificate from `write_certificate`."""
    out = StringIO()
    call_command(
        "nginx_conf", "--listen=127.0.0.1", f"--upstream=127.0.0.1:{behind}",
        f"--certificate={folder}/certificate.pem", f"--key={folder}/key.pem", *options, stdout=out,
    )  # fmt: skip
    return shared_ports(out.getvalue())


def shared_ports(site: str) -> str:
    """Let nginx listen where a test keeps the port free for it by holding it (`hold_port`)."""
    for address in dict.fromkeys(re.findall(r"listen (\S+?)(?=[ ;])", site)):
        site = re.sub(rf"(listen {re.escape(address)}\b[^;]*);", r"\1 reuseport;", site, count=1)
    return site


def command(folder: Path, site: str, *, http: str = "") -> list[str]:
    """Put a configuration where nginx finds it, and return the command line that starts nginx."""
    found = find_nginx()
    assert found, "apt-get install nginx-light"
    (folder / "site.conf").write_text(site)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, http=http))
    return [found, "-e", "stderr", "-c", str(main), "-p", str(folder)]


@contextmanager
def serving(folder: Path, site: str, *, port: int, http: str = "") -> Iterator[None]:
    """Run nginx for the time of a block."""
    with subprocess.Popen(command(folder, site, http=http), cwd=ROOT) as process:
        try:
            wait_for(port, process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def write_certificate(folder: Path, *, host: str = "127.0.0.1") -> None:
    """Sign a certificate for a host with its own key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a site of a test")])
    now = datetime.now(UTC)  # noqa: TID251 - no site's clock: the certificate is to hold now
    subject: x509.GeneralName = x509.DNSName(host)
    with suppress(ValueError):
        subject = x509.IPAddress(ipaddress.ip_address(host))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
