"""To whom the site itself can speak: which modules open a way to another machine.

What a request hands to somebody else after it is stored is sent once that is certain, and no rehearsal
gets so far. So the code is read. Who adds a way adds it here, and says whom it leads to.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.source_code import nodes, sources

SPEAKS = frozenset({
    "_socket", "aiohttp", "asyncio", "asyncore", "boto3", "botocore", "ctypes", "curl_cffi",
    "django.core.mail.backends.smtp", "dns", "ftplib", "grpc", "http.client", "http.server",
    "httplib2", "httpx", "imaplib", "logging.handlers", "multiprocessing", "nntplib", "opentelemetry",
    "paramiko", "pika", "playwright", "poplib", "prometheus_client.bridge",
    "prometheus_client.exposition", "prometheus_client.push_to_gateway", "psycopg", "pty", "pycurl",
    "pysftp", "redis", "requests", "sentry_sdk", "smtplib", "socket", "socketserver", "storages",
    "subprocess", "telnetlib", "treq", "urllib.request", "urllib.robotparser", "urllib3",
    "webbrowser", "websocket", "websockets", "xmlrpc.client", "zmq",
})  # fmt: skip
"""With what a program speaks to another machine, or has another program do so."""
QUIET = frozenset({
    "PIL", "allauth", "brotli", "click", "cookie_consent", "crispy_forms", "cryptography",
    "css_inline", "dj_database_url", "django", "django_stubs_ext", "environs", "fido2", "idna",
    "mammoth", "markdown_it", "modern_csrf", "nh3", "pikepdf", "prometheus_client", "psycopg_pool",
    "puremagic", "pypdf", "pyrage", "segno", "typst", "whitenoise", "zipstream", "zstandard",
})  # fmt: skip
"""Packages of others that speak to nobody by themselves."""
RUNS = re.compile(r"(?:system|popen|fork\w*|exec[lv]\w*|spawn[lv]\w*|posix_spawn\w*)")
"""By what the module `os` has another program do something."""
LOADERS = frozenset({"import_module", "__import__", "import_string"})
LOADED = frozenset({
    "f'{settings.SESSION_ENGINE}.SessionStore'", "settings.SESSION_ENGINE",
    "name",  # of `setup_site`: what changes content, by a list that stands there
})  # fmt: skip
"""What is loaded by a name that is made while the program runs, as it is written."""
TELLING = (ast.Attribute, ast.Call, ast.Constant, ast.Import, ast.ImportFrom)
NAMED = re.compile(r"\w+(?:\.\w+)+")
WAYS = {
    # Mailboxes of the company's own, its list of orders, its store of documents and its scanner: those
    # that the settings name.
    "contact/mailbox.py": {"imaplib"},
    "contact/orders.py": {"urllib.request"},
    "downloads/bucket.py": {"botocore", "storages"},
    "downloads/store.py": {"boto3", "botocore"},
    "downloads/virus_scan.py": {"socket"},
    "newsletter/bounce_mailbox.py": {"imaplib"},
    "outbox/error_names.py": {"smtplib"},  # names of errors
    "sens_site/lib/mailbox.py": {"imaplib"},
    # The cache and the database of the settings, who watches the site, a browser that looks at it.
    "privacy/consent/browser_audit.py": {"playwright"},
    "sens_site/lib/cache/served_cache.py": {"redis"},
    "sens_site/lib/postgresql/base.py": {"psycopg"},
    "sens_site/lib/postgresql/temporary_copy.py": {"psycopg"},
    "sens_site/lib/tracing.py": {"opentelemetry"},
    # The heads of another site's chains.
    "privacy/policy/witness.py": {"urllib.request"},
    # Programs on this machine: its own processes, those of the database, nginx.
    "outbox/worker.py": {"subprocess"},
    "sens_site/backups.py": {"psycopg", "subprocess"},
    "sens_site/lib/deploy/database_dump.py": {"subprocess"},
    "sens_site/lib/deploy/supervisor.py": {"ctypes", "subprocess"},
    "sens_site/lib/postgresql/waits.py": {"psycopg", "socket"},
    "sens_site/management/commands/nginx_conf.py": {"subprocess"},
    "sens_site/management/commands/run_site.py": {
        "django.core.mail.backends.smtp", "socket", "subprocess",
    },
    # The mail server that the settings name, by the worker.
    "sens_site/settings.py": {"django.core.mail.backends.smtp"},
}  # fmt: skip


@promise("sharing.service-providers", look=Look.NOW, strength=Strength.LOOKED_UP)
def the_site_speaks_to_nobody_else(site: RunningSite) -> Evidence:
    """No module but those that are known opens a way to another machine."""
    read = 0
    for path, text in sources():
        read += 1
        more = sorted(set(_speaks(text)) - WAYS.get(path, set()))
        require(not more, f"{path} may speak to another machine, by {more[:1]}")
    require(read, "no module was found")
    return Evidence(
        "No module of the site opens a way to another machine but to those that the settings name.",
        {"modules read": read},
    )


def _speaks(text: str) -> Iterator[str]:
    """Yield of what it imports, or names as something to import, what speaks to others.

    And what might: a package of which nobody knows, and what is loaded by a name that is not written.
    """
    for node in nodes(text):
        if not isinstance(node, TELLING):
            continue
        yield from _unknown(node)
        for name in _named(node):
            parts = name.split(".")
            yield from {".".join(parts[:end]) for end in range(1, len(parts) + 1)} & SPEAKS
            if parts[0] == "os" and RUNS.fullmatch(parts[-1]):
                yield name


def _named(node: ast.AST) -> Iterator[str]:
    """Yield what is imported, or written as something that could be."""
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module or ''}.{one.name}" for one in node.names)
    elif isinstance(node, ast.Call) and node.args and _last(node.func) in LOADERS:
        yield str(getattr(node.args[0], "value", ""))
    elif isinstance(node, ast.Constant):
        # What is written with dots, as in "http.client": most texts have blanks.
        said = node.value if isinstance(node.value, str) and "." in node.value else ""
        yield from [said] if NAMED.fullmatch(said) else []
    elif isinstance(node, ast.Attribute) and _last(node.value) == "os":
        yield f"os.{node.attr}"


def _unknown(node: ast.AST) -> Iterator[str]:
    """Yield of what is loaded what nobody knows, or cannot be read."""
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names if one.name.partition(".")[0] not in _known())
    elif isinstance(node, ast.ImportFrom):
        yield from (one.name for one in node.names if one.asname and one.name in LOADERS)
        if not node.level and (node.module or "").partition(".")[0] not in _known():
            yield node.module or ""
    elif isinstance(node, ast.Call) and node.args and _last(node.func) in LOADERS:
        written = isinstance(node.args[0], ast.Constant)
        yield from set() if written else {ast.unparse(node.args[0])} - LOADED


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Return the packages of which it is known to whom they speak: of Python, of ours, of others."""
    ours = (one.parent.name for one in settings.BASE_DIR.glob("*/__init__.py"))
    others = (one.partition(".")[0] for one in SPEAKS)
    return frozenset({*sys.stdlib_module_names, *QUIET, *others, *ours})


def _last(expression: ast.expr) -> str:
    return str(getattr(expression, "attr", getattr(expression, "id", "")))
