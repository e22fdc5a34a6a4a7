"""What a page reports of itself, read strictly, and the two numbers that the browser brings."""

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from visits.models import HOST_MAX, PATH_MAX
from visits.page_token import path_in

HOST = re.compile(r"(?![0-9.]+\Z)[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
"""The name of a site. A bare IP address is none: it may be somebody's own."""
NUMBER = re.compile(r"[0-9a-f]{32}")
FIELDS = frozenset({"page", "from", "seconds"})


@dataclass(frozen=True, slots=True)
class Report:
    """A page is seen (`seconds` 0), or was in view for so many seconds."""

    path: str
    referring_host: str
    seconds: int

    @classmethod
    def read(cls, request: HttpRequest) -> Self:
        """Read a report. Raises BadRequest for what no page of ours sends."""
        data = request.POST
        if not FIELDS.issuperset(data) or any(len(data.getlist(name)) != 1 for name in data):
            raise BadRequest("A field that our pages do not send.")
        seconds = data.get("seconds", "0")
        if not re.fullmatch(r"[0-9]{1,6}", seconds):
            raise BadRequest("No number of seconds.")
        try:
            path = path_in(data.get("page", ""))
        except ValueError as error:
            raise BadRequest(str(error)) from error
        if len(path) > PATH_MAX:
            raise BadRequest("An address that is too long to be counted.")
        return cls(path, _host(request, data.get("from", "")), int(seconds))


def _host(request: HttpRequest, name: str) -> str:
    """Return the name of another site's host; nothing for ours, and for what is no name."""
    host = name.lower()
    own = request.get_host().partition(":")[0]
    return host if len(host) <= HOST_MAX and HOST.fullmatch(host) and host != own else ""


def number_in(request: HttpRequest, cookie: str) -> UUID | None:
    """Return the number that a cookie holds, if it is one that we set."""
    value = request.COOKIES.get(cookie, "")
    return UUID(hex=value) if NUMBER.fullmatch(value) else None
