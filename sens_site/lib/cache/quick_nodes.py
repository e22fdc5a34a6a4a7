"""Nodes of a template that draw what Django's draw, and sooner: for the parts of a person's own page.

Half of such a page was Django looking for what each name in it may mean: a key, an attribute, a
number in a list, something to call. Here what is plainly one of these is taken at once, text is
escaped at once, constant text is joined, and zone and language are asked for once a page. Whatever
is anything else is left to the node of Django that stands behind, and so are all other tags.
"""

from collections.abc import Iterable
from copy import copy
from html import escape
from typing import Any

from django.template import Context, Engine
from django.template.base import FilterExpression, Node, NodeList, TextNode, Variable, VariableNode
from django.template.defaulttags import FirstOfNode, ForNode, IfNode, TemplateLiteral, WithNode
from django.template.loader_tags import IncludeNode
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from sens_site.lib.dates import date, date_there

CONSTANT = "is_constant"
"""The name of what is true of a node that always draws the same, at one place of the site."""
_HERE = "quick_here"


def quick(nodes: Iterable[Node], context: Context, engine: Engine) -> NodeList:
    """Return nodes that draw the same. What is constant is drawn in `context`."""
    return NodeList(_joined(_quick(node, context, engine) for node in nodes))


def draw(nodes: NodeList, context: Context) -> SafeString:
    """Draw quick nodes."""
    vars(context)[_HERE] = get_language(), get_current_timezone()
    return nodes.render(context)


class QuickExpression:
    """A name, perhaps as a date. Stands in nodes where a `FilterExpression` stood."""

    def __init__(self, whole: FilterExpression) -> None:
        variable: Any = whole.var
        self.whole = whole
        self.first, *self.rest = variable.lookups
        self.form = _date_form(whole)

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        """Return the value; what is not found at once, or has to be called, is left to Django."""
        try:
            found = context[self.first]
            for name in self.rest:
                kind = type(found)
                if kind is dict:
                    found = found[name]
                elif issubclass(kind, tuple) or not hasattr(kind, "__getitem__"):
                    found = getattr(found, name)
                else:
                    return self.whole.resolve(context, ignore_failures)
        except (AttributeError, KeyError):
            return self.whole.resolve(context, ignore_failures)
        if callable(found):
            return self.whole.resolve(context, ignore_failures)
        if not self.form:
            return found
        here = vars(context).get(_HERE)
        return date_there(found, self.form, *here) if here else date(found, self.form)


class QuickVariable(Node):
    """What stands between two braces."""

    child_nodelists = ()

    def __init__(self, usual: VariableNode) -> None:
        self.usual = usual
        self.expression: Any = _expression(usual.filter_expression)

    def render(self, context: Context) -> SafeString:
        """Write a text as it is where it is safe, and escaped where it is not."""
        found: Any = self.expression.resolve(context)
        kind = type(found)
        if kind is str and context.autoescape:
            return SafeString(escape(found))
        return SafeString(found if kind is SafeString else self.usual.render(context))

    render_annotated = render


class QuickInclude(Node):
    """A template that is included under its constant name, with nothing of its own."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        with context.push():
            return self.nodelist.render(context)


def _quick(node: Any, context: Context, engine: Engine) -> Node:
    def nested(nodes: Iterable[Node]) -> NodeList:
        return quick(nodes, context, engine)

    kind = type(node)
    if getattr(node, CONSTANT, False):
        return TextNode(node.render(context))
    if kind is VariableNode:
        return QuickVariable(node)
    if kind is IncludeNode and _is_plain(node):
        return QuickInclude(nested(engine.get_template(node.template.var).nodelist))
    other: Any = copy(node)
    if kind is IfNode:
        other.conditions_nodelists = [
            (_condition(condition), nested(nodes)) for condition, nodes in node.conditions_nodelists
        ]
    elif kind is ForNode:
        other.sequence = _expression(node.sequence)
        other.nodelist_loop = nested(node.nodelist_loop)
        other.nodelist_empty = nested(node.nodelist_empty)
    elif kind is WithNode:
        other.extra_context = {n: _expression(one) for n, one in node.extra_context.items()}
        other.nodelist = nested(node.nodelist)
    elif kind is FirstOfNode:
        other.vars = [_expression(one) for one in node.vars]
    return other  # type: ignore[no-any-return]  # a node, as the one that it is a copy of


def _joined(nodes: Iterable[Node]) -> list[Node]:
    joined: list[Node] = []
    for node in nodes:
        if isinstance(node, TextNode) and joined and isinstance(joined[-1], TextNode):
            joined[-1] = TextNode(joined[-1].s + node.s)
        else:
            joined.append(node)
    return joined


def _condition(one: Any) -> Any:
    """Return a condition with quick names in it."""
    if one is None:  # of an else
        return None
    other = copy(one)
    if isinstance(one, TemplateLiteral):
        other.value = _expression(one.value)
        return other
    for part in ("first", "second"):
        if getattr(one, part, None) is not None:
            setattr(other, part, _condition(getattr(one, part)))
    return other


def _expression(whole: Any) -> Any:
    """Return a quick expression for a name without filters, or as a date in a constant form."""
    variable = getattr(whole, "var", None)
    named = isinstance(variable, Variable) and variable.lookups and not variable.translate
    if named and (not whole.filters or _date_form(whole)):
        return QuickExpression(whole)
    return whole


def _date_form(whole: FilterExpression) -> str:
    if len(whole.filters) != 1 or whole.filters[0][0] is not date:
        return ""
    ((_, arguments),) = whole.filters
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
