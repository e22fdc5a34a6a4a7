"""What code that copies, ends or erases rows picks out of them: a portion, a number, a day.

No rehearsal has as many rows as somebody may have, and none waits for a Sunday or the first of a
month. So what such code says of portions, numbers and days stands here. Who adds some adds it here.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings

from privacy.promises.registry import require

KNOWN = {
    "accounts/data_map.py": "",
    "accounts/data_subject.py": "2 | 3 | 4 | found.select_related('user').first()",
    "accounts/erasure.py": "",
    "accounts/idle_accounts.py": (
        "200 | 30 | quiet.exclude(pk__in=known)[:CAP]"
        " | idle_since(UNUSED.before(moment)).filter(pk__in=over)[:CAP]"
    ),
    "accounts/jobs.py": "24 | 600 | 3600",
    "contact/data_map.py": "24",
    "downloads/data_map.py": "24",
    "downloads/jobs.py": "300 | 600",
    "downloads/store.py": "2 | 2 | 1024 | 1024",
    "downloads/verification.py": "500",
    "newsletter/data_map/readers.py": "",
    "outbox/jobs.py": "",
    "outbox/worker.py": (
        "0.2 | 2 | 2.0 | 5.0 | 30.0 | 60.0 | 300.0 | 3600.0 | min(left, SLEEP_SECONDS)"
        " | min(max(self._transport_wait * 2, FIRST_TRANSPORT_WAIT_SECONDS),"
        " MOST_TRANSPORT_WAIT_SECONDS) | min(self._next_run[job.name], again)"
    ),
    "privacy/consent/data_map.py": "followers.values('at')[:1]",
    "privacy/datamap/backups.py": "2 | 30",
    "privacy/datamap/clock.py": "5 | ClockStamp.objects.filter(pk=1).first()",
    "privacy/datamap/data_map.py": "14",
    "privacy/datamap/erasure.py": (
        "8 | 16 | 500 | keys[start:start + PORTION] | reference[:8]"
        " | Erasure.objects.filter(reference=reference).first()"
        " | next((f for f in concrete_fields(entry.model) if isinstance(f, FileField)))"
    ),
    "privacy/datamap/export.py": ("6 | 16 | 500 | timezone.localtime(made_at).timetuple()[:6]"),
    "privacy/datamap/holds.py": "",
    "privacy/datamap/jobs.py": "600 | 3600",
    "privacy/datamap/ledger.py": "35",
    "privacy/datamap/portable.py": "",
    "privacy/datamap/replay.py": "5 | 500 | references[start:start + PORTION]",
    "privacy/datamap/retention.py": (
        "500 | 500 | 10000 | keys[start:start + 500] | rows.values_list('pk', flat=True)[:cap]"
    ),
    "privacy/datamap/rows.py": "",
    "privacy/datamap/stored_mail.py": "",
    "privacy/datamap/subjects.py": (
        "12 | _identity[:]"
        " | keyed_hash('reference', self.account_mark or '|'.join(sorted(self.addresses)))[:12]"
    ),
    "privacy/rights/data_map.py": "12 | 36",
    "privacy/rights/export_files.py": (
        "16 | ExportFile.objects.filter(request=link.request_id).first()"
        " | ExportFile.objects.filter(request=request).first()"
    ),
    "privacy/rights/private_storage.py": "448",
    "privacy/rights/scans.py": (
        "10 | 16 | 1024 | 1024"
        " | next((kind for start, kind, _ in FIRST_BYTES if content.startswith(start)), '')"
    ),
    "sens_site/backups.py": "",
    "sens_site/jobs.py": "600 | 600",
    "sens_site/lib/deploy/backup_archive.py": (
        "2 | 3 | 64 | 256 | 1024 | 1024 | 1024 | buffer[:len(taken)]"
        " | min(CHUNK, left) | next(iter(sign(text))) | next(self.chunks, None)"
        " | self.rest[:len(buffer)] | self.rest[len(taken):]"
    ),
    "sens_site/lib/deploy/database_dump.py": "",
    "visits/data_map.py": "30",
}
"""By module, what its code picks out: portions of a list, numbers above one, days, one of many."""
FOUND_BY = ("privacy/datamap/rows.py", "privacy/datamap/subjects.py", "accounts/data_subject.py")
COPIED_BY = (
    *FOUND_BY, "privacy/datamap/export.py", "privacy/datamap/portable.py",
)  # fmt: skip
ERASED_BY = (
    *FOUND_BY, "accounts/erasure.py", "privacy/datamap/erasure.py", "privacy/datamap/stored_mail.py",
)  # fmt: skip
ERASED_AGAIN_BY = ("privacy/datamap/ledger.py", "privacy/datamap/replay.py")
WORKED_BY = ("outbox/jobs.py", "outbox/worker.py")
DONE_BY = {
    "purge expired": (
        "privacy/datamap/retention.py", "privacy/datamap/jobs.py", "privacy/datamap/clock.py",
        "privacy/datamap/holds.py",
    ),
    "idle accounts": ("accounts/idle_accounts.py", "accounts/jobs.py"),
    "verify documents": ("downloads/jobs.py", "downloads/store.py", "downloads/verification.py"),
    "make backup": (
        "sens_site/backups.py", "sens_site/jobs.py", "sens_site/lib/deploy/database_dump.py",
    ),
}  # fmt: skip
"""The modules in which a job does its work."""
ENDED_BY = {
    "newsletter.unconfirmed": ("newsletter/data_map/readers.py",),
    "retention.backups": ("privacy/datamap/backups.py", "sens_site/lib/deploy/backup_archive.py"),
    "retention.consent-receipts": ("privacy/consent/data_map.py",),
    "retention.downloads": ("downloads/data_map.py",),
    "retention.messages": ("contact/data_map.py",),
    "retention.requests": (
        "privacy/rights/data_map.py", "privacy/rights/export_files.py",
        "privacy/rights/private_storage.py", "privacy/rights/scans.py",
    ),
    "retention.sent-mail": ("privacy/datamap/data_map.py",),
    "retention.visits": ("visits/data_map.py",),
}  # fmt: skip
"""The modules that say of one kind of rows which are over, and what happens to them then."""
CUTS = frozenset({"islice", "min", "takewhile", "batched", "first", "last", "latest", "earliest",
                  "next", "random", "randint", "randrange", "randbelow", "choice", "sample"})  # fmt: skip
DAYS = frozenset({"day", "hour", "isocalendar", "isoweekday", "month", "strftime", "weekday"})
ASKED_FOR_DAYS = re.compile(r"__(?:iso_)?(?:day|hour|month|quarter|week|week_day|year)(?:__|$)")

MODE = re.compile(rb"\b0o[0-7]{3}\b")
"""Who may read a file, which is no number of rows; another check looks at that."""


def source_of(path: str) -> str:
    """Return the text of a module of ours."""
    file = settings.BASE_DIR / path
    require(file.is_file(), f"{path}, by which rows are copied, ended or erased, is not there")
    return file.read_text("utf-8")


def nothing_more_is_picked_out(*paths: str) -> None:
    """Require that some modules take all rows: in no other portions, numbers or days than is known."""
    for path in paths:
        known = Counter(KNOWN[path].split(" | "))
        beyond = sorted((_picked(source_of(path)) - known).elements())
        require(not beyond, f"{path} picks out rows in a way that is not known: {beyond[:1]}")


@lru_cache(maxsize=256)
def _picked(text: str) -> Counter[str]:
    modes = {
        (number, found.start())
        for number, line in enumerate(text.splitlines(), 1)
        for found in MODE.finditer(line.encode())
    }
    return Counter(
        said
        for node in ast.walk(ast.parse(text))
        if (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) not in modes
        for said in _said(node)
    )


def _said(node: ast.AST) -> Iterator[str]:
    """Yield what a piece of code picks out, as it is written."""
    call = isinstance(node, ast.Call)
    named = node.func if isinstance(node, ast.Call) else node
    name = getattr(named, "attr", getattr(named, "id", ""))
    if name in (CUTS if call else DAYS) or isinstance(getattr(node, "slice", None), ast.Slice):
        yield ast.unparse(node)
    elif isinstance(node, ast.keyword) and ASKED_FOR_DAYS.search(node.arg or ""):
        yield str(node.arg)
    elif isinstance(node, ast.Constant):
        number = type(node.value) in (int, float) and node.value not in (0, 1)
        if number or (isinstance(node.value, str) and ASKED_FOR_DAYS.search(node.value)):
            yield str(node.value)
