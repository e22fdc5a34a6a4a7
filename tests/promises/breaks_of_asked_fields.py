"""Breaks of what forms ask on pages that few open: who has proven it, who comes by a mailed link."""

from typing import Any

from django import forms

from sens_site.lib.forms.fields import LineField
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def _asks_also(hand: Hand, form: Any, name: str, label: str) -> None:
    fields = {**form.base_fields, name: LineField(label=label, max_length=60, required=False)}
    hand.patch.setattr(form, "base_fields", fields)


@breaks("information.business-card", "rights.eea-may-ask")
def a_country_of_a_member_who_uses_a_right(hand: Hand) -> None:
    from privacy.rights.forms import OwnRequestForm

    _asks_also(hand, OwnRequestForm, "country", "Country in which you live (optional)")


@breaks("information.business-card")
def a_union_of_a_member_who_uses_a_right(hand: Hand) -> None:
    from privacy.rights.forms import OwnRequestForm

    _asks_also(hand, OwnRequestForm, "belongs_to", "Trade union (optional)")


@breaks("information.business-card")
def a_country_that_stands_in_no_class(hand: Hand) -> None:
    from privacy.rights.forms import OwnRequestForm

    def drawn_with_more(self: Any, *args: Any, **kwargs: Any) -> None:
        super(OwnRequestForm, self).__init__(*args, **kwargs)
        self.fields["where"] = forms.CharField(label="Where you live", required=False)

    hand.routes = frozenset({"accounts:ask"})
    hand.patch.setattr(OwnRequestForm, "__init__", drawn_with_more)


@breaks("information.business-card")
def a_religion_that_staff_write_down(hand: Hand) -> None:
    from privacy.rights.forms import EntryForm

    _asks_also(hand, EntryForm, "believes", "Religion or belief, if known")


@breaks("information.business-card", measured=True)
def a_company_of_who_changes_topics_by_a_mailed_link(hand: Hand) -> None:
    from newsletter.forms import TopicsForm

    hand.routes = frozenset({"newsletter:sign_up", "newsletter:preferences"})
    _asks_also(hand, TopicsForm, "company", "Company (optional)")


@breaks("information.business-card", way=Way.CONFIGURATION)
def a_telephone_number_of_who_types_the_code(hand: Hand) -> None:
    hand.routes = frozenset({"newsletter:sign_up", "newsletter:code"})
    number = '<form method="post"><input type="tel" name="phone" aria-label="Phone"></form>'
    hand.template("newsletter/code.html", ("{% crispy form %}", "{% crispy form %}" + number))
