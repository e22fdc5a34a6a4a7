"""The configuration of the nginx in front, written from what the settings and the URL map say.

It is what stands between `http {` and `}`: a file for `sites-enabled` or `conf.d`. Its parts are
functions (`PARTS`), each of which says what it adds for all servers, in the site's server, and to
the answer of most addresses before the site is asked.

Threats: slow clients, bodies that are larger than any form, a client's own word about its address,
a log that holds addresses or secret links, answers of nginx's own without protective headers, and
requests for hosts that are not ours.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

HTTP2_DIRECTIVE_SINCE = (1, 25, 1)
UPSTREAM = "site"
ASK_THE_SITE = "@site"
OWN = "/nginx-answers/"
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
)  # fmt: skip
"""Mozilla's intermediate list of 2025 without DHE, which would need a file of parameters."""
CURVES = "X25519:prime256v1:secp384r1"


@dataclass(frozen=True, slots=True)
class Front:
    """What is to be known of the site and of the machine in order to write the configuration."""

    origin: str
    hosts: tuple[str, ...]
    port: int
    is_https: bool
    upstreams: tuple[str, ...]
    largest_bodies: Mapping[str, int]
    """Bytes that a request may bring: by prefix, or by `= path` for one address."""
    secret_prefixes: tuple[str, ...]
    uncounted_forms: tuple[str, ...]
    """Where forms are refused to nobody, however many come: by prefix."""
    own_answers: Mapping[int, str]
    """By status, the page that nginx sends where the site cannot."""
    headers: Mapping[str, str]
    """What protects nginx's own pages."""
    retry_after: int
    proxies: int = 1
    forwarded_header: str = "Forwarded"
    version: tuple[int, ...] = HTTP2_DIRECTIVE_SINCE
    listen: str = ""
    """The address to listen on; empty for all."""
    redirect_port: int = 80
    """Where http is answered with a redirect; 0 for nowhere."""
    certificate: str = ""
    key: str = ""
    acme_root: str = ""
    access_log: str = "off"
    documents: str = ""
    """The folder of documents that nginx sends itself once the site has allowed it."""
    inside: tuple[str, ...] = ()
    """What only programs on the site's own machine ask for."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one subject adds to the configuration."""

    http: str = ""
    """For all servers: maps, zones, formats."""
    server: str = ""
    """In the server of the site."""
    first: str = ""
    """In `location /`, before the site is asked: ends with `try_files … @site;`."""


def logging(front: Front) -> Part:
    """Log neither addresses nor queries nor the secret part of a path (law 10).

    nginx's error log names the client in every line that belongs to a request, and no setting
    changes that. So it holds what stops nginx; what fails in a request stands in the access log.
    """
    cuts = "".join(
        f'    "~*^(?<beginning>{_regex(prefix)})." $beginning...;\n'
        for prefix in front.secret_prefixes
    )
    log = "off" if front.access_log == "off" else f"{front.access_log} site"
    return Part(
        http=(
            f"map $uri $path_without_secret {{\n    default $uri;\n{cuts}}}\n"
            "log_format site '$time_iso8601 $request_method $path_without_secret $status '\n"
            "    '$body_bytes_sent B $request_time s, site $upstream_status $upstream_response_time s, '\n"
            "    '$request_number';\n"
        ),
        server=f"access_log {log};\nerror_log stderr emerg;\n",
    )


def limits(front: Front) -> Part:
    """Hold off floods and slow clients. Behind another proxy all come from its address: no limits.

    The machine itself is not limited: it looks at the site from outside, and others share no address
    with it.
    """
    uncounted = "".join(f'    "~^POST{_regex(prefix)}" "";\n' for prefix in front.uncounted_forms)
    slow = (
        "client_header_timeout 10s;\nclient_body_timeout 10s;\nsend_timeout 30s;\n"
        "keepalive_timeout 30s;\nreset_timedout_connection on;\n"
    )
    if front.proxies > 1:
        return Part(server=slow)
    return Part(
        http=(
            "map $remote_addr $limited_client {\n    default $binary_remote_addr;\n"
            '    "127.0.0.1" "";\n    "::1" "";\n}\n'
            f'map $request_method$uri $limited_form {{\n    default "";\n{uncounted}'
            '    "~^POST" $limited_client;\n}\n'
            "limit_req_zone $limited_client zone=requests:10m rate=50r/s;\n"
            "limit_req_zone $limited_form zone=forms:10m rate=5r/s;\n"
            "limit_conn_zone $limited_client zone=connections:10m;\n"
        ),
        server=(
            f"{slow}limit_req zone=requests burst=200 nodelay;\n"
            "limit_req zone=forms burst=50 nodelay;\nlimit_conn connections 100;\n"
            "limit_req_status 429;\nlimit_conn_status 429;\n"
        ),
    )


