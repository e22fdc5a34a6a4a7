"""Tags of the page frame and of the form pack."""

from typing import Any

from django import forms, template
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - a template drew it

from sens_site.lib.cache.fragment_cache import drawn_once
from sens_site.lib.forms import drawing

register = template.Library()


class CaptureNode(template.Node):
    """Draws what stands between the tags into a variable."""

    def __init__(self, name: str, nodelist: NodeList, *, as_is: bool) -> None:
        self.name = name
        self.nodelist = nodelist
        self.as_is = as_is

    def render(self, context: template.Context) -> SafeString:
        """Keep the drawn text, with its white space folded unless asked not to."""
        drawn = self.nodelist.render(context)
        context[self.name] = drawn if self.as_is else mark_safe(" ".join(drawn.split()))
        return mark_safe("")


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture name [as_is] %}...{% endcapture %}`: what is used elsewhere than it is drawn."""
    _, name, *how = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(name, nodelist, as_is=how == ["as_is"])


class KeptNode(template.Node):
    """Draws what stands between the tags once for each set of values.

    It is drawn with the company's facts and these values, and with nothing else of the page: whatever
    it asked of a person would draw nothing, for everybody.
    """

    def __init__(self, name: str, values: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.name = name
        self.values = values
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        """Return the drawn text."""
        values = {name: value.resolve(context) for name, value in self.values.items()}

        def draw() -> SafeString:
            apart = template.Context({"company": settings.COMPANY, **values})
            apart.template = context.template
            return mark_safe(self.nodelist.render(apart).strip())

        return drawn_once(("kept", self.name, *values.values()), draw)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept name [value=…] %}...{% endkept %}`: what is the same for everybody with these values."""
    _, name, *bits = token.split_contents()
    values = token_kwargs(bits, parser)
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name, values, nodelist)


register.filter(drawing.has_fields)


@register.simple_tag
def has_errors(form: Any) -> bool:
    """Tell whether this is a form that was sent with mistakes in it."""
    return isinstance(form, forms.BaseForm) and form.is_bound and bool(form.errors)


@register.inclusion_tag("site/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """List all mistakes of a form, each with a link to its field.

    The page frame puts it above the heading; where the form is not known to the frame, the form
    itself does. It is drawn once, wherever that is first.
    """
    if not has_errors(form) or getattr(form, "error_summary_drawn", False):
        return {"mistakes": []}
    form.error_summary_drawn = True
    mistakes = [("", error) for error in form.non_field_errors()]
    for name, errors in form.errors.items():
        if name != NON_FIELD_ERRORS:
            field = form[name]
            target = "" if field.is_hidden else field.id_for_label or f"{field.auto_id}_0"
            mistakes += [(target, error) for error in errors]
    return {"mistakes": mistakes}
