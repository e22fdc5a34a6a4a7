"""What each page of the desk asks about who opens it: their rights, and their second factor.

Django writes the SQL of a query anew each time, which costs more than the database takes to answer
it. These differ by one number only, so each is written once for each kind of database.
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

_SOME_NUMBER = -1
_written: dict[tuple[str, str], tuple[str, tuple[Any, ...]]] = {}


def _rights(permissions: QuerySet[Permission]) -> QuerySet[Any, Any]:
    return permissions.values_list("content_type__app_label", "codename").order_by()


_QUERIES: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "all": lambda: _rights(Permission.objects.all()),
    "user": lambda: _rights(Permission.objects.filter(user=_SOME_NUMBER)),
    "group": lambda: _rights(Permission.objects.filter(group__user=_SOME_NUMBER)),
    "app": lambda: Authenticator.objects.filter(
        user=_SOME_NUMBER, type=Authenticator.Type.TOTP
    ).values_list("pk"),
}


def rights_of(person: Any, source: str) -> set[str]:
    """Return the rights of a user that they have by themselves ("user") or by roles ("group")."""
    rows = _rows("all" if person.is_superuser else source, person.pk)
    return {f"{app}.{name}" for app, name in rows}


def has_app(number: int) -> bool:
    """Tell whether the user with this number has set up an authenticator app."""
    return bool(_rows("app", number))


def _rows(name: str, number: int) -> list[tuple[Any, ...]]:
    connection = connections[DEFAULT_DB_ALIAS]
    known = name, connection.vendor
    if known not in _written:
        sql, params = _QUERIES[name]().query.sql_with_params()
        _written[known] = sql, tuple(params)
    sql, params = _written[known]
    with connection.cursor() as cursor:
        cursor.execute(sql, [number if one == _SOME_NUMBER else one for one in params])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