def own_answers(front: Front) -> Part:
    """Give what nginx answers by itself the site's words and its protective headers."""
    causes = {
        400: "400 414 494 495 496", 404: "404", 405: "405", 413: "413", 429: "429", 500: "500",
        503: "502 503 504",
    }  # fmt: skip
    locations = "".join(
        f"error_page {causes[status]} ={status} {OWN}{status};\n"
        + _block(
            # By an address: a request that could not be read has none, and finds no named location.
            f"location = {OWN}{status}",
            "internal;\ntypes { }\ndefault_type 'text/html; charset=utf-8';\n"
            f"return {status} {_quoted(page)};\n",
        )
        for status, page in front.own_answers.items()
    )
    return Part(
        http=(
            'map $status $come_back_after {\n    default "";\n'
            f"    429 {front.retry_after};\n    503 {front.retry_after};\n}}\n"
        ),
        # In the server and not in each location: a broken request line belongs to none.
        server=(
            f"server_tokens off;\n{_headers(front)}add_header Retry-After $come_back_after always;\n{locations}"
        ),
    )


def documents(front: Front) -> Part:
    """Send a document whose view has said `X-Accel-Redirect`, with the headers of that view.

    nginx keeps type, name and caching of them by itself; its own ETag would tell one machine's copy
    from another's, so the site's stays, which is what the file is.
    """
    if not front.documents:
        return Part()
    kept = (
        "ETag", "Vary", "Content-Security-Policy", "X-Content-Type-Options",
        "Cross-Origin-Resource-Policy", "Strict-Transport-Security",
    )  # fmt: skip
    headers = "".join(
        f"add_header {name} $upstream_http_{name.lower().replace('-', '_')} always;\n"
        for name in kept
    )
    return Part(
        server=_block(
            "location /stored-documents/",
            f"internal;\nalias {_quoted(front.documents.rstrip('/') + '/')};\netag off;\nmax_ranges 1;\n{headers}",
        )
    )


def numbers(front: Front) -> Part:
    """Number each request for all logs, by another proxy's number or anew; never by a visitor's."""
    given = '    "~^[0-9a-fA-F-]{8,64}$" $http_x_request_id;\n' if front.proxies > 1 else ""
    return Part(
        http=f"map $http_x_request_id $request_number {{\n    default $request_id;\n{given}}}\n",
        server="proxy_set_header X-Request-ID $request_number;\n",
    )


def inside(front: Front) -> Part:
    """Keep from outside what is nobody's business there, whatever the site would say."""
    return Part(server="".join(_block(f"location = {p}", "return 404;\n") for p in front.inside))


PARTS: tuple[Callable[[Front], Part], ...] = (
    logging, limits, own_answers, documents, numbers, inside,
)  # fmt: skip


def configuration(front: Front, published: Part | None = None) -> str:
    """Write all of it. Pages that are published as files have a part of their own, and stand last."""
    parts = [*(part(front) for part in PARTS), published or Part()]
    first = "".join(part.first for part in parts)
    servers = _block("upstream " + UPSTREAM, _upstream(front))
    if front.is_https and front.redirect_port:
        servers += _redirects(front)
    servers += _strangers(front)
    body = (
        _listen(front, front.port, secure=front.is_https)
        + f"server_name {' '.join(front.hosts)};\n"
        + (_encryption(front) if front.is_https else "")
        + _proxy(front)
        + "".join(part.server for part in parts)
        + _locations(front, first)
    )
    return "".join(part.http for part in parts) + servers + _block("server", body)


def _upstream(front: Front) -> str:
    servers = "".join(
        f"server {address} max_fails=1 fail_timeout=2s;\n" for address in front.upstreams
    )
    return f"{servers}keepalive 32;\n"


def _listen(front: Front, port: int, *, secure: bool, more: str = "") -> str:
    """Listen on the one address that was named, or on all of both kinds."""
    addresses = [f"{front.listen}:{port}"] if front.listen else [str(port), f"[::]:{port}"]
    is_older = front.version < HTTP2_DIRECTIVE_SINCE
    words = (" ssl" + (" http2" if is_older else "") if secure else "") + more
    lines = "".join(f"listen {address}{words};\n" for address in addresses)
    return lines + ("http2 on;\n" if secure and not is_older and not more else "")


def _encryption(front: Front) -> str:
    return (
        f"ssl_certificate {front.certificate};\nssl_certificate_key {front.key};\n{_tls()}"
        f"error_page 497 =308 {front.origin}$request_uri;\n"
    )


