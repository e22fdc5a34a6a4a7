"""A person, a neighbour and somebody who is easily taken for the person, each in every table.

They say what they say by the forms of the site. Where no form leads to a table that points to
accounts, a row is made in it from the table itself, so that a new one is never forgotten.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db.models import Field, Model
from django.utils import timezone

from privacy.consent.promises.all_services_on import choose
from privacy.datamap.promises.raw_rows import Database, Rows
from privacy.datamap.subjects import Subject, subject_of
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite, Visitor

WORDS = {"CharField", "TextField", "SlugField", "EmailField"}
STEPS = 3
"""How far off a row may hang on an account: a request, what happened to it, the note of that."""
NUMBERS = {
    "IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField",
    "PositiveSmallIntegerField", "PositiveBigIntegerField", "BooleanField", "FloatField",
}  # fmt: skip


@dataclass
class Played:
    """Somebody made up. Every word of theirs begins with the mark, which stands nowhere else."""

    site: RunningSite
    mark: str = field(default_factory=lambda: f"check{secrets.token_hex(5)}")
    said: dict[str, str] = field(default_factory=dict)
    """What they have told, by where."""

    def __post_init__(self) -> None:
        self.email = f"{self.mark}@example.com"
        # As it is stored: nobody logs in with it, and hashing one costs a tenth of a second.
        self.password = f"{self.mark}-secret"
        self.user: Any = get_user_model().objects.create(
            username=f"{self.mark}-user", email=self.email, password=self.password
        )
        self.said |= {"username": self.user.username, "email": self.email}
        self.visitor, elsewhere = self.site.visitor(), self.site.visitor()
        for visitor in (self.visitor, elsewhere):
            visitor.sign_in(self.user)
        self._confirm_addresses()
        self._use_the_site(self.visitor)
        self._be_written_about()
        self._fill_what_is_empty()

    def _confirm_addresses(self) -> None:
        addresses = apps.get_model("account", "EmailAddress").objects
        addresses.create(user=self.user, email=self.email, verified=True, primary=True)

    def word(self, where: str) -> str:
        """Return a new word of the person, and remember it."""
        self.said[where] = f"{self.mark}-{where}"
        return self.said[where]

    def _use_the_site(self, visitor: Visitor) -> None:
        profile = {name: self.word(name) for name in ("name", "company", "position", "phone")}
        self._sends(visitor, "/accounts/profile/", {**profile, "marketing": "on"})
        choose(visitor, "reject")
        message = {"name": self.word("sender"), "email": self.email, "phone": self.word("mobile")}
        self._sends(
            self.site.visitor(),
            "/contact/webmaster/",
            {**message, "message": self.word("message"), "wants_contact": "on"},
        )
        asked = {"kind": "access", "name": self.word("asker"), "email": self.email}
        self._sends(
            self.site.visitor(), "/privacy/choices/", {**asked, "text": self.word("request")}
        )

    def _sends(self, visitor: Visitor, path: str, data: dict[str, str]) -> None:
        answer = visitor.fill_in(path, data)
        require(answer.status == 303, f"{path} answers {answer.status} to what is in order")

    def _be_written_about(self) -> None:
        EmailMessage(self.word("subject"), self.mark, to=[self.email]).send()
        desk = f"desk-{secrets.token_hex(5)}"
        LogEntry.objects.create(
            user=get_user_model().objects.create_user(username=desk, email=f"{desk}@example.com"),
            content_type=ContentType.objects.get_for_model(get_user_model()),
            object_id=str(self.user.pk),
            object_repr=self.user.username,
            action_flag=CHANGE,
            change_message=f"Changed email to {self.email}",
        )

    def _fill_what_is_empty(self) -> None:
        """Make a row in each table that belongs to a row of the person and has none of theirs."""
        database = Database.as_it_stands()
        all(self._fill_more(database) for _ in range(STEPS))  # until nothing is left to be filled

    def _fill_more(self, database: Database) -> int:
        rows, made = self.rows(database), 0
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            links = [one for one in model._meta.concrete_fields if self._whose(one, rows)]
            if links and table not in rows and model is not LogEntry:
                made += self._row_in(model, rows)
        return made

    def _row_in(self, model: type[Model], rows: Rows) -> bool:
        """Store a row past the rules of its model, as it is not to be judged. Tell whether it did.

        Where a site has nothing to which it could point (no document), nobody has such a row.
        """
        values = {
            one.attname: value
            for one in model._meta.concrete_fields
            if not one.primary_key or one.get_internal_type() in WORDS
            for value in [self._value(one, rows)]
            if value is not None
        }
        needed = {
            one.attname for one in model._meta.concrete_fields if one.is_relation and not one.null
        }
        if needed <= values.keys():
            model(**values).save_base(raw=True, force_insert=True)
        return needed <= values.keys()

    def _whose(self, column: Any, rows: Rows) -> Any:
        """Return the key of the person's row to which a column points.

        What may be empty says who dealt with a row, and not whose it is.
        """
        if not column.is_relation or column.null:
            return None
        if column.related_model is get_user_model():
            return self.user.pk
        return next(iter(rows.get(column.related_model._meta.db_table, ())), None)

    def _value(self, column: Field[Any, Any], rows: Rows) -> Any:
        """Return something that a column takes: a word of the person where it takes words."""
        kind = column.get_internal_type()
        if column.is_relation:
            target: Any = column.related_model
            others = target._base_manager.order_by("pk").values_list("pk", flat=True)
            return None if column.null else self._whose(column, rows) or others.first()
        if column.null or column.choices:
            return None if column.null else next(iter(dict(column.flatchoices)))
        if kind in WORDS:
            return f"{self.mark}-{column.name}"[: column.max_length]
        made: dict[str, Any] = {
            "DateTimeField": timezone.now(),
            "DateField": timezone.localdate(),
            "JSONField": {"of": self.mark},
            "BinaryField": self.mark.encode(),
        }
        return made.get(kind, 1 if kind in NUMBERS else None)

    @property
    def subject(self) -> Subject:
        """The person, as export and erasure know somebody."""
        return subject_of(self.user)

    def rows(self, database: Database) -> Rows:
        """Return the rows of the person, as the database stands."""
        table = get_user_model()._meta.db_table
        return database.of_person(self.user.pk, table, [self.mark])


def is_a_moment(value: object) -> bool:
    """Tell whether a value is a day or a time, which each database writes in its own way."""
    return isinstance(value, datetime | date)
