"""What `manage.py nginx_conf` prints for the server in front: it answers before this site does.

The text is read as nginx reads it and compared with literals: what may stand there is written out,
and a directive that nobody has thought of is a breach.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from django.conf import settings

from privacy.promises.registry import require
from sens_site.lib.deploy.nginx import configuration
from sens_site.lib.deploy.nginx_published import part
from sens_site.management.commands.nginx_conf import Command, front
from sens_site.published import published

DIRECTIVES = frozenset(
    """
    access_log add_header alias client_body_buffer_size client_body_timeout client_header_timeout
    client_max_body_size default_type error_log error_page etag gzip http2 if_modified_since internal keepalive
    keepalive_timeout limit_conn limit_conn_status limit_conn_zone limit_req limit_req_status
    limit_req_zone listen location log_format map max_ranges proxy_buffer_size proxy_buffers
    proxy_connect_timeout proxy_http_version proxy_next_upstream proxy_pass proxy_set_header
    reset_timedout_connection return root send_timeout server server_name server_tokens ssl_certificate
    ssl_certificate_key ssl_ciphers ssl_ecdh_curve ssl_prefer_server_ciphers ssl_protocols
    ssl_reject_handshake ssl_session_cache ssl_session_tickets ssl_session_timeout try_files types upstream
    """.split()  # noqa: SIM905 - reads best
)
"""All that nginx is told. None of these keeps an answer, copies a request or changes a page."""
LOGGED = frozenset({
    "body_bytes_sent", "path_without_secret", "request_method", "request_number", "request_time",
    "status", "time_iso8601", "upstream_response_time", "upstream_status",
})  # fmt: skip
"""What a line says where the company switches the log on: nobody's address, and no query."""
HEADERS = frozenset({
    "Cache-Control", "Content-Security-Policy", "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy", "ETag", "Permissions-Policy", "Referrer-Policy", "Retry-After",
    "Server-Timing", "Strict-Transport-Security", "Vary", "X-Content-Type-Options", "X-Frame-Options",
    "content-encoding",
})  # fmt: skip
PROTECTING = frozenset({
    "Cache-Control", "Content-Security-Policy", "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy", "Permissions-Policy", "Referrer-Policy",
    "X-Content-Type-Options", "X-Frame-Options",
})  # fmt: skip
"""What its own pages have, as those of the site have."""
ONLY = {
    "access_log": "off",
    "error_log": "stderr emerg",
    "proxy_pass": "http://site",
    "server_tokens": "off",
    "ssl_protocols": "TLSv1.2 TLSv1.3",
    "ssl_session_tickets": "off",
    "try_files": "/$published_slot/$published_set/$published_state$published_path@$published_coding @site",
}
"""What some of them say, and nothing else."""
LIMITS = {"requests": 50, "forms": 5}
"""How often in a second one client may ask, and send a form."""
CIPHER = re.compile(r"ECDHE-(?:ECDSA|RSA)-(?:AES(?:128|256)-GCM-SHA(?:256|384)|CHACHA20-POLY1305)")
CURVES = frozenset({"X25519MLKEM768", "X25519", "prime256v1", "secp384r1", "secp521r1"})
GIVING = frozenset({"alias", "error_page", "proxy_pass", "root", "try_files"})
"""By what it gives something to who asks."""
CERTIFICATES = "location /.well-known/acme-challenge/"
FILES = frozenset({"alias", "root"})
"""By what it gives files of this machine: once the site has allowed it, or to whoever issues certificates."""
SHORT = frozenset({"Retry-After", "Server-Timing", "content-encoding"})
"""Headers of its own that protect nothing."""
A_YEAR = 31_536_000
SAID_BY_VISITORS = ("$http_forwarded", "$http_x_", "$proxy_add_x_forwarded_for", "$proxy_protocol")
Machine = dict[str, Any]
MACHINES: tuple[Machine | None, ...] = (
    None,
    {"version": (1, 18, 0), "forwarded_header": "X-Forwarded-For", "documents": "/srv/documents"},
    {"version": (1, 22, 1), "forwarded_header": "Forwarded", "listen": "192.0.2.1"},
    {"version": (1, 29, 3), "forwarded_header": "X-Forwarded-For", "acme_root": "/srv/acme"},
)
"""What differs from one machine to the next: this one, one with an old nginx, one with a new one."""
WORD = re.compile(
    r"""\#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[;{}]|(?:\\.|\$\{|[^\s;{}\\])+""", re.DOTALL
)
"""How nginx takes its text apart: comments, words in quotes, what ends a directive, bare words."""


