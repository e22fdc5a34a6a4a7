"""That what leaves this machine encrypted goes to whom it is for: nobody else's certificate will do.

What speaks to a mail server, a mailbox or another site waits for settings that no look has. So the
code is read, and of the way on which mail leaves it is asked what it would accept.
"""

import ast
import re
import ssl
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.mail import get_connection

from privacy.promises.registry import require
from sens_site.promises.source_code import called, nodes, sources

CARELESS = frozenset({
    "CERT_NONE", "CERT_OPTIONAL", "InsecureRequestWarning", "SSLContext",
    "_create_default_https_context", "_create_stdlib_context", "_create_unverified_context",
    "_create_unverified_https_context", "check_hostname", "disable_warnings", "verify_mode",
    "wrap_socket",
})  # fmt: skip
"""By which names a program says that it does not mind who answers, or makes rules of its own."""
VERIFIED_BY = {
    "FTP_TLS": "context", "IMAP4_SSL": "ssl_context", "POP3_SSL": "context", "SMTP_SSL": "context",
    "starttls": "context",
}  # fmt: skip
"""What verifies nothing unless it is given rules."""
SWITCHES = frozenset({"cert_reqs", "ssl_verify", "tls_verify", "validate_certs", "verify",
                      "verify_ssl"})  # fmt: skip
"""Where libraries are told to verify, or not to."""
NAMED = re.compile(rf"\b(?:{'|'.join(sorted({*CARELESS, *VERIFIED_BY, *SWITCHES}))})\b")


def nobody_elses_certificate_will_do() -> int:
    """Require it of the code and of how mail leaves; return how many modules were read."""
    read = 0
    for path, text in sources():
        read += 1
        found = next(_careless(text), "") if NAMED.search(text) else ""
        require(not found, f"{path} may speak to whoever answers: {found}")
    require(read, "no module was found")
    rules: Any = getattr(get_connection(settings.MAIL_TRANSPORT), "ssl_context", None)
    verifies = rules is None or (rules.verify_mode is ssl.CERT_REQUIRED and rules.check_hostname)
    require(verifies, "mail is handed to whoever says to be the mail server")
    return read


def _careless(text: str) -> Iterator[str]:
    for node in nodes(text):
        name = _name_of(node)
        if name in CARELESS:
            yield name
        if isinstance(node, ast.Call):
            given = {one.arg for one in node.keywords}
            needed = VERIFIED_BY.get(called(node), "")
            if needed and not given & {needed, "ssl_context"}:
                yield called(node)
        if isinstance(node, ast.keyword) and node.arg in SWITCHES and _is_off(node.value):
            yield str(node.arg)
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in SWITCHES and _is_off(value):
                    yield str(key.value)


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.alias):
        return node.name
    if isinstance(node, ast.keyword):
        return node.arg or ""
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _is_off(value: ast.AST) -> bool:
    return isinstance(value, ast.Constant) and value.value in (False, None, "", 0, "none")
