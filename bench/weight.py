"""What each kind of page weighs in each consent state, as it is sent."""

import re
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

from bench.probe import PAGES

DRAWINGS = re.compile(r'href="([^"#]*/img/art[^"#]*\.svg)#')
YEAR = 365
STATES = {
    "first visit": {},
    "rejected": {"choice": "reject"},
    "accepted": {"choice": "accept"},
    "GPC": {},
}


def head_bytes(status: int, fields: dict[str, str]) -> int:
    """Return how many bytes a status line and headers take on the wire, and the empty line."""
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    return len(line) + sum(len(f"{name}: {value}\r\n") for name, value in fields.items()) + 2


def days_kept(cache_control: str) -> int:
    """Return for how many days a browser keeps a file without asking."""
    age = re.search(r"max-age=(\d+)", cache_control)
    return int(age[1]) // 86_400 if age else 0


def fetch(port: int, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes, int]:
    """GET one page; return status, headers, body and its size as it was sent."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": "br, gzip", **headers})
    response = connection.getresponse()
    body = response.read()
    fields = {name.lower(): value for name, value in response.getheaders()}
    connection.close()
    return response.status, fields, body, len(body)


def consent_cookie(port: int, choice: str) -> str:
    """Answer the banner, with what it shows, and return the cookie that the answer sets."""
    page = fetch(port, "/", {"Accept-Encoding": "identity"})[2].decode()
    shown = quote(page.partition('name="shown" value="')[2].partition('"')[0])
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    origin = f"http://127.0.0.1:{port}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
    connection.request(
        "POST", "/cookies/choose/", f"choice={choice}&next=%2F&shown={shown}", headers
    )
    response = connection.getresponse()
    response.read()
    cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    return cookie


def weigh(port: int) -> list[dict[str, Any]]:
    """Fetch each kind of page in each consent state, and its style sheet once."""
    rows = []
    for state, form in STATES.items():
        headers = {"Sec-GPC": "1"} if state == "GPC" else {}
        if form:
            headers["Cookie"] = consent_cookie(port, form["choice"])
        for path in [*PAGES, "/no-such-page/"]:
            status, fields, _, size = fetch(port, path, headers)
            plain = fetch(port, path, {**headers, "Accept-Encoding": "identity"})[2].decode()
            sheets = [s.split('"')[0] for s in plain.split('rel="stylesheet" href="')[1:]]
            scripts = plain.count("<script src")
            css = sum(fetch(port, sheet, {})[3] for sheet in sheets)
            drawings = [fetch(port, file, {}) for file in set(DRAWINGS.findall(plain))]
            icon = plain.count('rel="icon"')
            rows.append(
                {
                    "state": state,
                    "path": path,
                    "status": status,
                    "html": size,
                    "css": css,
                    "total": size + css,
                    "head": head_bytes(status, fields),
                    "art": sum(drawing[3] for drawing in drawings),
                    "art_days_short": max(
                        (YEAR - days_kept(one[1].get("cache-control", "")) for one in drawings),
                        default=0,
                    ),
                    "requests": 1 + len(sheets) + scripts + len(drawings) + icon,
                    "cookies": int("set-cookie" in fields),
                    "etag": fields.get("etag", ""),
                    "cache_control": fields.get("cache-control", ""),
                }
            )
    return rows
