"""By which rules rows are deleted: a rule that asks for more than a time passes some people's rows by.

No rehearsal has a row of everybody whom such a rule may name. So each rule stands here: the rows,
the column from which it counts, and what else it asks for. Who adds a rule adds it here.
"""

from collections.abc import Iterator, Mapping

from privacy.datamap.registry import Keep, entries
from privacy.promises.registry import require

CLOSED = "did is ANSWERED, REFUSED, SPAM, WITHDRAWN"
RULES: Mapping[str, frozenset[str]] = {
    "newsletter.unconfirmed": frozenset({"newsletter.Subscriber: created_at, of some rows"}),
    "retention.account": frozenset({
        "accounts.Registration: ends_at, of some rows", "accounts.Session: expire_date",
        "audit_log.AuditEntry: keep_until",
    }),
    "retention.consent-receipts": frozenset({
        "consent.ConsentReceipt: keep_until, of some rows",
        "consent.ConsentReceipt: replaced_at, of some rows",
    }),
    "retention.downloads": frozenset({"downloads.DownloadRecord: at"}),
    "retention.messages": frozenset({
        "contact.ContactMessage: answered_at, state is ANSWERED",
        "contact.ContactMessage: received_at, state is SPAM",
    }),
    # Readers stay until they unsubscribe, and hashes of addresses for good.
    "retention.newsletter": frozenset(),
    "retention.requests": frozenset({
        "rights.ExportFile: expires_at",
        f"rights.InternalNote: at, {CLOSED}",
        f"rights.MailedLink: at, {CLOSED}",
        f"rights.RequestNote: at, {CLOSED}",
        f"rights.RequestScan: at, {CLOSED}",
        f"rights.SubjectRequest: at, {CLOSED}",
        f"rights.SystemCheck: at, {CLOSED}",
        f"rights.VendorTask: at, {CLOSED}",
    }),
    "retention.sent-mail": frozenset({"outbox.OutboxMail: parked_at", "outbox.OutboxMail: sent_at"}),
    "retention.visits": frozenset({"visits.PageView: seen_at"}),
}  # fmt: skip


def rules_are_those_that_are_known(promise: str) -> None:
    """Require that rows are deleted by the known rules alone, and that none has become narrower."""
    found = set(_rules_of(promise))
    for one, said in ((found - RULES[promise], "is"), (RULES[promise] - found, "is no longer")):
        require(not one, f"there {said} a rule of deletion: {sorted(one)[:1]}")


def _rules_of(promise: str) -> Iterator[str]:
    for label, entry in entries().items():
        for keep in entry.keep:
            if keep.promise == promise and (keep.after or keep.until):
                yield f"{label}: {', '.join(_asked_by(keep))}"


def _asked_by(keep: Keep) -> Iterator[str]:
    yield (keep.after or keep.until).rpartition("__")[2]
    for column, value in keep.where.items():
        values = value if isinstance(value, tuple) else (value,)
        named = ", ".join(sorted(getattr(one, "name", repr(one)) for one in values))
        yield f"{column.removesuffix('__in').rpartition('__')[2]} is {named}"
    if keep.rows is not None:
        yield "of some rows"
