"""Breaks of the desk where services of other firms are switched on before their terms are entered."""

from typing import Any

from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def _clean(hand: Hand, instead: Any) -> None:
    """Have the form of the desk clean otherwise; it is given the old way."""
    from privacy.consent.admin import SwitchForm

    old = SwitchForm.clean
    hand.patch.setattr(SwitchForm, "clean", lambda form: instead(form, old))


@breaks("vendors.agreements")
def an_embedded_service_that_needs_no_terms(hand: Hand) -> None:
    from privacy.consent.offer.loading import SERVICES

    def clean(form: Any, old: Any) -> Any:
        return form.cleaned_data if SERVICES[form.instance.key].embed else old(form)

    _clean(hand, clean)


@breaks("vendors.agreements")
def one_tag_whose_transfer_has_no_ground(hand: Hand) -> None:
    def clean(form: Any, old: Any) -> Any:
        cleaned = old(form)
        if form.instance.key == "google-ads":
            form.errors.pop("transfer", None)
        return cleaned

    _clean(hand, clean)


@breaks("vendors.agreements")
def an_agreement_that_is_still_to_be_signed(hand: Hand) -> None:
    from privacy.consent.admin import SwitchForm

    hand.patch.setattr(
        SwitchForm,
        "clean_agreement_signed_on",
        lambda form: form.cleaned_data["agreement_signed_on"],
    )


@breaks("vendors.agreements")
def a_page_of_the_desk_that_does_not_wait_for_its_form(hand: Hand) -> None:
    from privacy.consent.admin import ServiceSwitchAdmin
    from privacy.consent.models import ServiceSwitch

    old = ServiceSwitchAdmin.changeform_view

    def change(self: Any, request: Any, object_id: Any = None, *args: Any, **kwargs: Any) -> Any:
        if request.POST.get("identifier"):
            rows = ServiceSwitch.objects.filter(pk=object_id)
            rows.update(identifier=request.POST["identifier"])
        return old(self, request, object_id, *args, **kwargs)

    hand.patch.setattr(ServiceSwitchAdmin, "changeform_view", change)
