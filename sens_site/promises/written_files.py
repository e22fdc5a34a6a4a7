"""The promise that no file is kept of whoever comes: code is read for what writes one, now or later.

What a process writes when it ends, or a thread of its own a minute later, no look at a request sees.
So the few places that write a file, and those that leave work for later, stand here. Who adds one adds
it here, and says what for.
"""

import ast
import re

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.source_code import called, only_where_known

WRITTEN = {
    # What people have brought, asked for or agreed to, each in a folder of its own.
    "downloads/store.py": 2,
    "pages/files.py": 1,
    "privacy/datamap/export.py": 1,
    "privacy/datamap/ledger.py": 5,
    "privacy/rights/export_files.py": 2,
    "privacy/rights/scans.py": 2,
    # Backups.
    "sens_site/backups.py": 1,
    "sens_site/lib/deploy/backup_archive.py": 7,
    "sens_site/lib/deploy/database_dump.py": 4,
    "sens_site/management/commands/backup.py": 2,
    # Public pages, and what they have in common.
    "sens_site/lib/cache/published_pages.py": 3,
    "sens_site/lib/cache/shared_dictionary.py": 3,
    "sens_site/management/commands/publish_pages.py": 1,
    # What operators have made: settings, content, locks, static files, documents, copies of heads.
    "downloads/management/commands/typeset_documents.py": 1,
    "privacy/policy/management/commands/verify_policy.py": 1,
    "privacy/policy/management/commands/witness.py": 1,
    "sens_site/lib/deploy/local_env.py": 2,
    "sens_site/lib/deploy/setup_lock.py": 1,
    "sens_site/lib/deploy/static_collection.py": 1,
    "sens_site/management/commands/start_content.py": 6,
}
"""How often a file is opened to be written, or copied."""
LATER = {
    "outbox/management/commands/run_job.py": 2,  # a signal that ends it
    "outbox/management/commands/worker.py": 2,  # the same, and that it lives
    "privacy/consent/idempotency.py": 1,  # forgets which form was sent twice
    "search/misses.py": 1,  # words that found nothing are counted once a minute
    "sens_site/lib/cache/served_cache.py": 1,  # whether the server is back
    "sens_site/lib/deploy/backup_archive.py": 2,
    "sens_site/lib/deploy/supervisor.py": 1,
    "sens_site/lib/postgresql/base.py": 2,  # whether the server answers
    "sens_site/lib/postgresql/waits.py": 1,
    "sens_site/management/commands/publish_pages.py": 1,
}
"""How often something is left to be done later, or beside what goes on."""
WRITES = frozenset({
    "copy2", "copyfile", "copyfileobj", "copytree", "FileIO", "fdopen", "hardlink_to",
    "make_archive", "mkstemp", "NamedTemporaryFile", "SpooledTemporaryFile", "symlink_to",
    "TemporaryFile", "touch", "write_bytes", "write_text",
})  # fmt: skip
STORES = frozenset({"bz2", "dbm", "gzip", "lzma", "os", "shelve", "sqlite3"})
"""Modules whose `open` or `connect` may write, whatever stands behind it."""
TO_WRITE = frozenset("wax+")
WAITS = frozenset({
    "apply_async", "call_later", "create_task", "finalize", "on_exit", "Process", "run_in_executor",
    "start_new_thread", "submit", "Thread", "ThreadPoolExecutor", "ProcessPoolExecutor", "Timer",
})  # fmt: skip
SIGNALS = frozenset({"atexit", "signal"})
"""Modules by which a process does something as it ends."""
_WRITING = re.compile(r"\bopen\b|connect|" + "|".join(sorted(WRITES)))
_WAITING = re.compile("|".join(sorted(WAITS | SIGNALS)))


def writes_a_file(node: ast.AST) -> bool:
    """Tell whether something is called that writes a file, or opens one to be written."""
    name = called(node)
    if not isinstance(node, ast.Call) or name not in {"open", "connect", *WRITES}:
        return False
    owner = getattr(getattr(node.func, "value", None), "id", "")
    if name in WRITES or owner in STORES:
        return True
    given = [*node.args, *(one.value for one in node.keywords if one.arg == "mode")]
    return name == "open" and any(_is_a_mode(one) for one in given)


def _is_a_mode(node: ast.expr) -> bool:
    said = str(getattr(node, "value", ""))
    return len(said) <= len("r+b") and not TO_WRITE.isdisjoint(said)


def leaves_it_for_later(node: ast.AST) -> bool:
    """Tell whether something is to be done when a request, or the process, has come to its end."""
    if called(node) in WAITS:
        return True
    owner = getattr(node, "value", None) if isinstance(node, ast.Attribute) else None
    by_name = isinstance(node, ast.ImportFrom) and node.module in SIGNALS
    registers = getattr(node, "attr", "") in ("register", "signal")
    return by_name or (registers and getattr(owner, "id", "") in SIGNALS)


@promise("usage.details", look=Look.NOW, strength=Strength.LOOKED_UP)
def files_are_written_in_known_places_alone(site: RunningSite) -> Evidence:
    """No other code writes a file, whoever it waits for, nor leaves that for later."""
    files = only_where_known("writes a file", writes_a_file, _WRITING, WRITTEN)
    later = only_where_known("leaves something for later", leaves_it_for_later, _WAITING, LATER)
    require(files and later, "no place was found that writes a file")
    return Evidence(
        "A file is written in the known places of the code and in no other, and no other place leaves "
        "something to be done when a request is over.",
        {"places that write a file": files, "that leave something for later": later},
    )
