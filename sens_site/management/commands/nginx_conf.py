"""`manage.py nginx_conf`: the configuration of the nginx in front, as this site needs it."""

import re
import shutil
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.html import format_html

from sens_site.errors import TEXTS
from sens_site.lib.deploy.nginx import HTTP2_DIRECTIVE_SINCE, Front, configuration
from sens_site.lib.http.csp import FILE_POLICY, NONE, serialise
from sens_site.lib.http.faults import RETRY_AFTER_SECONDS, STAFF_PREFIX
from sens_site.lib.http.log_filters import secret_prefixes
from sens_site.lib.http.machine_addresses import METRICS
from sens_site.lib.http.security_headers import PERMISSIONS_POLICY
from sens_site.published import published_part

NGINX_ANSWERS = (400, 404, 405, 413, 429, 500, 503)
UNCOUNTED_FORMS = (
    "/cookies/",  # a refusal is never refused
    "/downloads/watch/", "/newsletter/unsubscribe/",  # one-click: thousands from one mail provider
)  # fmt: skip
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{title} – {company}</title></head>'
    '<body><h1>{title}</h1><p>{happened}</p><p>{advice}</p><p><a href="/">{company}</a></p></body>'
    "</html>"
)


class Command(BaseCommand):
    """Thin door over `sens_site.lib.deploy.nginx`: it prints, and changes nothing."""

    help = (
        "Print the configuration of nginx for this site, from its settings and addresses: a file for "
        "sites-enabled or conf.d."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for what the settings do not know: the machine."""
        folder = f"/etc/letsencrypt/live/{settings.SITE_HOST}"
        parser.add_argument("--certificate", type=from_here, default=f"{folder}/fullchain.pem")
        parser.add_argument("--key", type=from_here, default=f"{folder}/privkey.pem")
        parser.add_argument(
            "--upstream", action="append", help="where the site listens, 127.0.0.1:8000; repeatable"
        )
        parser.add_argument("--listen", default="", help="one address; without it, all")
        parser.add_argument("--redirect-port", type=int, default=80, help="of http; 0 for none")
        parser.add_argument(
            "--acme-root", default="/var/www/html", help="where certbot puts what proves the host"
        )
        parser.add_argument(
            "--access-log", type=from_here, default="off", help="a file, without addresses in it"
        )
        parser.add_argument(
            "--nginx-version", help="such as 1.22.1; without it, that of the nginx on this machine"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        if not settings.TRUSTED_PROXY_COUNT:
            raise CommandError(
                "Set TRUSTED_PROXY_COUNT=1 first: behind nginx all visitors would share one address."
            )
        self.stdout.write(configuration(front(options), published_part()), ending="")


def from_here(name: str) -> str:
    """Return the whole name of a file: nginx would look for a short one in a folder of its own."""
    is_no_file = name in ("", "off") or ":" in name.partition("/")[0]
    return name if is_no_file else str(Path.cwd() / name)


def front(options: dict[str, Any]) -> Front:
    """Bring together what settings, URL map and options say."""
    documents = settings.SENDFILE == "nginx" and not settings.DOCUMENTS_S3_BUCKET
    return Front(
        origin=settings.SITE_ORIGIN,
        hosts=tuple(dict.fromkeys(map(server_name, [settings.SITE_HOST, *settings.ALLOWED_HOSTS]))),
        port=urlsplit(settings.SITE_ORIGIN).port or (443 if settings.SITE_IS_HTTPS else 80),
        is_https=settings.SITE_IS_HTTPS,
        upstreams=tuple(options["upstream"] or ["127.0.0.1:8000"]),
        largest_bodies=largest_bodies(),
        secret_prefixes=secret_prefixes(),
        uncounted_forms=UNCOUNTED_FORMS,
        own_answers={status: own_answer(status) for status in NGINX_ANSWERS},
        headers=headers(),
        retry_after=RETRY_AFTER_SECONDS,
        proxies=settings.TRUSTED_PROXY_COUNT,
        forwarded_header=settings.TRUSTED_PROXY_HEADER,
        version=version(options["nginx_version"]),
        listen=options["listen"],
        redirect_port=options["redirect_port"],
        certificate=options["certificate"],
        key=options["key"],
        acme_root=options["acme_root"],
        access_log=options["access_log"],
        documents=settings.DOCUMENTS_ROOT if documents else "",
        inside=() if settings.METRICS_TOKEN else (METRICS,),
    )


def largest_bodies() -> dict[str, int]:
    """Return how much may come in where: what `faults.most_bytes` allows, place by place."""
    return {
        "/": settings.REQUEST_MAX_BYTES,
        STAFF_PREFIX: settings.REQUEST_MAX_BYTES_STAFF,
        **settings.REQUEST_MAX_BYTES_BELOW,
        **{
            f"= {path}": settings.REQUEST_MAX_BYTES_PHOTOS
            for path in sorted(settings.PATHS_WITH_PHOTOS)
        },
    }


def own_answer(status: int) -> str:
    """Draw the page that nginx sends where the site cannot: in its words, and with nothing to load."""
    title, happened, advice = TEXTS[status]
    company = settings.COMPANY.short_name
    return format_html(PAGE, title=title, happened=happened, advice=advice, company=company)


def headers() -> dict[str, str]:
    """Return what protects a page that loads nothing."""
    found = {
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": serialise(
            {**FILE_POLICY, "base-uri": (NONE,), "form-action": (NONE,)}
        ),
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    if settings.SECURE_HSTS_SECONDS:
        words = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        words += ["includeSubDomains"] * settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
        words += ["preload"] * settings.SECURE_HSTS_PRELOAD
        found["Strict-Transport-Security"] = "; ".join(words)
    return found


def server_name(host: str) -> str:
    """Return how nginx writes one of `ALLOWED_HOSTS`."""
    if host == "*":
        return "_"
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def version(named: str | None) -> tuple[int, ...]:
    """Return the version of nginx for which to write."""
    text = named or installed_version()
    if not re.fullmatch(r"\d+(\.\d+)*", text):
        raise CommandError("Write the version of nginx like 1.22.1.")
    return tuple(map(int, text.split(".")))


def installed_version() -> str:
    """Ask the nginx of this machine; without one, return the oldest that knows today's directives."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if binary is None:
        return ".".join(map(str, HTTP2_DIRECTIVE_SINCE))
    said = subprocess.run([binary, "-v"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - nginx itself
    found = re.search(r"nginx/([\d.]+)", said)
    return found[1] if found else ""
