"""The promise about how long proof of consent is kept."""

import json
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from privacy.consent.models import ConsentReceipt, ReceiptSeal
from privacy.consent.promises.all_services_on import choose
from privacy.consent.promises.played_choices import receipt_of
from privacy.consent.receipts import keep_until
from privacy.datamap.promises.purging import (
    LATE,
    PURGE,
    done_by_the_job,
    months_from,
    nothing_is_over,
    purge_keeps,
    ran_lately,
    runs_daily,
)
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

CHOICE = timedelta(days=182)
SEALING = "seal consent receipts"


@promise("retention.consent-receipts", look=Look.REHEARSAL)
def receipts_go_after_three_years(site: RunningSite) -> Evidence:
    """A sealed receipt goes three years after its consent has ended, by time or by the visitor."""
    purge_keeps("retention.consent-receipts")
    three_years_ago, a_day = months_from(timezone.now(), -36), timedelta(days=1)
    with site.rehearsal():
        visitor = site.visitor()
        choose(visitor, "accept")
        young = receipt_of(visitor.cookies)
        require(young is not None, "an act of consent leaves no receipt")
        assert young is not None  # noqa: S101 - for the type checker
        last_day = months_from(young.at + CHOICE, 36).date()
        require(young.keep_until == last_day, "a new receipt is not kept for three years")

        def given(at: datetime, **fields: object) -> ConsentReceipt:
            until = keep_until(at, granted="replaces" not in fields)
            same = {"document": young.document, "digest": young.digest, "notice": young.notice}
            return ConsentReceipt.objects.create(at=at, keep_until=until, **same, **fields)

        played = {}
        for name, moment in (
            ("over", three_years_ago - a_day),
            ("not yet", three_years_ago + a_day),
        ):
            played[f"ended by time, {name}"] = given(moment - CHOICE)
            early = given(moment - a_day)
            played[f"taken back, {name}"] = early
            played[f"taking it back, {name}"] = given(moment, replaces=early.pk)
        runs_daily(SEALING)  # a receipt outside the chain stays
        _seal_by_the_job()
        done_by_the_job(PURGE)
        keys = {receipt.pk: name for name, receipt in played.items()} | {young.pk: "new"}
        left = ConsentReceipt.objects.filter(pk__in=keys).values_list("pk", flat=True)
        kept = {keys[pk] for pk in left}
    late = sorted(name for name in kept if name.endswith(", over"))
    require(not late, f"a receipt is still there after three years ({', '.join(late)})")
    early_gone = sorted(n for n in {*keys.values()} - kept if not n.endswith(", over"))
    require(not early_gone, f"a receipt goes before three years ({', '.join(early_gone)})")
    return Evidence(
        "Played through for this check: a receipt whose time was over was deleted; a new one is "
        "kept for three years after the consent ends.",
        {"years after the consent ends": 3},
    )


def _seal_by_the_job() -> None:
    waiting = ConsentReceipt.objects.unsealed()
    while before := waiting.count():
        done_by_the_job(SEALING)
        require(waiting.count() < before, f"the job “{SEALING}” leaves receipts outside the chain")


@promise("retention.consent-receipts", look=Look.ROWS)
def no_stored_receipt_is_over(site: RunningSite) -> Evidence:
    """No receipt is older than three years after its consent, and none says that it stays longer."""
    now = timezone.now()
    three_years_ago, receipts = months_from(now, -36), ConsentReceipt._base_manager
    found = nothing_is_over(
        "receipts of consents that ended more than three years ago",
        receipts.all(), "at", before=three_years_ago - CHOICE,
    )  # fmt: skip
    last = months_from(now + CHOICE + LATE, 36).date()
    longer = receipts.filter(keep_until__gt=last).count()
    require(not longer, f"{longer} receipts are to stay for more than three years")
    over = receipts.filter(keep_until__lt=(now - LATE).date()).count()
    require(not over, f"{over} receipts are still there after their last day")
    seals = ReceiptSeal._base_manager.filter(receipt_id=OuterRef("pk"))
    lately = receipts.filter(at__range=(now - timedelta(days=30), now - LATE))
    loose = lately.filter(~Exists(seals)).count()
    require(not loose, f"{loose} receipts are not sealed after two days, and would stay for ever")
    # Ended by the visitor: by a later receipt, or by one that takes everything back.
    old = receipts.filter(at__lt=three_years_ago - LATE)
    taken_back = sum(
        json.loads(document)["event"]["state"] == "withdrawn"
        for document in old.values_list("document", flat=True)
    )
    replaced = receipts.filter(pk__in=old.exclude(replaces=None).values("replaces")).count()
    require(
        not taken_back + replaced,
        f"{taken_back + replaced} receipts of consents that were taken back stay for longer",
    )
    return Evidence(
        "No stored receipt is of a consent that ended more than three years ago.",
        {**found, **ran_lately(PURGE), **ran_lately(SEALING)},
    )
