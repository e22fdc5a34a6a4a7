"""What code writes into a log, a count or a span, as it stands there: each value, and each way round.

A line is written by a call that can be read: `logger.warning(…)`, `print(…)`. Whoever takes a logger or
an output of the process for anything else (gives it another name, hands it on, asks it for a method
by a word) could write what no reading of calls meets; so that is found, too.
"""

import ast
import re
from collections.abc import Callable, Iterator

from sens_site.promises.source_code import called, nodes

Wanted = Callable[[ast.Call], bool]

LOG_CALLS = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log",
})  # fmt: skip
PRINTS = frozenset({"print", "set_debuglevel", "showwarning", "syslog", "warn", "warn_explicit"})
OUTPUTS = frozenset({"stdout", "stderr", "__stdout__", "__stderr__"})
SPANS = frozenset({
    "add_event", "add_link", "record_exception", "set_attribute", "set_attributes", "span",
    "start_as_current_span", "start_span", "update_name",
})  # fmt: skip
WRITING = frozenset({"faulthandler", "logging", "pprint", "syslog", "traceback", "warnings"})
"""Modules of Python that write for whoever asks them to."""
HARMLESS = frozenset({
    "CRITICAL", "DEBUG", "ERROR", "Filter", "Formatter", "INFO", "LogRecord", "Logger", "NOTSET",
    "WARNING", "extract_tb", "getLogger",
})  # fmt: skip
"""What one may take from these modules: names of levels and of types, and what only reads."""
LOGGER = "logger"
"""How a logger is called, also one that a function is given."""
MESSAGES = "messages"
"""Django's own, which are shown to whom they concern and written nowhere."""
THE_ERROR = "the words of an error"
LINE = re.compile(
    rf"\.(?:{'|'.join(sorted(LOG_CALLS))})\(|\b(?:{'|'.join(sorted(PRINTS))})\(|\bstd(?:out|err)\."
)
LABEL_CALL = re.compile(r"\.labels\(")
SPAN = re.compile(r"\btracing\b|\bopentelemetry\b")
ABOUT_LINES = re.compile(
    rf"\b(?:{'|'.join(sorted(WRITING))}|getLogger|logger|print|std(?:out|err))\b|\bos\.write\b"
)
"""What modules say that are read: to take all code apart would cost a second."""


def _scopes(module: ast.AST) -> Iterator[list[ast.AST]]:
    """Yield what stands in each function, and in the module itself, and in no other function."""
    waiting = [module]
    while waiting:
        scope = waiting.pop()
        inside, open_ = [], list(ast.iter_child_nodes(scope))
        while open_:
            node = open_.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                waiting.append(node)
            else:
                inside.append(node)
                open_.extend(ast.iter_child_nodes(node))
        yield inside


