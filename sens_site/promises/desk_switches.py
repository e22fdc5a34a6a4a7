"""A promise about the desk: no service of another firm is switched on before its terms are entered.

Each service that is known is tried with each thing missing, by the form that the desk has for it; and
the pages of two, one with a tag and one that is embedded, are sent the number alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.utils import timezone

from privacy.consent.models import ServiceSwitch
from privacy.consent.promises.all_services_on import KNOWN, NOBODYS
from privacy.datamap.promises.vendors import on_record
from privacy.policy.promises.record import in_force
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from sens_site.promises.access import TOKEN, played_member

AGREEMENT = ("agreement_signed_on", "agreement_file")
TERMS: Mapping[str, str] = {
    "agreement_signed_on": "2026-03-04",
    "transfer": "clauses",
    "decided_by": "A check of the promises",
}
"""The day of the agreement, the ground of the transfer, and who decided; the agreement is a file."""
NOTHING = {"agreement": None, "agreement_name": "", "agreement_signed_on": None,
           "decided_by": "", "identifier": "", "transfer": ""}  # fmt: skip


@promise("vendors.agreements", look=Look.REHEARSAL)
def no_vendor_is_switched_on_without_its_terms(site: RunningSite) -> Evidence:
    """Each service, of whatever kind, with each thing missing; complete, where the policy names its firm."""
    text, tried = in_force().source_text, 0
    by_sort: dict[bool, _OfTheDesk] = {}
    with site.rehearsal():
        ServiceSwitch.objects.update(**NOTHING)
        rows = {row.key: row for row in ServiceSwitch.objects.all()}
        require(rows.keys() == NOBODYS.keys(), "the desk has other services than those known")
        staff = played_member(site, [], is_superuser=True)
        staff.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        for key, row in rows.items():
            named = KNOWN[key].maker in text
            form = _OfTheDesk(row)
            complete = form.sent(TERMS, with_file=True).is_valid()
            said = "refuses" if named else "takes, though the policy does not name its firm,"
            require(complete is named, f"the desk {said} {key} with all that is to be entered")
            if not named:
                continue
            for name, incomplete in _incomplete(form, _wanted(key)):
                refused = not incomplete.is_valid() and name in incomplete.errors
                require(refused, f"the desk takes {key} without its {incomplete[name].label}")
                tried += 1
            by_sort[KNOWN[key].embedded] = form
        for form in by_sort.values():
            _stays_off(staff, form)
    return Evidence(
        "Played through for this check: at the desk no service of another firm was switched on before "
        "the day and the text of the agreement, the ground of the transfer and who decided were "
        "entered, and none whose firm the policy does not name.",
        {"services": len(rows), "forms with something missing": tried},
    )


class _OfTheDesk:
    """The form of the desk for one service that is off, as somebody sends it who has just opened its page."""

    def __init__(self, row: ServiceSwitch) -> None:
        self.row = row
        self.page = f"/admin/consent/serviceswitch/{row.pk}/change/"
        request = HttpRequest()
        request.user = get_user_model()(is_active=True, is_staff=True, is_superuser=True)
        desk = admin.site.get_model_admin(ServiceSwitch)
        self.kind: Any = desk.get_form(request, row, change=True)
        self.number = {"identifier": NOBODYS[row.key], "edit_stamp": self._fresh().stamp}

    def _fresh(self, *typed: Any) -> Any:
        row = ServiceSwitch(pk=self.row.pk, key=self.row.key, **NOTHING)
        return self.kind(*typed, instance=row)

    def sent(self, typed: Mapping[str, str], *, with_file: bool) -> Any:
        file = SimpleUploadedFile("Agreement.pdf", b"%PDF-1.7 of nobody")
        return self._fresh({**self.number, **typed}, {"agreement_file": file} if with_file else {})


def _wanted(key: str) -> tuple[str, ...]:
    """Return what has to be entered: an agreement that is on record with the firm is there already."""
    agreed = [v for v in on_record() if KNOWN[key].maker in v.firm and (v.agreed_on or v.exception)]
    return ("transfer", "decided_by", *(() if agreed else AGREEMENT))


def _incomplete(form: _OfTheDesk, wanted: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield the form with each thing missing, and with an agreement that is not signed yet."""
    for name in wanted:
        typed = {one: words for one, words in TERMS.items() if one != name}
        yield name, form.sent(typed, with_file=name != "agreement_file")
    tomorrow = timezone.localdate() + timedelta(days=1)
    coming = {**TERMS, "agreement_signed_on": tomorrow.isoformat()}
    yield "agreement_signed_on", form.sent(coming, with_file=True)


def _stays_off(staff: Visitor, form: _OfTheDesk) -> None:
    """Require that the page comes again to who sends the number alone."""
    answer = staff.post(form.page, {**form.number, "csrfmiddlewaretoken": TOKEN})
    off = ServiceSwitch.objects.filter(pk=form.row.pk, identifier="").exists()
    refused = answer.status in (200, 422) and off
    require(refused, f"the desk answers {answer.status} to the number of {form.row.key} alone")
