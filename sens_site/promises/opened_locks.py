"""That nothing which serves the site takes the locks of sealed rows away, be it for a moment.

A lock that is opened and shut again within a request is there whenever somebody looks. So the code is
read: by its names and by the words of the database, each stands in the module of the locks alone.
"""

import ast
import re

from sens_site.promises.source_code import only_where_known

HARMLESS = frozenset({
    "Guard", "check_guards", "install", "install_after_migrate", "missing", "register", "registered",
    "unknown",
})  # fmt: skip
"""What others take from the module of the locks: to make them, and to look whether they are there."""
LOCKS = "row_guards"
OPENING = re.compile(
    r"\b(?:drop|disable)\s+trigger\b|\bsession_replication_role\b|\bwritable_schema\b"
    r"|\brecursive_triggers\s*=\s*['\"]?(?:off|0|false|no)\b|\bdrop\s+function\b|\bdrop\s+rule\b",
    re.IGNORECASE,
)
"""By which words a lock is taken away, switched off or gone around."""
KNOWN = {"sens_site/lib/row_guards.py": 1}
"""Where it writes a lock anew: the old one goes first."""


def opens_a_lock(node: ast.AST) -> bool:
    """Tell whether code takes from the module of the locks what opens them, or says so to the database."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and OPENING.search(node.value) is not None
    if isinstance(node, ast.ImportFrom):
        of_locks = (node.module or "").rpartition(".")[2] == LOCKS
        return any(
            one.name not in HARMLESS if of_locks else one.name == LOCKS and one.asname is not None
            for one in node.names
        )
    if isinstance(node, ast.Import):
        return any(one.name.rpartition(".")[2] == LOCKS for one in node.names)
    if isinstance(node, ast.Attribute):
        return _is_locks(node.value) and node.attr not in HARMLESS
    return isinstance(node, ast.Call) and any(map(_is_locks, node.args))


def _is_locks(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == LOCKS


def no_code_opens_a_lock() -> int:
    """Require it of all that serves the site; return in how many known places it is done."""
    return only_where_known(
        "opens the locks of sealed rows",
        opens_a_lock,
        re.compile(f"{LOCKS}|{OPENING.pattern}", re.IGNORECASE),
        KNOWN,
    )
