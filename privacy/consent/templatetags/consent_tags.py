"""What templates need to load only what has been allowed."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.context import Context

from privacy.consent.decision import ConsentDecision
from privacy.consent.offer.catalogue import embed_service
from privacy.consent.own_page import own_referer
from sens_site.lib.http.done_notice import address_without_notice

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=32)
def integrity(name: str) -> str:
    """Return what a browser checks a script of ours against before it runs it."""
    found = finders.find(name)
    if not isinstance(found, str):
        raise template.TemplateSyntaxError(f"There is no static file {name}.")
    digest = hashlib.sha256(Path(found).read_bytes()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@register.simple_tag(takes_context=True)
def after_choice(context: Context) -> str:
    """Return where an answer to the banner leads: to this page, query and all.

    The answer to a form may stand at an address that takes no GET, and an address that refuses
    this very GET would refuse the next: there it leads to the page before, or home.
    """
    request: HttpRequest | None = context.get("request")
    if "after_choice" in context or request is None:
        return str(context.get("after_choice", "/"))
    if request.method in ("GET", "HEAD") and context.get("status") != 405:
        return address_without_notice(request)
    return own_referer(request) or "/"


@register.simple_tag(takes_context=True)
def let_frame_answer(context: Context) -> str:
    """Let this page hold one of ours in a frame: the answer to its banner, which leads nowhere."""
    context["request"].answered_in_frame = True
    return ""


@register.inclusion_tag("privacy/consent/embed.html", takes_context=True)
def embed(context: Context, key: str, reference: str, title: str) -> dict[str, Any]:
    """Show a video, map or post: itself where it may act on this page, else a placeholder.

    The placeholder leads out of the site and, where the service is switched on, offers to load
    this one thing once, on a page of its own. Nothing is asked of the third party before that.
    """
    group, service = embed_service(key)
    shape = service.embed
    if shape is None or not re.fullmatch(shape.reference, reference):
        raise template.TemplateSyntaxError(f"{reference!r} is no reference of {service.name}.")
    request = context.get("request")
    consent: ConsentDecision | None = getattr(request, "consent", None)
    offered = consent is not None and key in consent.offer.identifiers
    return {
        "service": service,
        "reference": reference,
        "title": title,
        "frame": shape.frame.format(reference),
        "link": shape.link.format(reference),
        "offered": offered,
        "granted": service in getattr(request, "consent_services", ()),
        "shown": consent.offer.question_of(group).shown if offered and consent else "",
        "path": getattr(request, "path", "/"),
    }
