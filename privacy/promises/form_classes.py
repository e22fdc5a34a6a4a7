"""The forms that the code has, whether a look at the pages meets them or not."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.forms import BaseForm

from sens_site.lib.forms.base import SiteForm


def every_class_of_forms() -> list[type[SiteForm]]:
    """Return each form of the rooms that visitors and members fill in; those of the desk are none."""
    return [one for one in _of_our_rooms(SiteForm) if issubclass(one, SiteForm)]


def every_class_for_staff() -> list[type[BaseForm]]:
    """Return each form of the rooms that is none of those: what staff write down about people."""
    return [one for one in _of_our_rooms(BaseForm) if not issubclass(one, SiteForm)]


def _of_our_rooms(kind: type[BaseForm]) -> Iterator[type[BaseForm]]:
    ours = (one for one in apps.get_app_configs() if "site-packages" not in Path(one.path).parts)
    rooms = tuple(f"{one.name}." for one in ours)
    return (one for one in _below(kind) if one.__module__.startswith(rooms))


def _below(kind: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)
