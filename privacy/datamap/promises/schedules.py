"""How often the worker comes to each job on which a promise hangs, and what a job waits for.

A rehearsal lets a job do its work at once, and finds one that comes on Sundays alone, or where some
setting says so, as ready as any other. So the most seconds between two runs stand here, with the
condition under which a job comes at all, word by word. Who changes one writes it here.
"""

import ast
import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from outbox.jobs import Job
from privacy.datamap.promises.picked_out import KNOWN, nothing_more_is_picked_out
from privacy.promises.registry import require

ALWAYS = "return True"
A_REQUEST_WAITS = "return SubjectRequest.objects.open().exists()"
COMES: Mapping[str, tuple[int, str]] = {
    "alarms of waiting messages": (86400, ALWAYS),
    "announce held messages": (86400, ALWAYS),
    "announce policy versions": (60, "return unannounced().exists()"),
    "ask jobs what is left": (600, ALWAYS),
    "close the day of the chains": (
        600,
        (
            "mails = OutboxMail.objects.filter(dedupe_key__startswith=KEY); "
            "if mails.filter(dedupe_key=_key()).exists(): return False; "
            "newest = mails.order_by('-created_at').first(); "
            "slept = newest is not None and newest.created_at < timezone.now() - LONGEST; "
            "return slept or timezone.localtime().hour in NIGHT"
        ),
    ),
    "compare guards": (1800, ALWAYS),
    "count visits": (3600, ALWAYS),
    "finish erasures": (600, "return bool(pending(settled=True))"),
    "idle accounts": (86400, ALWAYS),
    "log heads at once": (60, ALWAYS),
    "look from outside": (
        600,
        (
            "results = PromiseResult.objects.filter(look=Look.OUTSIDE); "
            "last = results.order_by('-checked_at').values_list('checked_at', flat=True).first(); "
            "if last is None or cache.get(LOOKED_VERSION) != settings.VERSION: return True; "
            "now = timezone.localtime(); "
            "if not results.exclude(state=State.NOT_CARRIED_OUT).exists(): "
            "return (now - last).total_seconds() >= AGAIN_SECONDS; "
            "return timezone.localdate(last) < now.date() and now.hour >= NIGHT_HOUR"
        ),
    ),
    "make backup": (
        600,
        (
            "return bool(settings.BACKUP_RECIPIENTS) and (not was_done(BACKUP_MADE, within=A_DAY))"
        ),
    ),
    "purge expired": (3600, ALWAYS),
    "read newsletter bounces": (300, "return bool(settings.NEWSLETTER_IMAP_HOST)"),
    "reminders of newsletter sign-ups": (3600, ALWAYS),
    "remove stray copies": (3600, ALWAYS),
    "request alarms": (3600, A_REQUEST_WAITS),
    "seal consent receipts": (60, ALWAYS),
    "send newsletter issues": (
        60, "return Issue.objects.due().exists() or Issue.objects.under_way().exists()",
    ),
    "tell watchers": (300, ALWAYS),
    "verify documents": (
        600,
        (
            "midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time())); "
            "late = Q(checked_at__lt=midnight) | Q(checked_at__isnull=True, uploaded_at__lt=midnight); "
            "return DocumentVersion.objects.filter(late).exists()"
        ),
    ),
    "verify promises": (
        600,
        (
            "inside = PromiseResult.objects.exclude(look=Look.OUTSIDE).order_by('checked_at'); "
            "oldest = inside.values_list('checked_at', flat=True).first(); "
            "if oldest is None or cache.get(VERIFIED_VERSION) != settings.VERSION: return True; "
            "now = timezone.localtime(); "
            "return timezone.localdate(oldest) < now.date() and now.hour >= NIGHT_HOUR"
        ),
    ),
}  # fmt: skip
"""By job, the most seconds between two runs and the condition: a literal copy of what was read."""


def comes_as_often_as_it_should(job: Job) -> None:
    """Require that a job comes as often as is known, and that its module leaves nothing out."""
    seconds, _ = COMES[job.name]
    require(
        job.every_seconds <= seconds,
        f"the job “{job.name}” runs every {job.every_seconds:g} seconds, not every {seconds}",
    )
    waits_for_what_is_known(job)
    module = f"{job.run.__module__.replace('.', '/')}.py"
    if module in KNOWN:
        nothing_more_is_picked_out(module)


def waits_for_what_is_known(job: Job) -> None:
    """Require that a job comes under no other condition than is known."""
    _, condition = COMES[job.name]
    found = _condition(job.when)
    require(found == condition, f"the job “{job.name}” waits for something else: {found[:90]}")


def _condition(when: Callable[[], bool]) -> str:
    """Return what a condition says, but for its docstring."""
    code = inspect.unwrap(when).__code__
    return "; ".join(
        _said(code.co_filename).get(code.co_firstlineno, ("nothing that can be read",))
    )


@lru_cache(maxsize=64)
def _said(file: str) -> Mapping[int, tuple[str, ...]]:
    """Return by line what the functions of a file say."""
    require(Path(file).is_relative_to(settings.BASE_DIR), f"{file} is no module of ours")
    found: dict[int, tuple[str, ...]] = {}
    for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))):
        if isinstance(node, ast.Lambda):
            found[node.lineno] = (*found.get(node.lineno, ()), f"return {ast.unparse(node.body)}")
        elif isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            found[node.lineno] = tuple(" ".join(ast.unparse(one).split()) for one in body)
    return found
