"""Tags of the page frame and of the form pack."""

from typing import Any

from django import forms, template
from django.core.exceptions import NON_FIELD_ERRORS
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - a template drew it

register = template.Library()


class CaptureNode(template.Node):
    """Draws what stands between the tags into a variable."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        """Keep the drawn text, with its white space folded."""
        drawn = self.nodelist.render(context)
        context[self.name] = mark_safe(" ".join(drawn.split()))
        return mark_safe("")


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture name %}...{% endcapture %}`: a block that is used in more than one place."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(name, nodelist)


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
