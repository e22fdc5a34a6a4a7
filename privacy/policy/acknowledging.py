"""Where the button of the line about a change leads."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from privacy.policy.models import PolicyVersion
from privacy.policy.notices import acknowledge
from privacy.policy.site_notice import remember


@require_POST
@login_required
def acknowledge_change(request: HttpRequest) -> HttpResponse:
    """Note that the person has seen the line, and go back."""
    wanted = request.POST.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    version = PolicyVersion.objects.material_news().filter(pk=number).first()
    if version is None:
        raise Http404
    acknowledge(version, by=request.user)  # type: ignore[arg-type]
    remember(request, version)
    path = request.POST.get("next", "")
    safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return HttpResponse(status=303, headers={"Location": path if safe else "/"})
