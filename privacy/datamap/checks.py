"""System checks over the data map: one id for each way in which it can be wrong.

They read code and model classes only, and so run at every start, in milliseconds. What the version
in force says, which stands in the database, is compared by the promises.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import (
    CASCADE,
    PROTECT,
    RESTRICT,
    SET_NULL,
    EmailField,
    FileField,
    ForeignKey,
    GenericIPAddressField,
    Model,
)

from privacy.datamap.models import Erasure
from privacy.datamap.periods import NO_PERIOD, periods_in
from privacy.datamap.registry import Entry, Keep, concrete_fields, entries, is_installed, stores
from privacy.datamap.replay import pending, unknown_to_ledger
from privacy.datamap.terms import OnErase

TAG = "datamap"


def problem(number: str, message: str, hint: str, obj: Any = None) -> checks.CheckMessage:
    """Return one finding under its id."""
    return checks.Error(message, hint=hint, obj=obj, id=f"datamap.{number}")


@checks.register(TAG)
def check_map(**kwargs: Any) -> list[checks.CheckMessage]:
    """Look at the whole map."""
    found: list[checks.CheckMessage] = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        entry = entries().get(model._meta.label)
        if entry is None:
            found.append(_unclassified_model(model))
        else:
            found += check_entry(entry)
    found += [
        problem(
            "E102",
            f"The data map classifies {label}, which is not installed.",
            f"Remove classify({label!r}, …).",
        )
        for label in sorted(entries())
        if not is_installed(label)
    ]
    found += check_stores()
    return found


def _unclassified_model(model: type[Model]) -> checks.CheckMessage:
    names = ", ".join(repr(field.name) for field in concrete_fields(model))
    return problem(
        "E101",
        f"{model._meta.label} is not in the data map.",
        f"In {model._meta.app_config.name.replace('.', '/')}/data_map.py, classify it, or paste: "
        f"not_about_people({model._meta.label!r}, 'why it is about nobody', {names})",
        model,
    )


def check_entry(entry: Entry) -> list[checks.CheckMessage]:
    """Look at the classification of one installed model."""
    return [
        *_columns(entry),
        *_reasons(entry),
        *_called_like_people(entry),
        *_retention(entry),
        *_paths(entry),
        *_cascades(entry),
        *_files(entry),
    ]


def _columns(entry: Entry) -> Iterator[checks.CheckMessage]:
    present = {field.name for field in concrete_fields(entry.model)}
    for name in sorted(present - set(entry.columns)):
        yield problem(
            "E101",
            f"The column {entry.label}.{name} is not in the data map.",
            f"In the data_map.py that classifies {entry.label}, add to its fields: "
            f'"{name}": personal(Category.CONTACT) or "{name}": not_personal("why")',
            entry.model,
        )
    for name in sorted(set(entry.columns) - present):
        yield problem(
            "E102",
            f"The data map classifies {entry.label}.{name}, which does not exist.",
            f'Remove "{name}" from the fields of classify("{entry.label}", …).',
            entry.model,
        )


def _reasons(entry: Entry) -> Iterator[checks.CheckMessage]:
    for name, column in sorted(entry.columns.items()):
        if not column.personal and not column.reason.strip():
            yield problem(
                "E109",
                f"{entry.label}.{name} is called not personal without a reason.",
                'Write not_personal("why it says nothing about a person").',
                entry.model,
            )


LIKE_PEOPLE = frozenset({
    "address", "customer", "email", "fax", "firstname", "forename", "ip", "lastname", "mail", "mobile",
    "nickname", "person", "phone", "postcode", "subscriber", "surname", "tel", "telephone", "user",
    "useragent", "username", "visitor", "zip", "zipcode",
})  # fmt: skip
"""Words of column names that speak of a person, wherever they stand."""
NAMES = frozenset(
    ["family_name", "first_name", "full_name", "given_name", "last_name", "real_name"]
)
"""Columns whose words say so only together."""
NEVER_HELD = frozenset({
    "biometric", "birth", "birthdate", "birthday", "citizenship", "confession", "disability", "dob",
    "ethnic", "ethnicity", "faith", "gender", "genetic", "health", "income", "marital", "nationality",
    "passport", "politics", "race", "religion", "religious", "salary", "sex", "sexual", "ssn",
    "union",
})  # fmt: skip
"""Words of column names for what the policy names in no group, most of it of GDPR Article 9."""


def _called_like_people(entry: Entry) -> Iterator[checks.CheckMessage]:
    """A column that is called like something personal is not waved through by its classification."""
    for field in concrete_fields(entry.model):
        column = entry.columns.get(field.name)
        words = set(field.name.lower().split("_"))
        if words & NEVER_HELD:
            yield problem(
                "E115",
                f"{entry.label}.{field.name} is called like something that no policy names.",
                "Do not hold it; or give the column another name if it is something else.",
                entry.model,
            )
        elif column is None or column.personal or column.staff:
            continue
        elif (
            words & LIKE_PEOPLE
            or field.name.lower() in NAMES
            or isinstance(field, EmailField | GenericIPAddressField)
        ):
            yield problem(
                "E115",
                f"{entry.label}.{field.name} is called not personal, and is called like people.",
                f'Classify it: "{field.name}": personal(Category.CONTACT).',
                entry.model,
            )
        elif isinstance(field, ForeignKey) and _is_of_people(field):
            yield problem(
                "E115",
                f"{entry.label}.{field.name} is called not personal, and points to an account.",
                "Classify it as personal(…) or staff_link(…), or let it be cut off by "
                "on_delete=SET_NULL.",
                entry.model,
            )


def _is_of_people(field: "ForeignKey[Any, Any]") -> bool:
    accounts = field.remote_field.model._meta.label == settings.AUTH_USER_MODEL
    return accounts and field.remote_field.on_delete is not SET_NULL


def _retention(entry: Entry) -> Iterator[checks.CheckMessage]:
    if not entry.personal:
        return
    if not entry.keep:
        yield problem(
            "E103",
            f"{entry.label} holds personal information and has no retention rule.",
            'Add keep=Keep("retention.messages", Period(months=24), after="closed_at").',
            entry.model,
        )
    for keep in entry.keep:
        yield from _clock(entry.label, keep)
    if entry.activity is None:
        yield problem(
            "E103",
            f"{entry.label} holds personal information and belongs to no processing activity.",
            "Add activity=…, which names its purpose, source and recipients.",
            entry.model,
        )


def _clock(label: str, keep: Keep) -> Iterator[checks.CheckMessage]:
    """A period has one number, which the words are made from and the purge counts by."""
    has_period = keep.period != NO_PERIOD
    faults = {
        "types a period, which the purge does not know": bool(periods_in(keep.said)),
        "types words beside a period, which makes its own": bool(keep.said) and has_period,
        "says no period": not keep.words,
        "counts an age, and does not say up to which": bool(keep.after) and not has_period,
        "has two clocks": bool(keep.after) and bool(keep.until),
    }
    for fault in (words for words, found in faults.items() if found):
        yield problem(
            "E114",
            f"A retention rule of {label} {fault}.",
            "Write Keep(promise, Period(months=24), since=…, after=…); said=… is for what has no "
            "number.",
        )


def _resolves(model: type[Model], path: str) -> bool:
    for part in path.split("__"):
        if part == "pk":
            return True
        try:
            found = model._meta.get_field(part)
        except FieldDoesNotExist:
            return False
        if isinstance(found.related_model, type):
            model = found.related_model
    return True


def _paths(entry: Entry) -> Iterator[checks.CheckMessage]:
    if not entry.personal:
        return
    if not entry.subject:
        yield problem(
            "E108",
            f"No path leads from a row of {entry.label} to the person it is about.",
            'Add subject=ByUser("user") or subject=ByAddress("email").',
            entry.model,
        )
    lookups = [lookup for path in entry.subject for lookup in path.lookups]
    # What `rows` annotates is no field, and is tried by every purge.
    lookups += [keep.clock for keep in entry.keep if keep.clock and not keep.rows]
    lookups += [name for keep in entry.keep for name in (*keep.where, *keep.blank)]
    for lookup in lookups:
        if not _resolves(entry.model, lookup.split("__isnull")[0].split("__in")[0]):
            yield problem(
                "E108",
                f"{entry.label} has no field {lookup}, by which the data map looks.",
                "Name a field of the model, or a path over its relations.",
                entry.model,
            )


def _cascades(entry: Entry) -> Iterator[checks.CheckMessage]:
    """A row that stays after an erasure must not hang on one that goes."""
    for field in concrete_fields(entry.model):
        if not isinstance(field, ForeignKey):
            continue
        target = entries().get(field.remote_field.model._meta.label)
        if target is None or not target.personal or target.on_erase is not OnErase.DELETE:
            continue
        on_delete = field.remote_field.on_delete
        column = entry.columns.get(field.name)
        goes = entry.on_erase is OnErase.DELETE and entry.personal
        staff = column is not None and column.staff
        if on_delete is CASCADE and (not goes or staff) and entry.erase is None:
            yield problem(
                "E110",
                f"{entry.label} stays after an erasure, but goes when {target.label} goes: "
                f"{field.name} has on_delete=CASCADE.",
                "Use on_delete=SET_NULL, or let the erasure delete the row.",
                entry.model,
            )
        if on_delete in (PROTECT, RESTRICT) and not goes:
            yield problem(
                "E110",
                f"{entry.label} stays after an erasure and keeps {target.label} from going: "
                f"{field.name} has on_delete={on_delete.__name__}.",
                "Use on_delete=SET_NULL, or let the erasure delete the row.",
                entry.model,
            )


def _files(entry: Entry) -> Iterator[checks.CheckMessage]:
    if not entry.personal or entry.files is not None:
        return
    for field in concrete_fields(entry.model):
        if isinstance(field, FileField) and entry.columns[field.name].personal:
            yield problem(
                "E111",
                f"{entry.label}.{field.name} names a file that an erasure would leave behind.",
                "Add files=… to its classification: a function that names the files of rows.",
                entry.model,
            )


def check_stores() -> list[checks.CheckMessage]:
    """A store says how it is searched and erased, or why it cannot be."""
    found = [
        problem(
            "E113",
            f"The store {store.name} does not say how it is searched and erased.",
            "Give find=… and erase=…, or a reason why it has none.",
        )
        for store in stores().values()
        if not store.reason.strip() and (store.find is None or store.erase is None)
    ]
    for store in stores().values():
        found += _clock(f"the store {store.name}", store.keep)
    return found


@checks.register(checks.Tags.database)
def check_ledger(**kwargs: Any) -> list[checks.CheckMessage]:
    """W101, W102: the erasure ledger and the database know of the same erasures.

    Runs with `migrate`, which is part of every start, and with `check --database default`.
    """
    if "default" not in (kwargs.get("databases") or []):
        return []
    if Erasure._meta.db_table not in connections["default"].introspection.table_names():
        return []
    found: list[checks.CheckMessage] = []
    if waiting := len(pending()):
        found.append(
            checks.Warning(
                f"{waiting} erasures of the ledger are unknown to this database.",
                hint="If a backup was restored, run: manage.py replay_erasures",
                id="datamap.W101",
            )
        )
    if lost := unknown_to_ledger():
        found.append(
            checks.Warning(
                f"{lost} erasures of this database are missing in the ledger.",
                hint="Find or restore the file that ERASURE_LEDGER names.",
                id="datamap.W102",
            )
        )
    return found
