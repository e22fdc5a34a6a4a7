"""What people and programs send that no form asked for."""

import json

URLENCODED = "application/x-www-form-urlencoded"

# The public forms: where they are sent, and data that would be taken.
FORMS: dict[str, dict[str, str]] = {
    "/contact/webmaster/": {
        "name": "Ada Byron",
        "email": "ada@customer.test",
        "message": "Please send the manual of the charger.",
    },
    "/contact/order-status/": {
        "name": "Ada Byron",
        "email": "ada@customer.test",
        "order_number": "PO 4711",
        "message": "When does it ship?",
    },
    "/accounts/register/": {
        "username": "ada.byron",
        "email": "ada@customer.test",
        "password1": "plover-lantern-42-quiet",
        "shown": "terms.2-privacy.3",
    },
    "/accounts/login/": {"login": "nobody.here", "password": "plover-lantern-42-quiet"},
    "/accounts/password/reset/": {"email": "ada@customer.test"},
    "/privacy/choices/": {
        "kind": "access",
        "name": "Ada Byron",
        "email": "ada@customer.test",
        "text": "All that there is about the charger.",
    },
    "/cookies/choose/": {"choice": "accept", "next": "/"},
}
READ = ("/", "/privacy/", "/nowhere/", "/static/css/site.css", "/healthz", "/readyz")
"""Addresses that are only read, of every sort."""
FORMS_THAT_SHOW_AGAIN = tuple(path for path in FORMS if path != "/cookies/choose/")


def encoded(data: dict[str, str]) -> bytes:
    """Encode a form as a browser does."""
    from urllib.parse import urlencode

    return urlencode(data).encode()


def with_first(data: dict[str, str], value: bytes) -> bytes:
    """Encode a form whose first field holds these raw, percent-encoded bytes."""
    first, *_ = data
    rest = {name: text for name, text in data.items() if name != first}
    return first.encode() + b"=" + value + b"&" + encoded(rest)


def bodies(data: dict[str, str]) -> dict[str, tuple[bytes, str]]:
    """Return hostile bodies with their content types, by what is wrong with them."""
    plain = encoded(data)
    return {
        "nothing": (b"", URLENCODED),
        "fields nobody asked for": (b"a=1&b=2&__class__=x", URLENCODED),
        "first field too long": (with_first(data, b"x" * 20_000), URLENCODED),
        "every field too long": (encoded(dict.fromkeys(data, "x" * 9_000)), URLENCODED),
        "invalid UTF-8": (with_first(data, b"%ff%fe%80"), URLENCODED),
        "NUL": (with_first(data, b"a%00b"), URLENCODED),
        "lone surrogate": (with_first(data, b"%ed%a0%80"), URLENCODED),
        "10,000 fields": (b"&".join([b"a=b"] * 10_000), URLENCODED),
        "10,000 times nothing": (b"&" * 10_000 + plain, URLENCODED),
        "charset utf-16": (plain, URLENCODED + "; charset=utf-16"),
        "charset unknown": (plain, URLENCODED + "; charset=klingon"),
        "charset utf-7": (plain, URLENCODED + "; charset=utf-7"),
        "over 64 KB": (plain + b"&more=" + b"x" * 70_000, URLENCODED),
        "over 256 KB": (plain + b"&more=" + b"x" * 300_000, URLENCODED),
        "JSON": (json.dumps(data).encode(), "application/json"),
        "XML": (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "text/xml"),
        "multipart without a boundary": (b"--x\r\n\r\n", "multipart/form-data"),
        "multipart that never ends": (
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda',
            "multipart/form-data; boundary=x",
        ),
        "multipart with an odd boundary": (b"--\xff\r\n", "multipart/form-data; boundary=\xff"),
        "a file for a text": (
            (
                b'--x\r\nContent-Disposition: form-data; name="message"; filename="../../m"\r\n'
                b"Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n"
            ),
            "multipart/form-data; boundary=x",
        ),
        "broken base64": (
            (
                b'--x\r\nContent-Disposition: form-data; name="name"\r\n'
                b"Content-Transfer-Encoding: base64\r\n\r\n@@@\r\n--x--\r\n"
            ),
            "multipart/form-data; boundary=x",
        ),
        "no content type": (plain, ""),
    }


# Bodies that may well be taken: the form reads what is good in them, as any form does.
MAY_BE_TAKEN = {"10,000 times nothing"}

QUERIES = {  # by what they try
    "lead away": ("next=//evil.test", "next=https:evil.test", "format=../../etc/passwd"),
    "break the encoding": ("next=%00", "q=%ff%fe", "%00=%00", "a=%ed%a0%80"),
    "weigh much": (
        "a=" + "x" * 4_000, "=" * 50, "?" * 50, "groups=analytics&groups=" + "y" * 500,
    ),
    "be of another type": ("a[]=1&a[$ne]=2", "page=-1", "page=99999999999999999999"),
}  # fmt: skip

PATHS = (
    "/%00", "/a%00b/", "/%ff/", "/%ed%a0%80/", "//evil.test/", "///", "/..%2f..%2fetc%2fpasswd",
    "/static/../sens_site/settings.py", "/static/%2e%2e/%2e%2e/sens_site/settings.py",
    "/static/", "/static/nothing.css", "/static/css", "/.env", "/.git/config", "/admin/login",
    "/privacy/v/0/", "/privacy/v/99999999999999999999/", "/privacy/v/-1/", "/privacy/v/1e3/",
    "/privacy/v/١/", "/privacy/on/2026-02-30/", "/privacy/on/0000-00-00/",
    "/privacy/on/9999-12-31/", "/privacy/on/0001-01-01/", "/privacy/compare/1/99999999999/",
    "/privacy/compare/0/0/", "/accounts/confirm-email/x:y:z/", "/accounts/password/reset/key/x-y/",
    "/accounts/password/reset/key/zzzzzzzzzzzzzzzzzzzzzzzzzz-set-password/",
    "/contact/webmaster", "/" + "a" * 5_000, "/" + "a/" * 500, "/PRIVACY/", "/privacy/;x=1",
    "/privacy/%0d%0aSet-Cookie:%20a=b", "/products/%0a", "/index.php", "/wp-login.php",
)  # fmt: skip

COOKIES = (
    "{consent}=analytics=-1|marketing=x", "{consent}=" + "g=1|" * 300, "{consent}=|||===",
    "{consent}=\xff\xfe", "{consent}=analytics=z", '{consent}="quoted', "{consent}=",
    "{consent}=%00", "{session}=x", "{session}=" + "a" * 3_500, "{session}=../../x", "{session}=",
    "{session}=" + "z" * 32, "sessionid=1; csrftoken=2; messages=W10", "a=" + "b" * 7_000,
    "; ; ;=; =x; a", "\x00", "{consent}=analytics=1; {consent}=marketing=2",
    " ".join(f"c{n}=v;" for n in range(500)),
)  # fmt: skip

METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "CONNECT", "BREW", "X" * 300)

OPEN_REDIRECTS = (
    "//evil.test", "https://evil.test/", "http:evil.test", "https:///evil.test", "\\\\evil.test",
    "/\\evil.test", "////evil.test", "javascript:alert(1)", "data:text/html,x", "//evil.test\\@x",
    "https://testserver@evil.test/", "https://testserver.evil.test/", "\t//evil.test",
    "/%09/evil.test", "/\t/evil.test", "\x00//evil.test", "evil.test", "ftp://testserver/",
    "//testserver:8443/", "https://evil.test#@testserver/", "／／evil.test", "/\r\nLocation:x",
    "?next=//evil.test", "///%2fevil.test", "x" * 5_000,
)  # fmt: skip