@dataclass(frozen=True)
class Directive:
    """One thing that nginx is told, and in which block."""

    block: str
    name: str
    said: str
    server: int = field(default=0, compare=False)
    """Which of the servers it is said to; 0 for all."""


@lru_cache(maxsize=8)
def _read(text: str) -> tuple[Directive, ...]:
    return tuple(_directives(text))


def _directives(text: str) -> Iterator[Directive]:
    """Yield what stands before each `;` and each block, however many stand on a line.

    What a map leads to is no directive, but for a file that it takes in.
    """
    blocks, words, server = [""], list[str](), 0
    for sign in WORD.findall(text):
        if sign not in (";", "{", "}"):
            words += [sign] if not sign.startswith("#") else []
            continue
        if words and (not blocks[-1].startswith("map ") or words[0] == "include"):
            inside = server if "server {" in blocks else 0
            yield Directive(blocks[-1], words[0], " ".join(words[1:]), inside)
        if sign == "{":
            blocks.append(" ".join([*words, sign]))
            server += blocks[-1] == "server {"
        elif sign == "}":
            require(not words and len(blocks) > 1, "nginx is told what nobody can read")
            blocks.pop()
        words = []
    require(len(blocks) == 1 and not words, "nginx is told what nobody can read")


def told(*, encrypted: bool = False, machine: Machine | None = None) -> tuple[Directive, ...]:
    """Return what nginx is told where nobody says anything else; or once others can reach the site.

    A site on one's own machine encrypts nothing yet, and its code already says how it would; nor does
    it publish pages as files, which nginx then gives out with headers of its own.
    """
    options: dict[str, Any] = vars(
        Command().create_parser("manage.py", "nginx_conf").parse_args([])
    )
    here = replace(front({**options, "nginx_version": "1.25.1"}), proxies=1)
    if machine is not None:
        here = replace(here, **machine)
    if encrypted:
        origin = f"https://{settings.SITE_HOST}"
        here = replace(here, is_https=True, origin=origin, port=443)
    return _read(configuration(here, part(published({}))))


def it_logs_nobody() -> None:
    """Require that no log is on, and that none would say who asks for what."""
    lines = [one for one in told() if one.name in ("access_log", "error_log", "log_format")]
    servers = sum((one.name, one.said) == ("server", "") for one in told())
    for name in ("access_log", "error_log"):
        own = sum(one.name == name and one.block == "server {" for one in lines)
        all_say = own == servers > 0
        require(all_say, f"of the servers of nginx {own} say {name}, and not all {servers}")
    for one in lines:
        if one.name == "log_format":
            beyond = set(re.findall(r"\$(\w+)", one.said)) - LOGGED
            require(not beyond, f"the log of nginx would hold {min(beyond, default='')}")
        else:
            require(one.said == ONLY[one.name], f"nginx is told: {one.name} {one.said}")


def _no_visitor_says_who_asks(found: tuple[Directive, ...]) -> None:
    """Require that nginx, where it is the first, hands on nobody's own word about where they are."""
    for one in found:
        if one.name == "proxy_set_header":
            taken = [word for word in SAID_BY_VISITORS if word in one.said]
            require(not taken, f"nginx believes whoever asks: {one.said}")


COOKIES = ("userid", "sticky", "proxy_cookie")
"""How directives begin by which it sets cookies, or changes those of the site."""


def it_sets_no_cookie() -> None:
    """Require that nginx adds no header but those that are known, and numbers no visitor itself."""
    for one in told():
        own = one.name.startswith(COOKIES)
        require(not own, f"nginx is told: {one.name} {one.said}")
        if one.name == "add_header":
            name = one.said.partition(" ")[0]
            require(name in HEADERS, f"nginx adds the header {name}")


def it_guards() -> None:
    """Require that it knows no other directive, encrypts, limits, and asks nobody but this site."""
    found = told()
    for one in found:
        require(one.name in DIRECTIVES, f"nginx is told: {one.name} {one.said}")
        only = ONLY.get(one.name, one.said)
        require(one.said == only, f"nginx is told: {one.name} {one.said}")
        if one.block.startswith("upstream") and one.name == "server":
            require(_is_near(one.said.split()[0]), f"nginx hands requests to {one.said}")
        if one.name == "return" and "://" in one.said:
            own = f"{settings.SITE_ORIGIN}$request_uri"
            require(one.said.endswith(f" {own}"), f"nginx leads to {one.said}")
    _it_limits(found)
    if settings.SITE_IS_HTTPS:
        told_once = [one for one in found if one.said.startswith("Strict-Transport-Security 'max")]
        require(told_once, "nginx does not insist on encryption")
        for one in told_once:
            age = re.search(r"max-age=(\d+)", one.said)
            require(age and int(age[1]) >= A_YEAR, f"nginx insists on encryption by {one.said}")
    for machine in MACHINES:
        encrypted = told(encrypted=True, machine=machine)
        _it_encrypts_well(encrypted)
        _nothing_is_told_in_clear(encrypted)
        _no_visitor_says_who_asks(encrypted)
        _no_file_is_given_unasked(encrypted)
        _its_own_pages_are_protected(encrypted)


