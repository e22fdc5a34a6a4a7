"""What requests and responses of this site carry, where Django's own types do not say it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:  # settings import from here, before there are models
    from django.contrib.auth.base_user import AbstractBaseUser

Policy = Mapping[str, tuple[str, ...]]
"""A Content-Security-Policy: sources for each directive."""


class SiteRequest(WSGIRequest):
    """A request that came through the server, and so has its `environ`."""


class SiteResponse(HttpResponse):
    """A response, with what its view says to the middleware. For `cast`: none is ever made."""

    _csp_config: Policy
    _shared_page: bool


def signed_in_user(request: HttpRequest) -> "AbstractBaseUser":
    """Return who acts, behind a guard that lets no stranger in. Refuse if there was none."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