def _tls() -> str:
    """Say how to encrypt. The server for strangers needs it too: it is the one that begins."""
    return (
        "ssl_protocols TLSv1.2 TLSv1.3;\n"
        f"ssl_ciphers {':'.join(CIPHERS)};\nssl_ecdh_curve {CURVES};\n"
        "ssl_prefer_server_ciphers off;\nssl_session_cache shared:site:10m;\n"
        # A ticket would let whoever reads the key of all tickets read what was sent long before.
        "ssl_session_timeout 1d;\nssl_session_tickets off;\n"
    )


def _redirects(front: Front) -> str:
    """Lead from http to https, and let a certificate be renewed."""
    acme = (
        _block("location /.well-known/acme-challenge/", f"root {front.acme_root};\n")
        if front.acme_root
        else ""
    )
    return _block(
        "server",
        _listen(front, front.redirect_port, secure=False)
        + f"server_name {' '.join(front.hosts)};\naccess_log off;\nerror_log stderr emerg;\n"
        + "server_tokens off;\n"
        + acme
        + _block("location /", f"return 308 {front.origin}$request_uri;\n"),
    )


def _strangers(front: Front) -> str:
    """Hang up on who asks for a host that is not ours. A site without a name takes all."""
    if _is_address(front.hosts[0]):
        return ""
    ports = {front.port: front.is_https}
    if front.is_https and front.redirect_port:
        ports[front.redirect_port] = False
    listens = "".join(
        _listen(front, port, secure=secure, more=" default_server")
        for port, secure in ports.items()
    )
    reject = f"{_tls()}ssl_reject_handshake on;\n" if front.is_https else ""
    quiet = "server_name _;\naccess_log off;\nerror_log stderr emerg;\nserver_tokens off;\n"
    # A request that names no host is refused here, before it can be hung up on.
    return _block("server", f"{listens}{quiet}{reject}{_headers(front)}return 444;\n")


def _headers(front: Front) -> str:
    return "".join(
        f"add_header {name} {_quoted(value)} always;\n" for name, value in front.headers.items()
    )


def _locations(front: Front, first: str) -> str:
    """Ask the site, with as much as may come in at each place."""
    # An `add_header` of its own, be it of nothing, keeps those of the server away: the site sends its.
    ask = f'proxy_pass http://{UPSTREAM};\nadd_header Server-Timing "";\n'
    found = []
    for place, most in front.largest_bodies.items():
        largest = f"client_max_body_size {most // 1024}k;\n"
        if place == "/" and first:
            found.append(_block("location /", largest + first))
            found.append(_block(f"location {ASK_THE_SITE}", largest + ask))
        else:
            found.append(_block(f"location {place}", largest + ask))
    return "".join(found)


def _proxy(front: Front) -> str:
    """Hand requests on, and with them who asks: nothing of what the client says about that."""
    names = {"Host": "$http_host", "Connection": '""', **_forwarded(front)}
    headers = "".join(f"proxy_set_header {name} {value};\n" for name, value in names.items())
    return (
        f"proxy_http_version 1.1;\n{headers}"
        # What fits in here is not written to a disk: any public form, and any page.
        "client_body_buffer_size 64k;\nproxy_buffer_size 8k;\nproxy_buffers 32 16k;\n"
        "proxy_connect_timeout 3s;\nproxy_next_upstream error timeout;\n"
        "gzip off;\n"  # the site compresses, and knows which answers may be
    )


def _forwarded(front: Front) -> dict[str, str]:
    others = {"X-Forwarded-For": '""', "X-Forwarded-Proto": '""', "Forwarded": '""'}
    if front.forwarded_header == "Forwarded":
        own = 'for=\\"$remote_addr\\";proto=$scheme'
        before = "$http_forwarded, " if front.proxies > 1 else ""
        return {**others, "Forwarded": f'"{before}{own}"'}
    client = "$proxy_add_x_forwarded_for" if front.proxies > 1 else "$remote_addr"
    scheme = "$http_x_forwarded_proto" if front.proxies > 1 else "$scheme"
    return {**others, "X-Forwarded-For": client, "X-Forwarded-Proto": scheme}


def _block(head: str, body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{head} {{\n{lines}}}\n"


def _quoted(text: str) -> str:
    """Return a text as one word. A `$` would begin a variable, and nothing escapes it."""
    if "$" in text:
        raise ValueError("nginx cannot be told a text with a dollar sign in it.")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _regex(text: str) -> str:
    return re.escape(text).replace('"', r"\"")


def _is_address(host: str) -> bool:
    return bool(re.fullmatch(r"[\d.]+|\[.*\]", host))
