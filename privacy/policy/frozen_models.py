"""What rows that are added once, and never changed, have in common."""

from typing import Any, NoReturn

from django.db import IntegrityError, models


class SealedError(IntegrityError):
    """Something tried to change what is frozen. The database guards raise the parent class."""


class FrozenQuerySet(models.QuerySet[Any]):
    """Rows that are added and then only read. The database refuses too; this refuses earlier."""

    def _refuse(self) -> NoReturn:
        raise SealedError(f"{self.model._meta.verbose_name_plural} are never changed or deleted")

    def update(self, **kwargs: Any) -> int:
        """Refuse."""
        self._refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        self._refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refuse."""
        self._refuse()

    def update_or_create(self, *args: Any, **kwargs: Any) -> tuple[Any, bool]:
        """Refuse."""
        self._refuse()

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Add rows, but never through an upsert."""
        if kwargs.get("update_conflicts"):
            self._refuse()
        return super().bulk_create(*args, **kwargs)


class FrozenModel(models.Model):
    """A row that is added once and never changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to update."""
        if not self._state.adding:
            raise SealedError(f"{self} can never be changed")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise SealedError(f"{self} can never be deleted")
