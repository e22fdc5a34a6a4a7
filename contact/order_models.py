"""The list of orders that the company has loaded, as far as somebody may see it."""

from datetime import datetime

from django.db import models
from django.db.models import F
from django.utils import timezone

from contact.departments import DETAIL_MAX
from privacy.datamap.subjects import Subject
from sens_site.lib.email_field import CanonicalEmailField


class OrderStateQuerySet(models.QuerySet["OrderState"]):
    """Reads over the list of orders."""

    def of(self, subject: Subject) -> "OrderStateQuerySet":
        """Return the orders that are addressed to an address that a person has confirmed."""
        own = self.filter(email__in=sorted(subject.addresses))
        return own.order_by(F("ordered_on").desc(nulls_last=True), "pk")

    def listed_at(self) -> datetime | None:
        """Return when the list was loaded, or None where there is none."""
        return self.order_by("-listed_at").values_list("listed_at", flat=True).first()


class OrderState(models.Model):
    """What the company's order system said of an order, for one address that may see it."""

    order_number = models.CharField(max_length=DETAIL_MAX)
    email = CanonicalEmailField("email", max_length=254)
    state = models.CharField(max_length=DETAIL_MAX)
    ordered_on = models.DateField("ordered", null=True)
    ships_on = models.DateField("ships", null=True)
    shipped_on = models.DateField("shipped", null=True)
    listed_at = models.DateTimeField(default=timezone.now)

    objects = OrderStateQuerySet.as_manager()

    class Meta:
        verbose_name = "state of an order"
        verbose_name_plural = "states of orders"
        constraints = [
            models.UniqueConstraint(fields=["email", "order_number"], name="contact_order_once")
        ]

    def __str__(self) -> str:
        return f"State of order {self.pk}"
