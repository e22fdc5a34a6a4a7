"""To whom the site itself can speak: which modules open a way to another machine.

What a request hands to somebody else after it is stored is sent once that is certain, and no rehearsal
gets so far. So the code is read. Who adds a way adds it here, and says whom it leads to.
"""

import ast
from collections.abc import Iterator

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.source_code import nodes, sources

SPEAKS = frozenset({
    "aiohttp", "asyncore", "boto3", "botocore", "curl_cffi", "dns", "ftplib", "grpc", "http.client",
    "httplib2", "httpx", "imaplib", "paramiko", "pika", "poplib", "pycurl", "pysftp", "requests",
    "sentry_sdk", "smtplib", "socket", "subprocess", "telnetlib", "treq", "urllib.request", "urllib3",
    "websocket", "websockets", "xmlrpc.client", "zmq",
})  # fmt: skip
"""With what a program speaks to another machine, or has another program do so."""
WAYS = {
    # Mailboxes of the company's own, its list of orders, its store of documents and its scanner: those
    # that the settings name.
    "contact/mailbox.py": {"imaplib"},
    "contact/orders.py": {"urllib.request"},
    "downloads/bucket.py": {"botocore"},
    "downloads/store.py": {"boto3", "botocore"},
    "downloads/virus_scan.py": {"socket"},
    "newsletter/bounce_mailbox.py": {"imaplib"},
    "outbox/error_names.py": {"smtplib"},  # names of errors
    "sens_site/lib/mailbox.py": {"imaplib"},
    # The heads of another site's chains.
    "privacy/policy/witness.py": {"urllib.request"},
    # Programs on this machine: its own processes, those of the database, nginx.
    "outbox/worker.py": {"subprocess"},
    "sens_site/backups.py": {"subprocess"},
    "sens_site/lib/deploy/database_dump.py": {"subprocess"},
    "sens_site/lib/deploy/supervisor.py": {"subprocess"},
    "sens_site/lib/postgresql/waits.py": {"socket"},
    "sens_site/management/commands/nginx_conf.py": {"subprocess"},
    "sens_site/management/commands/run_site.py": {"socket", "subprocess"},
}


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
    """Yield of what it imports, or names as something to import, what speaks to others."""
    for node in nodes(text):
        named: list[str] = []
        if isinstance(node, ast.Import):
            named = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            named = [module, *(f"{module}.{one.name}" for one in node.names)]
        elif isinstance(node, ast.Call) and node.args and _imports(node.func):
            named = [str(getattr(node.args[0], "value", ""))]
        for name in named:
            yield from ({name, name.partition(".")[0]} & SPEAKS)


def _imports(function: ast.expr) -> bool:
    name = getattr(function, "attr", getattr(function, "id", ""))
    return name in ("import_module", "__import__", "import_string")
