"""The log of heads for machines: its signed state, its lines, and the key to check it with."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from privacy.policy.head_log import current_checkpoint, lines, log_key
from privacy.policy.machine_views import TEXT
from sens_site.lib.http.cache_control import shared_page

MOST_DIGITS = 15


@require_safe
@shared_page
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the signed state of the log (C2SP tlog-checkpoint)."""
    current = current_checkpoint()
    if current is None:
        raise Http404
    return HttpResponse(str(current), content_type=TEXT)


@require_safe
@shared_page
def heads(request: HttpRequest) -> HttpResponse:
    """Give the lines of the log, oldest first, or those from a position on (`?from=`)."""
    start = request.GET.get("from", "0")
    if not (start.isascii() and start.isdigit() and len(start) <= MOST_DIGITS):
        raise Http404
    return HttpResponse("".join(f"{line}\n" for line in lines(int(start))), content_type=TEXT)


@require_safe
@shared_page
def key(request: HttpRequest) -> HttpResponse:
    """Give the public key of the log, as `NAME+ID+KEY` (C2SP signed-note)."""
    signing = log_key()
    if signing is None:
        raise Http404
    return HttpResponse(f"{signing.public}\n", content_type=TEXT)