def _no_file_is_given_unasked(found: tuple[Directive, ...]) -> None:
    """Require that nginx gives no file before the site has said that it may: not by its bare address.

    Published pages are for all, and are asked for by names that nginx makes itself (`ONLY`).
    """
    inside = {(one.server, one.block) for one in found if one.name == "internal" and not one.said}
    pages = {(one.server, one.block) for one in found if one.name == "try_files"}
    for one in found:
        if one.name in FILES and not one.block.startswith(CERTIFICATES):
            place = (one.server, one.block)
            published = place in pages and one.said == f"{settings.PUBLISHED_ROOT}/live"
            require(published or place in inside, f"nginx gives files to all by {one.block}")


def _its_own_pages_are_protected(found: tuple[Directive, ...]) -> None:
    """Require that headers that protect are added to every answer, and to those of mistakes, too."""
    for one in found:
        if one.name == "add_header" and one.said.split()[0] not in SHORT:
            always = one.said.endswith(" always")
            require(always, f"nginx adds {one.said.split()[0]} to what went well alone")
    for server in {one.server for one in found if one.name == "error_page" and " =" in one.said}:
        own = {
            one.said.split()[0]
            for one in found
            if one.name == "add_header" and (one.server, one.block) == (server, "server {")
        }
        lacking = sorted(PROTECTING - own)
        require(not lacking, f"nginx sends pages of its own without {lacking[:1]}")


def _nothing_is_told_in_clear(found: tuple[Directive, ...]) -> None:
    """Require that a server which does not encrypt leads to where it is done, and gives nothing else.

    But for what somebody who issues certificates asks for.
    """
    listening = [one for one in found if one.name == "listen" and one.server]
    require(listening, "nginx listens nowhere")
    in_clear = {one.server for one in listening if "ssl" not in one.said.split()}
    for one in found:
        if one.server not in in_clear:
            continue
        gives = one.name in GIVING and not one.block.startswith(CERTIFICATES)
        require(not gives, f"nginx gives something in clear: {one.name} {one.said}")
        leads = one.name != "return" or one.said == "444" or one.said.startswith("308 https://")
        require(leads, f"nginx answers in clear: {one.name} {one.said}")


def _it_encrypts_well(found: tuple[Directive, ...]) -> None:
    """Require of each way of encryption that who gets the key later cannot read what was sent before."""
    names = {one.name for one in found}
    require({"ssl_protocols", "ssl_ciphers"} <= names, "nginx encrypts as it likes")
    for one in found:
        if one.name.startswith("ssl_"):
            known = one.name in DIRECTIVES and one.said == ONLY.get(one.name, one.said)
            require(known, f"nginx is told: {one.name} {one.said}")
        if one.name == "ssl_ciphers":
            weak = [way for way in one.said.split(":") if not CIPHER.fullmatch(way)]
            require(not weak, f"nginx encrypts by {weak[:1]}, too")
        if one.name == "ssl_ecdh_curve":
            weak = sorted(set(one.said.split(":")) - CURVES)
            require(not weak, f"nginx agrees on keys by {weak[:1]}, too")


def _it_limits(found: tuple[Directive, ...]) -> None:
    for zone, most in LIMITS.items():
        rates = [
            re.search(r"rate=(\d+)r/s", one.said)
            for one in found
            if one.name == "limit_req_zone" and f"zone={zone}:" in one.said
        ]
        require(
            rates and all(rate and int(rate[1]) <= most for rate in rates),
            f"nginx lets through more than {most} {zone} in a second",
        )
        held = [one for one in found if one.name == "limit_req" and f"zone={zone} " in one.said]
        require(held, f"nginx counts {zone} and refuses none")


def _is_near(address: str) -> bool:
    """Tell whether an address is one of this machine or of a network of ours."""
    host = address.rpartition(":")[0].strip("[]")
    if address.startswith("unix:") or "." not in host.strip("."):
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
