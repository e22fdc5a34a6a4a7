"""The line about a change of policy, for the frame of every page."""

from typing import Any

from django import template

from privacy.policy.change_notice import to_show

register = template.Library()


@register.inclusion_tag("privacy/policy/notice_line.html", takes_context=True)
def policy_notice(context: dict[str, Any]) -> dict[str, Any]:
    """Draw the line for a signed-in person who has not acknowledged a material change."""
    request = context.get("request")
    if request is None:
        return {"items": ()}
    return {"items": to_show(request), "path": request.path}
