"""What a compiled template asks for while it is drawn: values as Django's templates find and write them.

Whatever is not done here as Django does it raises, and then Django draws (`compiled_nodes`).
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from html import escape
from typing import Any

from django.template import Context
from django.template.base import Node, Variable, VariableDoesNotExist, render_value_in_context
from django.utils.safestring import SafeData, SafeString
from django.utils.timezone import (  # type: ignore[attr-defined]  # the stubs leave it out
    template_localtime,
)

from sens_site.lib.dates import date_there

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda one, other: one in other,
    "not in": lambda one, other: one not in other,
}
_SPECIAL = re.compile("[&<>\"']").search
_NO_KEY = TypeError, AttributeError, KeyError, ValueError, IndexError


def found(first: str, names: Sequence[str], missing: Any, context: Context) -> Any:
    """Return what a name of the context leads to, and names from there; `missing` for nothing."""
    for values in reversed(context.dicts):
        if first in values:
            return looked_up(called(values[first]), names, missing)
    try:  # something that the context itself knows
        return looked_up(Variable(first).resolve(context), names, missing)
    except VariableDoesNotExist:
        return missing


def looked_up(value: Any, names: Sequence[str], missing: Any) -> Any:
    """Return what names lead to from a value."""
    try:
        for name in names:
            value = called(_step(value, name))
    except VariableDoesNotExist:
        return missing
    except Exception as fault:
        if getattr(fault, "silent_variable_failure", False):
            return ""
        raise
    return value


def called(value: Any) -> Any:
    """Return a value, or what it returns when it is called."""
    if not callable(value) or getattr(value, "do_not_call_in_templates", False):
        return value
    return "" if getattr(value, "alters_data", False) else value()


def _step(value: Any, name: str) -> Any:
    """Return a key, an attribute, or what stands at a number."""
    kind = type(value)
    if kind is dict:
        if name in value:
            return value[name]
    elif not issubclass(kind, tuple) and hasattr(kind, "__getitem__"):
        try:
            return value[name]
        except _NO_KEY:
            pass
    try:
        return getattr(value, name)
    except (TypeError, AttributeError):
        if name in dir(value):
            raise
    try:
        return value[int(name)]
    except (IndexError, ValueError, KeyError, TypeError):
        raise VariableDoesNotExist(name) from None


def written(value: Any, context: Context) -> str:
    """Write a value as text: as it is where it is safe, and escaped where it is not."""
    if type(value) is str:
        return _escaped(value)
    text: str = value if type(value) is SafeString else render_value_in_context(value, context)
    return text


def dated(value: Any, form: str, language: str | None, zone: tzinfo) -> str:
    """Write a day or a time."""
    return _escaped(date_there(value, form, language, zone))


def _escaped(text: str) -> str:
    """Escape as Django does. Most texts hold nothing to escape, and to see that is quick."""
    return escape(text) if _SPECIAL(text) else text


def filtered(
    filters: Iterable[tuple[Any, Iterable[tuple[bool, Any]]]], value: Any, context: Context
) -> Any:
    """Send a value through filters, of which none asks the context for something."""
    for function, arguments in filters:
        given = [SafeString(argument) for _, argument in arguments]
        if getattr(function, "expects_localtime", False):
            value = template_localtime(value, context.use_tz)
        escaping = {"autoescape": True} if getattr(function, "needs_autoescape", False) else {}
        made = function(value, *given, **escaping)
        safe = getattr(function, "is_safe", False) and isinstance(value, SafeData)
        value = SafeString(made) if safe else made
    return value


def listed(values: Any, is_reversed: bool) -> Sequence[Any]:
    """Return what a loop goes through."""
    if values is None:
        return ()
    listed = values if hasattr(values, "__len__") else list(values)
    return list(reversed(listed)) if is_reversed else listed


def counted(at: int, values: Sequence[Any], parent: Any) -> dict[str, Any]:
    """Return what a loop tells of itself."""
    left = len(values) - at
    return {
        "parentloop": parent,
        "counter0": at,
        "counter": at + 1,
        "revcounter": left,
        "revcounter0": left - 1,
        "first": at == 0,
        "last": left == 1,
    }


def drawn_with(node: Node, context: Context, values: dict[str, Any]) -> str:
    """Draw a node of Django where variables of loops stand in its context."""
    with context.push(**values):
        return str(node.render_annotated(context))
