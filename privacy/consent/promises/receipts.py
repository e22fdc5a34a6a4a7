"""The promise about how long proof of consent is kept."""

from datetime import timedelta

from django.utils import timezone

from outbox.jobs import registered_jobs
from privacy.consent.models import KEEP_DAYS, ConsentReceipt
from privacy.consent.promises.all_services_on import choose
from privacy.consent.promises.choices import receipt_of
from privacy.consent.receipt_chain import seal_receipts
from privacy.promises.registry import Evidence, promise, require
from privacy.promises.running_site import RunningSite


@promise("retention.consent-receipts")
def receipts_go_after_three_years(site: RunningSite) -> Evidence:
    """A sealed receipt whose time is over is purged, a younger one is not."""
    require(any(job.name == "purge consent receipts" for job in registered_jobs()),
            "no job deletes old receipts")  # fmt: skip
    require(KEEP_DAYS == 3 * 365, f"receipts are kept for {KEEP_DAYS} days")
    today = timezone.localdate()
    with site.rehearsal():
        visitor = site.visitor()
        choose(visitor, "accept")
        young = receipt_of(visitor.cookies)
        require(young is not None, "an act of consent leaves no receipt")
        assert young is not None  # noqa: S101 - for the type checker
        old = ConsentReceipt(
            at=young.at - timedelta(days=2000),
            keep_until=today - timedelta(days=1),
            document=young.document,
            digest=young.digest,
            notice=young.notice,
        )
        old.save()
        while seal_receipts():
            pass
        ConsentReceipt.objects.all().purge()
        pair = ConsentReceipt.objects.filter(pk__in=[old.pk, young.pk])
        left = set(pair.values_list("pk", flat=True))
        require(left == {young.pk}, "receipts are not kept until their day")
    require(
        KEEP_DAYS <= (young.keep_until - today).days <= KEEP_DAYS + 366,
        "a new receipt is not kept for three years",
    )
    return Evidence(
        "A receipt whose time was over was deleted; a new one is kept for three years after the "
        "consent ends.",
        {"days after the consent ends": KEEP_DAYS},
    )
