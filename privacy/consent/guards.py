"""Which rows of this part the database itself keeps as they are."""

from sens_site.lib.guards import Guard, register

GROUP_VERSION = register(Guard("privacy_groupversion"))
EDITORIAL = register(Guard("privacy_editorialnote", unique=(("group", "earlier", "later"),)))
NOTICE = register(Guard("privacy_noticesnapshot", primary_key="digest"))
RECEIPT = register(
    Guard(
        "privacy_consentreceipt",
        # What has been kept as long as was said may go, and nothing else. The 182 days are those
        # by which a consent may have ended before its time.
        deletable={
            "sqlite": "OLD.keep_until < date('now', '+182 days')",
            "postgresql": "OLD.keep_until < CURRENT_DATE + 182",
        },
    )
)
SEAL = register(
    Guard("privacy_receiptseal", primary_key="number", unique=(("receipt_id",), ("hash",)))
)