def _made_from(inside: list[ast.AST], name: str) -> Iterator[str]:
    """Yield what is assigned to a name, by whatever statement."""
    for node in inside:
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.NamedExpr(target=target, value=value)
            ):
                targets = [target]
            case ast.AugAssign(target=target, value=value) | ast.For(target=target, iter=value):
                targets = [target]
            case ast.comprehension(target=target, iter=value):
                targets = [target]
            case _:
                continue
        names = {
            n.id
            for one in targets
            for n in ast.walk(one)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        if name in names and not isinstance(value, ast.Constant):
            yield f"{name} = {ast.unparse(value)}"


def said(node: ast.Call) -> list[ast.expr]:
    """Return what a call is given beside constant words."""
    values = [*node.args, *(one.value for one in node.keywords)]
    return [one for one in values if not isinstance(one, ast.Constant)]


def is_line(node: ast.Call) -> bool:
    """Tell whether a call writes a line: by a logger, whatever it is called, or by printing."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in LOG_CALLS and node.args:
        return ast.unparse(function.value) != MESSAGES
    return _prints(node)


def is_label(node: ast.Call) -> bool:
    return called(node) == "labels"


def is_span(node: ast.Call) -> bool:
    return called(node) in SPANS


def _prints(node: ast.Call) -> bool:
    writes = isinstance(node.func, ast.Attribute) and node.func.attr in ("write", "writelines")
    return called(node) in PRINTS or (
        writes and re.search(r"\bstd(?:out|err)\b", ast.unparse(node.func)) is not None
    )


def _says_an_error(node: ast.Call) -> bool:
    """Tell whether a line comes with the words of whatever went wrong, which nobody gave to it."""
    return called(node) == "exception" or any(
        one.arg == "exc_info" and isinstance(one.value, ast.Constant) and one.value.value
        for one in node.keywords
    )


def values_said(text: str, wanted: Wanted) -> set[str]:
    """Return each value in calls of some kind, and what names in it were made from."""
    found: set[str] = set()
    for inside in _scopes(nodes(text)[0]):
        for node in inside:
            if not isinstance(node, ast.Call) or not wanted(node):
                continue
            if wanted is is_line and _says_an_error(node):
                found.add(THE_ERROR)
            for value in said(node):
                found.add(ast.unparse(value))
                for name in {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}:
                    found.update(_made_from(inside, name))
    return found


def used_otherwise(text: str) -> set[str]:
    """Return in which other ways than by a call that can be read a module has lines written."""
    above = {below: node for node in nodes(text) for below in ast.iter_child_nodes(node)}
    names = {name for node in nodes(text) for name in _names_a_logger(node)}
    loggers = frozenset({LOGGER, *names})
    return {one for node in nodes(text) for one in _otherwise(node, above, loggers)}


def _names_a_logger(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement gives to loggers."""
    match node:
        case ast.Assign(targets=targets, value=value) if called(value) == "getLogger":
            yield from (one.id for one in targets if isinstance(one, ast.Name))
        case ast.ImportFrom(names=names):
            yield from (one.asname or one.name for one in names if one.name in ("log", LOGGER))


def _otherwise(
    node: ast.AST, above: dict[ast.AST, ast.AST], loggers: frozenset[str]
) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            renamed = [one for one in names if one.name in WRITING | {"sys"} and one.asname]
            yield from (f"import {one.name} as {one.asname}" for one in renamed)
        case ast.ImportFrom(module=str(module), names=names) if module in WRITING | {"sys"}:
            writing = [one.name for one in names if one.name not in HARMLESS]
            kept = [one for one in writing if module != "sys" or one in OUTPUTS]
            yield from (f"from {module} import {one}" for one in kept)
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if _writes(node, name, above):
            yield f"{name}.{attr}"
        case ast.Attribute(attr=name) | ast.Name(id=name, ctx=ast.Load()):
            if _is_handed_on(node, name, above, loggers):
                yield ast.unparse(above[node])
        case ast.Call() if called(node) == "getLogger":
            is_named = any(_names_a_logger(above[node]))
            if not is_named and not _writes_a_line(node, above):
                yield ast.unparse(above[node])


def _writes(node: ast.Attribute, name: str, above: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether something of a module writes that is no call which is read: `traceback.print_exc`."""
    read = node.attr in LOG_CALLS | PRINTS and _is_called(node, above)
    writes = name in WRITING and node.attr not in HARMLESS and not read
    return (
        writes or (name == "sys" and node.attr in OUTPUTS) or (name, node.attr) == ("os", "write")
    )


def _is_handed_on(
    node: ast.AST, name: str, above: dict[ast.AST, ast.AST], loggers: frozenset[str]
) -> bool:
    """Tell whether a logger, `print` or a module that writes is used otherwise than by its calls."""
    if isinstance(node, ast.Attribute):
        return name == LOGGER and not _writes_a_line(node, above)
    if name == "print":
        return not _is_called(node, above)
    if name in WRITING | {"sys"}:
        return isinstance(above[node], ast.Call)
    return name in loggers and not _writes_a_line(node, above)


def _is_called(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    caller = above[node]
    return isinstance(caller, ast.Call) and caller.func is node


def _writes_a_line(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a logger stands in a call that is read: `logger.warning(…)`."""
    method = above[node]
    return (
        isinstance(method, ast.Attribute) and method.attr in LOG_CALLS and _is_called(method, above)
    )
