"""What an objection switches off at once, before anybody at the desk has read it.

The rooms that hold what can be switched off register here; this part knows none of them. They are
told as soon as it is shown who objects, or when staff answer: before that, a stranger who types
somebody's address into the form would decide for them.
"""

from collections.abc import Callable

from privacy.datamap.subjects import Subject
from privacy.rights.choices import Kind
from privacy.rights.models import SubjectRequest

Heed = Callable[[Subject], None]
_heeds: dict[str, Heed] = {}


def register_objection(name: str, heed: Heed) -> None:
    """Have something switched off for a person who objects."""
    _heeds[name] = heed


def heed_objection(request: SubjectRequest) -> None:
    """Switch off what a person objects to, if the request is an objection and names one."""
    if request.kind != Kind.OBJECTION or not request.email:
        return
    subject = request.subject
    for heed in _heeds.values():
        heed(subject)
