"""The catalogue in tables: a copy for the admin and for reports, and the switches of services."""

from collections.abc import Iterator

from cookie_consent.models import Cookie, CookieGroup
from django.db import transaction

from privacy.consent.models import ServiceSwitch
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import COOKIE, Group


@transaction.atomic
def sync_catalogue() -> int:
    """Write the catalogue into django-cookie-consent's tables; return how many rows changed.

    The tables are a view for the admin and for reports: nothing that decides reads them.
    """
    gone = CookieGroup.objects.exclude(varname__in=[g.key for g in GROUPS])
    changed: int = gone.delete()[0]
    for position, group in enumerate(GROUPS):
        values = {
            "name": group.name,
            "description": group.purpose,
            "is_required": group.required,
            "is_deletable": not group.required,
            "ordering": position,
        }
        row, created = CookieGroup.objects.get_or_create(varname=group.key, defaults=values)
        if not created and any(getattr(row, name) != value for name, value in values.items()):
            CookieGroup.objects.filter(pk=row.pk).update(**values)
            created = True
        changed += int(created) + _sync_cookies(row, group)
    return changed


@transaction.atomic
def sync_switches() -> int:
    """Give every third party of the catalogue its row, switched off; return how many are new."""
    known = set(ServiceSwitch.objects.values_list("key", flat=True))
    wanted = {s.key for group in GROUPS for s in group.services if s.identifier}
    ServiceSwitch.objects.exclude(key__in=wanted).delete()
    new = ServiceSwitch.objects.bulk_create(ServiceSwitch(key=key) for key in wanted - known)
    return len(new)


def _rows_of(group: Group) -> Iterator[tuple[str, str, str, str]]:
    for service in group.services:
        for item in service.items:
            if item.kind == COOKIE:
                yield item.shown_name, item.foreign, item.path, f"{service.name}: {item.purpose}"


def _sync_cookies(row: CookieGroup, group: Group) -> int:
    wanted: dict[tuple[str, str], tuple[str, str]] = {}
    for name, domain, path, purpose in _rows_of(group):
        wanted.setdefault((name, domain), (path, purpose))
    changed = 0
    for cookie in Cookie.objects.filter(cookiegroup=row):
        values = wanted.pop((cookie.name, cookie.domain), None)
        if values is None:
            cookie.delete()
        elif values != (cookie.path, cookie.description):
            Cookie.objects.filter(pk=cookie.pk).update(path=values[0], description=values[1])
        else:
            continue
        changed += 1
    for (name, domain), (path, purpose) in wanted.items():
        Cookie.objects.create(
            cookiegroup=row, name=name, domain=domain, path=path, description=purpose
        )
        changed += 1
    return changed
