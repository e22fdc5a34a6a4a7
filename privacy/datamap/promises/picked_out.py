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
    "accounts/jobs.py": "",
    "contact/data_map.py": "24",
    "contact/jobs.py": "300 | 900",
    "downloads/data_map.py": "24",
    "downloads/jobs.py": "",
    "downloads/store.py": "2 | 2 | 1024 | 1024",
    "downloads/verification.py": "500",
    "newsletter/data_map/readers.py": "",
    "newsletter/jobs.py": "",
    "outbox/job_runs.py": (
        "10 | JobRun.objects.filter(name=name).values_list('succeeded_at', flat=True).first()"
        " | JobRun.objects.filter(name=name).values_list(column, flat=True).first()"
    ),
    "outbox/jobs.py": "",
    "outbox/management/commands/run_job.py": "128",
    "outbox/management/commands/worker.py": "",
    "outbox/worker.py": (
        "0.2 | 2 | 2.0 | 5.0 | 30.0 | 60.0 | 300.0 | 3600.0 | min(left, SLEEP_SECONDS)"
        " | min(max(self._transport_wait * 2, FIRST_TRANSPORT_WAIT_SECONDS),"
        " MOST_TRANSPORT_WAIT_SECONDS) | min(self._next_run[job.name], again)"
    ),
    "privacy/consent/data_map.py": "followers.values('at')[:1]",
    "privacy/consent/jobs.py": "ReceiptSeal.objects.order_by('-number')[:1]",
    "privacy/datamap/backups.py": "2 | 30",
    "privacy/datamap/clock.py": "5 | ClockStamp.objects.filter(pk=1).first()",
    "privacy/datamap/data_map.py": "14",
    "privacy/datamap/erasure.py": (
        "8 | 16 | 500 | keys[start:start + PORTION] | reference[:8]"
        " | next((f for f in concrete_fields(entry.model) if isinstance(f, FileField)))"
    ),
    "privacy/datamap/export.py": ("6 | 16 | 500 | timezone.localtime(made_at).timetuple()[:6]"),
    "privacy/datamap/holds.py": "",
    "privacy/datamap/jobs.py": "",
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
    "privacy/policy/jobs.py": "",
    "privacy/promises/jobs.py": "10",
    "privacy/rights/data_map.py": "12 | 36",
    "privacy/rights/export_files.py": (
        "16 | ExportFile.objects.filter(request=link.request_id).first()"
        " | ExportFile.objects.filter(request=request).first()"
    ),
    "privacy/rights/jobs.py": "",
    "privacy/rights/private_storage.py": "448",
    "privacy/rights/scans.py": (
        "10 | 16 | 1024 | 1024"
        " | next((kind for start, kind, _ in FIRST_BYTES if content.startswith(start)), '')"
    ),
    "sens_site/backups.py": "",
    "sens_site/jobs.py": "",
    "sens_site/lib/deploy/backup_archive.py": (
        "2 | 3 | 64 | 256 | 1024 | 1024 | 1024 | buffer[:len(taken)]"
        " | min(CHUNK, left) | next(iter(sign(text))) | next(self.chunks, None)"
        " | self.rest[:len(buffer)] | self.rest[len(taken):]"
    ),
    "sens_site/lib/deploy/database_dump.py": "",
    "visits/data_map.py": "30",
    "visits/jobs.py": "",
}
"""By module, what its code picks out: portions of a list, numbers above one, days, one of many."""
ASKED = {
    "accounts/erasure.py": {"settings.DEFAULT_FROM_EMAIL"},
    "contact/jobs.py": {"settings.ORDER_STATUS_URL"},
    "downloads/store.py": {"settings.DOCUMENTS_S3_BUCKET", "settings.STORAGES"},
    "outbox/worker.py": {"settings.BASE_DIR"},
    "privacy/datamap/backups.py": {"settings.BACKUP_DIR", "settings.BACKUP_RECIPIENTS"},
    "privacy/datamap/export.py": {"settings.COMPANY"},
    "privacy/datamap/ledger.py": {"settings.ERASURE_LEDGER"},
    "privacy/datamap/portable.py": {"settings.COMPANY", "settings.SITE_ORIGIN"},
    "privacy/datamap/subjects.py": {"settings.SECRET_KEY", "settings.SECRET_KEY_FALLBACKS"},
    "privacy/promises/jobs.py": {"settings.VERSION"},
    "privacy/rights/private_storage.py": {"settings.PRIVATE_ROOT"},
    "sens_site/backups.py": {
        "os.environ", "settings.BACKUP_RECIPIENTS", "settings.BACKUP_S3_DOCUMENTS",
        "settings.BASE_DIR", "settings.DATABASE_URL", "settings.DOCUMENTS_ROOT",
        "settings.DOCUMENTS_S3_BUCKET", "settings.MEDIA_ROOT", "settings.PRIVATE_ROOT",
        "settings.VERSION",
    },
    "sens_site/jobs.py": {"settings.BACKUP_RECIPIENTS"},
    "sens_site/lib/deploy/database_dump.py": {"os.environ"},
}  # fmt: skip
"""Which settings such code asks: one more could be a portion, or a way to leave the work undone."""
ENVIRONMENT = frozenset({
    "cpu_count", "cpu_percent", "disk_usage", "environ", "fqdn", "getenv", "gethostname", "getloadavg",
    "getrusage", "loadavg", "node", "sched_getaffinity", "statvfs", "uname", "virtual_memory",
})  # fmt: skip
"""What says on which machine this is, how busy it is, and what it has been told."""
FOUND_BY = ("privacy/datamap/rows.py", "privacy/datamap/subjects.py", "accounts/data_subject.py")
COPIED_BY = (
    *FOUND_BY, "privacy/datamap/export.py", "privacy/datamap/portable.py",
)  # fmt: skip
ERASED_BY = (
    *FOUND_BY, "accounts/erasure.py", "privacy/datamap/erasure.py", "privacy/datamap/stored_mail.py",
)  # fmt: skip
ERASED_AGAIN_BY = ("privacy/datamap/ledger.py", "privacy/datamap/replay.py")
WORKED_BY = (
    "outbox/job_runs.py", "outbox/jobs.py", "outbox/management/commands/run_job.py",
    "outbox/management/commands/worker.py", "outbox/worker.py",
)  # fmt: skip
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
REPORTS = {"privacy/datamap/erasure.py": frozenset({"as_text", "groups", "past_report"})}
"""Functions that say afterwards what was done. By them nothing is picked out of rows."""
CUTS = frozenset({"islice", "min", "takewhile", "batched", "first", "last", "latest", "earliest",
                  "next", "random", "randint", "randrange", "randbelow", "choice", "sample"})  # fmt: skip
