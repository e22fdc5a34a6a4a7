"""Columns of e-mail addresses: nothing but the one spelling of a mailbox (law 15)."""

from typing import Any

from django import forms
from django.db import models

from sens_site.lib.email_address import ADDRESS_MAX, as_stored, canonical
from sens_site.lib.forms.fields import EmailAddressField, validate_address


class CanonicalEmailField(models.EmailField[str, str]):
    """A column of canonical addresses: whatever writes it and whatever looks it up.

    Saving what is no address raises AddressError; looking one up finds nothing.
    """

    default_validators = [validate_address]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", ADDRESS_MAX)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Keep the length in migrations: `EmailField` takes its own as known."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "max_length": self.max_length}

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return the canonical spelling."""
        return as_stored(super().clean(value, model_instance))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Write the canonical spelling into the row and into the object."""
        value = getattr(model_instance, self.attname)
        if value:
            value = canonical(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        """Ask the database by the canonical spelling."""
        prepared = super().get_prep_value(value)
        return as_stored(prepared) if isinstance(prepared, str) and prepared else prepared

    def formfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        """Let admin forms refuse in the same words."""
        return super().formfield(*args, **{"form_class": EmailAddressField, **kwargs})
