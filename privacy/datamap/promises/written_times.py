"""Where the time from which a period is counted is written: who writes it anew begins the period anew.

No rehearsal plays all that may happen to a row within two years. So every place stands here in which
code of ours gives such a column a value, and which. Who writes one somewhere else adds it here.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from django.conf import settings

from privacy.datamap.promises.picked_out import source_of
from privacy.promises.registry import require

APART = frozenset({"data_map", "migrations", "promises"})
NO_WRITERS = ("data_map", "promises", "rehearsal")
"""How the names of modules begin that write nothing, or nothing that stays."""
SET = re.compile(r"\s*(?:UPDATE|INSERT|REPLACE)\b", re.IGNORECASE)
SOME_SQL = ast.Constant("in SQL")
SET_IN = re.compile(r"\w+")
READING = frozenset({"Q", "annotate", "exclude", "filter", "get"})
"""Calls that only ask for rows, or name what they find."""
STARTS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "newsletter.unconfirmed": (
        "newsletter", ("created_at",),
        (
            "subscribing._keep created_at=timezone.now()",
            "subscribing.release_held created_at=timezone.now()",
        ),
    ),
    "retention.consent-receipts": (
        "privacy/consent", ("at", "replaced_at"),
        # Of a refusal of an account, which has no receipt; of a receipt, and of its seal.
        (
            "refusals.refused at=said",
            "services._write_receipt at=at",
            "services._write_receipt at=at",
        ),
    ),
    "retention.downloads": (
        "downloads", ("at",),
        # Columns of the list that a person is shown, and of the search.
        (
            "own_rows.fetched at='at'",
            "own_rows.followed at='since'",
            "search_sources at=pages_at",
        ),
    ),
    "retention.idle-account": (
        "accounts", ("last_login", "date_joined", "queued_at"),
        (
            "idle_accounts._notify queued_at=moment",
        ),
    ),
    "retention.messages": (
        "contact", ("answered_at", "received_at"),
        (
            "services.close answered_at=timezone.now()",
            "services.close answered_at=message.answered_at",
            "services.reopen answered_at=None",
            "services.reopen answered_at=None",
        ),
    ),
    "retention.requests": (
        "privacy/rights", ("closed_at", "received_at"),
        (
            "intake._store received_at=moment",
            "intake.close closed_at=request.events.get(did__in=CLOSING).at",
            "services.finish closed_at=closed.at",
        ),
    ),
    "retention.sent-mail": (
        "outbox", ("sent_at", "parked_at"),
        (
            "services.park_lost parked_at=now",
            "services.record_failure parked_at=now",
            "services.record_sent sent_at=timezone.now()",
            "services.record_sent parked_at=None",
            "services.retry_parked parked_at=None",
        ),
    ),
    "retention.visits": ("visits", ("seen_at",), ("services seen_at='in SQL'",)),
}  # fmt: skip
"""By promise: the room whose rows it speaks of, the columns, and each place as it is written."""


def times_are_written_where_it_is_known(promise: str) -> None:
    """Require that nothing but what is known writes the times from which a promise counts."""
    room, columns, places = STARTS[promise]
    beyond = sorted((_written(room, columns) - Counter(places)).elements())
    require(not beyond, f"{room} writes the time from which it counts in {beyond[:1]}, too")


def _written(room: str, columns: tuple[str, ...]) -> Counter[str]:
    found: Counter[str] = Counter()
    for file in sorted((settings.BASE_DIR / room).rglob("*.py")):
        path = file.relative_to(settings.BASE_DIR)
        if APART.isdisjoint(path.parts) and not file.stem.startswith(NO_WRITERS):
            name = path.with_suffix("").as_posix().removeprefix(f"{room}/").replace("/", ".")
            for function, said in _writings(source_of(path.as_posix()), columns):
                found[f"{name}{function} {said}"] += 1
    return found


@lru_cache(maxsize=512)
def _writings(text: str, columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if not any(one in text for one in columns):
        return ()
    return tuple(_within(ast.parse(text), "", columns))


def _within(node: ast.AST, function: str, columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for one in ast.iter_child_nodes(node):
        inner = f".{one.name}" if isinstance(one, ast.FunctionDef) else function
        for column, value in _values(one):
            if column in columns:
                yield inner, f"{column}={ast.unparse(value)}"
        yield from _within(one, inner, columns)


def _values(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names to which a piece of code gives a value: as an attribute, by name, or as a key."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield from _assigned(node.target, node.value or node.target)
    elif isinstance(node, ast.Call):
        yield from _given(node)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield _said(key), value
    elif SET.match(_said(node)):
        for column in SET_IN.findall(_said(node)):
            yield column, SOME_SQL


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    for one in target.elts if isinstance(target, ast.Tuple) else [target]:
        if isinstance(one, ast.Attribute):
            yield one.attr, value
        elif isinstance(one, ast.Subscript):
            yield _said(one.slice), value


def _given(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    for keyword in call.keywords if name not in READING else ():
        yield keyword.arg or "", keyword.value
    if name == "setattr":
        yield _said(call.args[1]), call.args[-1]


def _said(node: ast.AST | None) -> str:
    """Return a text that stands in code."""
    return str(node.value) if isinstance(node, ast.Constant) else ""