DAYS = frozenset({"day", "hour", "isocalendar", "isoweekday", "month", "strftime", "weekday"})
ASKED_FOR_DAYS = re.compile(r"__(?:iso_)?(?:day|hour|month|quarter|week|week_day|year)(?:__|$)")

SCHEDULES = ("every_seconds", "when")
"""What `schedules.py` knows of each job, word by word."""
WAITS = "timeout"
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
        picked = _picked(source_of(path), REPORTS.get(path, frozenset()))
        beyond = sorted((picked - known).elements())
        require(not beyond, f"{path} picks out rows in a way that is not known: {beyond[:1]}")
        asked = sorted(_asked(source_of(path)) - ASKED.get(path, set()))
        require(not asked, f"{path} asks a setting of which nobody knows: {asked[:1]}")


@lru_cache(maxsize=256)
def _picked(text: str, reports: frozenset[str] = frozenset()) -> Counter[str]:
    modes = {
        (number, found.start())
        for number, line in enumerate(text.splitlines(), 1)
        for found in MODE.finditer(line.encode())
    }
    tree = ast.parse(text)
    told = {*_of_schedules(tree), *_no_portions(tree), *_of_reports(tree, reports)}
    return Counter(
        said
        for node in ast.walk(tree)
        if node not in told
        and (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) not in modes
        for said in _said(node)
    )


def _of_schedules(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what says how often a job comes, and when: of each job that is another look's matter."""
    called = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    jobs = [one for one in called if getattr(one.func, "id", "") == "periodic"]
    said = [one.value for job in jobs for one in job.keywords if one.arg in SCHEDULES]
    inside = {node for value in said for node in ast.walk(value)}
    names = {one.id for one in inside if isinstance(one, ast.Name)}
    elsewhere = {
        one.id
        for one in ast.walk(tree)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one not in inside
    }
    yield from inside
    for one in tree.body:
        if (isinstance(one, ast.FunctionDef) and one.name in names - elsewhere) or (
            isinstance(one, ast.Assign)
            and {ast.unparse(n) for n in one.targets} <= names - elsewhere
        ):
            yield from ast.walk(one)


def _of_reports(tree: ast.Module, names: frozenset[str]) -> Iterator[ast.AST]:
    """Yield what stands in some functions."""
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef) and one.name in names:
            yield from ast.walk(one)


def _no_portions(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield for how many seconds a call waits for another machine, and which part is taken of a text."""
    for one in ast.walk(tree):
        if isinstance(one, ast.keyword) and one.arg == WAITS:
            yield one.value
        elif isinstance(one, ast.Subscript) and getattr(one.value, "func", None) is not None:
            yield one.slice


@lru_cache(maxsize=256)
def _asked(text: str) -> frozenset[str]:
    """Return the settings that a module asks, and what it asks of the machine and the environment."""
    nodes = tuple(ast.walk(ast.parse(text)))
    named = {
        ast.unparse(one)
        for one in nodes
        if isinstance(one, ast.Attribute)
        and (one.attr in ENVIRONMENT or getattr(one.value, "id", "") == "settings")
    }
    by_name = {
        ast.unparse(one)
        for one in nodes
        if isinstance(one, ast.Call) and "settings" in [getattr(a, "id", "") for a in one.args]
    }
    return frozenset(named | by_name)


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
