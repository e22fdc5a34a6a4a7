"""Parts of a template as one function of Python: what is a person's on that person's own page.

Half of such a page was Django walking over its nodes and looking for what each name may mean. Here
names, conditions, loops, dates and texts are written as Python once and draw the same to the
letter; a name in a loop is a variable. Any other node is called as it is, in the context that it
would find. What a template says never becomes source: its texts and names stand beside it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from itertools import count
from typing import Any

from django.template import Context, Engine
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    Variable,
    VariableNode,
)
from django.template.defaulttags import FirstOfNode, ForNode, IfNode, TemplateLiteral, WithNode
from django.template.loader_tags import IncludeNode
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from sens_site.lib.cache.node_values import (
    COMPARISONS,
    called,
    counted,
    dated,
    drawn_with,
    filtered,
    found,
    listed,
    looked_up,
    written,
)
from sens_site.lib.dates import date

CONSTANT = "is_constant"
"""The name of what is true of a node that always draws the same, at one place of the site."""
_PUT = ("target_var", "asvar", "var_name", "variable_name")
"""In which attribute a node says under which name it puts a value into the context."""

ASKED = (called, counted, dated, drawn_with, filtered, found, listed, looked_up, written)
"""What the function may call."""

Here = tuple[str | None, tzinfo]
Draw = Callable[[Context, Here], SafeString]
"""Draws in a context, in a language and a zone."""


def language_and_zone() -> Here:
    """Return the current ones: they are asked for once a page."""
    return get_language(), get_current_timezone()


class _LeftToDjangoError(Exception):
    """A node puts something into a context of which the function holds a part as variables."""


def compiled(nodes: NodeList, context: Context, engine: Engine) -> Draw:
    """Return a function that draws the nodes. What is constant is drawn in `context`, once."""
    writer = _Writer(context, engine)
    with writer.block("def draw(context, language, zone):"):
        writer.line("pieces = []")
        writer.line("add = pieces.append")
        writer.nodes(nodes)
        writer.end_text()
        writer.line('return "".join(pieces)')
    source = "\n".join(writer.lines)
    exec(compile(source, "<compiled template>", "exec"), writer.given)  # noqa: S102 - only names that are made here
    function: Callable[..., str] = writer.given["draw"]

    def draw(bound: Context, here: Here) -> SafeString:
        if bound.autoescape:
            try:
                return SafeString(function(bound, *here))
            except Exception:  # noqa: BLE001, S110 - Django meets the same, and knows what it does about it
                pass
        return nodes.render(bound)

    return draw


class _Writer:
    """Lines of Python, and under which names what they speak of is given to them."""

    def __init__(self, context: Context, engine: Engine) -> None:
        self.context = context
        self.engine = engine
        self.lines: list[str] = []
        self.given: dict[str, Any] = {one.__name__: one for one in ASKED}
        self.local: dict[str, str] = {}
        """Variables of templates that are variables of the function, by their names there."""
        self._text = ""
        self._depth = 0
        self._numbers = count()

    # Lines

    def line(self, text: str) -> None:
        self.lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write what is done below a line that ends with a colon."""
        self.end_text()
        self.line(head)
        self._depth += 1
        yield
        self.end_text()
        self.line("pass")
        self._depth -= 1

    def give(self, value: Any) -> str:
        """Make a value known to the function; return its name there."""
        name = self.new_name()
        self.given[name] = value
        return name

    def new_name(self) -> str:
        return f"_{next(self._numbers)}_"  # none is a part of another

    def end_text(self) -> None:
        if self._text:
            self.line(f"add({self.give(self._text)})")
            self._text = ""

    def piece(self, source: str) -> None:
        """Have something drawn after the text before it."""
        self.end_text()
        self.line(f"add({source})")

    # Nodes

    def nodes(self, nodes: Iterable[Any]) -> None:
        for node in nodes:
            self.node(node)

    def node(self, node: Any) -> None:
        kind = type(node)
        if kind is TextNode:
            self._text += node.s
        elif getattr(node, CONSTANT, False):
            self._text += node.render(self.context)
        elif kind is VariableNode:
            self.piece(self.drawn(node.filter_expression))
        elif kind is IfNode:
            self.condition(node)
        elif kind is FirstOfNode and not node.asvar:
            self.first_of(node)
        elif kind is IncludeNode and _is_plain(node):
            with self.block("with context.push():"):
                self.nodes(self.engine.get_template(node.template.var).nodelist)
        elif kind in (ForNode, WithNode):
            self.with_variables(node)
        else:
            self.of_django(node)

    def of_django(self, node: Node) -> None:
        """Have a node draw itself; what stands in variables is put into its context meanwhile."""
        if not self.local:
            self.piece(f"{self.give(node)}.render_annotated(context)")
            return
        if any(getattr(node, name, None) for name in _PUT):
            raise _LeftToDjangoError
        values = ", ".join(f"{self.give(name)}: {var}" for name, var in self.local.items())
        self.piece(f"drawn_with({self.give(node)}, context, {{{values}}})")

    def condition(self, node: Any) -> None:
        word = "if"
        for condition, nodes in node.conditions_nodelists:
            head = "else:" if condition is None else f"{word} {self.truth(condition)}:"
            with self.block(head):
                self.nodes(nodes)
            word = "elif"

    def first_of(self, node: Any) -> None:
        first = " or ".join(self.value(one, "None") for one in node.vars)
        self.piece(f"written({first} or '', context)")

    def with_variables(self, node: Any) -> None:
        """Write a loop, or names for values: variables here, unless a node in it puts its own."""
        before = self.local, len(self.lines), self._depth, self._text
        self.local = dict(self.local)
        try:
            (self.loop if type(node) is ForNode else self.names)(node)
        except _LeftToDjangoError:
            if before[0]:
                raise
            self.local, length, self._depth, self._text = before
            del self.lines[length:]
            self.of_django(node)
        else:
            self.local = before[0]

    def names(self, node: Any) -> None:
        self.end_text()
        made = {}
        for name, expression in node.extra_context.items():
            made[name] = self.new_name()
            self.line(f"{made[name]} = {self.value(expression, repr(''))}")
        self.local |= made
        self.nodes(node.nodelist)

    def loop(self, node: Any) -> None:
        self.end_text()
        values, at, loop = self.new_name(), self.new_name(), self.new_name()
        items = [self.new_name() for _ in node.loopvars]
        around = self.local.get("forloop", "{}")  # no part of a page stands in a loop of Django's
        self.line(f"{values} = listed({self.value(node.sequence, 'None')}, {node.is_reversed})")
        outside = self.local
        self.local = {**outside, **dict(zip(node.loopvars, items, strict=True)), "forloop": loop}
        item = items[0] if len(items) == 1 else f"({', '.join(items)})"
        with self.block(f"for {at}, {item} in enumerate({values}):"):
            self.line(f"{loop} = counted({at}, {values}, {around})")
            place = len(self.lines) - 1
            self.nodes(node.nodelist_loop)
        if not any(loop in line for line in self.lines[place + 1 :]):
            self.lines[place] = ""
        self.local = outside
        if node.nodelist_empty:
            with self.block(f"if not {values}:"):
                self.nodes(node.nodelist_empty)

    # Values

    def drawn(self, whole: FilterExpression) -> str:
        """Return the source of what an expression draws."""
        form = _date_form(whole)
        if form:
            value = self.variable(whole.var, "''")
            return f"dated({value}, {self.give(form)}, language, zone)"
        return f"written({self.value(whole, repr(''))}, context)"

    def value(self, whole: Any, missing: str) -> str:
        """Return the source of a value; `missing` is that of what stands where nothing is found."""
        variable = whole.var
        plain = isinstance(variable, Variable) and variable.lookups and not variable.translate
        if self.local and _asks(whole):
            raise _LeftToDjangoError
        if not plain or _asks(whole):
            return f"{self.give(whole)}.resolve(context, {missing == 'None'})"
        found = self.variable(variable, missing)
        if not whole.filters:
            return found
        return f"filtered({self.give(whole.filters)}, {found}, context)"

    def variable(self, variable: Any, missing: str) -> str:
        first, *rest = variable.lookups
        names = self.give(tuple(rest)) if rest else "()"
        if first in self.local:
            here = self.local[first]
            return f"looked_up(called({here}), {names}, {missing})" if rest else f"called({here})"
        return f"found({self.give(first)}, {names}, {missing}, context)"

    def truth(self, one: Any) -> str:
        """Return the source of a condition."""
        if isinstance(one, TemplateLiteral):
            return self.value(one.value, "None")
        if one.id == "not":
            return f"(not {self.truth(one.first)})"
        first, second = self.truth(one.first), self.truth(one.second)
        if one.id in ("and", "or"):
            return f"({first} {one.id} {second})"
        return f"{self.give(COMPARISONS[one.id])}({first}, {second})"


def _asks(whole: Any) -> bool:
    """Tell whether a filter of an expression asks the context for something itself."""
    return any(is_name for _, arguments in whole.filters for is_name, _ in arguments)


def _date_form(whole: FilterExpression) -> str:
    """Return in which constant form an expression writes a variable as a date, if it does."""
    variable: Any = whole.var
    if not isinstance(variable, Variable) or not variable.lookups or len(whole.filters) != 1:
        return ""
    ((function, arguments),) = whole.filters
    if function is not date:
        return ""
    if not arguments:
        return "DATE_FORMAT"
    ((is_name, form),) = arguments
    return "" if is_name else str(form)


def _is_plain(node: Any) -> bool:
    """Tell whether a template is included as it is, and not by a place relative to this one."""
    name = node.template.var
    return (
        not (node.extra_context or node.isolated_context or node.template.filters)
        and isinstance(name, str)
        and not name.startswith(".")
    )
