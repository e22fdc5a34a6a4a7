"""The promise about logs: of everything that code writes down there, the values are known, each by its words.

An address in one line of a log is written when somebody does one thing on one day: no look meets it.
So code is read. What a line says beside its own words stands here as it stands there, and what a name
in it was made from does, too: a known name that comes to hold more is another expression.
"""

import ast
import logging
import re
import smtplib
from collections.abc import Callable, Mapping
from functools import partial

from outbox.error_names import place, short_name
from outbox.models import OutboxMail
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import NO_SUCH_PAGE, RunningSite
from sens_site.lib.metrics import COUNTED
from sens_site.promises import source_code
from sens_site.promises.application_server import it_writes_down_no_request
from sens_site.promises.cut_secrets import handlers_cut_secrets
from sens_site.promises.front_server import it_logs_nobody
from sens_site.promises.log_calls import (
    ABOUT_LINES,
    LABEL_CALL,
    LINE,
    SPAN,
    THE_ERROR,
    Wanted,
    is_label,
    is_line,
    is_span,
    said,
    used_otherwise,
    values_said,
)
from sens_site.promises.settings_elsewhere import logs_leave_out_the_same_everywhere
from sens_site.promises.source_code import ADDRESS_KEYS, NETWORK, asks_for_an_address

LOGGED: Mapping[str, frozenset[str]] = {
    "accounts/idle_accounts.py": frozenset({
        "ended",
    }),
    "downloads/delivery.py": frozenset({
        THE_ERROR,
        "missing",
        "missing = [one.pk for one in versions if not store().exists(one.stored_as)]",
        "version.pk",
    }),
    "newsletter/sending.py": frozenset({
        "issue.pk",
    }),
    "outbox/delivery.py": frozenset({
        "lost",
        "lost = park_lost()",
        "mail",
        "mail.attempts",
        "mail.purpose",
        "short_name(error)",
    }),
    "outbox/job_failures.py": frozenset({
        "short_name(error)",
    }),
    "outbox/management/commands/run_job.py": frozenset({
        "job = jobs[options['name']]",
        "job = registered_jobs()",
        "job.name",
        "place(error)",
        "short_name(error)",
    }),
    "outbox/silence.py": frozenset({
        "left = [address for address in addresses if address not in silenced]",
        "len(addresses) - len(left)",
    }),
    "outbox/worker.py": frozenset({
        "error",
        "job = self._apart",
        "job.name",
        "place(error)",
        "self._transport_wait",
        "short_name(error)",
        "status",
        "status = process.poll()",
    }),
    "privacy/consent/apps.py": frozenset({THE_ERROR}),
    "privacy/consent/offer/current.py": frozenset({THE_ERROR}),
    "sens_site/errors.py": frozenset({THE_ERROR}),
    "privacy/consent/jobs.py": frozenset({
        "head = ReceiptSeal.objects.order_by('-number')[:1].get()",
        "head.hash",
        "head.number",
    }),
    "privacy/consent/withdrawal.py": frozenset({
        "key",
        "key = services",
    }),
    "privacy/datamap/clock.py": frozenset({
        "moment",
        "moment = now or timezone.now()",
        "stamp = ClockStamp.objects.select_for_update().get_or_create(pk=1, defaults={'last_seen': moment, 'largest_seen': moment})",
        "stamp.last_seen",
    }),
    "privacy/datamap/erasure.py": frozenset({
        "line = lines",
        "lines = [_apply(entry, subject, keys) for entry, keys in found]",
        "reference[:8]",
        "sum((line.count or 0 for line in lines))",
    }),
    "privacy/datamap/retention.py": frozenset({
        "count",
        "count = purge()",
        "name",
        "name = short_name(error)",
        "place(error)",
        "result.rule",
    }),
    "privacy/policy/head_log.py": frozenset({
        "name",
        "name = sorted(registered_chains().items())",
    }),
    "privacy/policy/jobs.py": frozenset({
        "name",
        "name = missing",
    }),
    "search/finding.py": frozenset({
        "type(error).__name__",
    }),
    "sens_site/lib/cache/served_cache.py": frozenset({
        "type(error).__name__",
    }),
    "sens_site/lib/forms/typed.py": frozenset({
        "error",
    }),
    "sens_site/lib/http/faults.py": frozenset({
        "exception",
    }),
}  # fmt: skip
"""What lines of logs say beside their own words: numbers, names of jobs and of errors."""
COUNTED_BY: Mapping[str, frozenset[str]] = {
    "outbox/delivery.py": frozenset({
        "'failed' if mail.attempts < MOST_TRIES else 'parked'",
    }),
    "outbox/worker.py": frozenset({
        "job.name",
        "outcome",
    }),
    "sens_site/lib/cache/page_cache.py": frozenset({
        "KEPT",
        "status",
        "status = answers.items()",
        "view",
        "view = list(self._answers.items())",
    }),
    "sens_site/lib/cache/ready_member_pages.py": frozenset({
        "KEPT",
        "held = self._answers.get((place, state))",
        "held.view",
    }),
    "sens_site/lib/cache/ready_own_pages.py": frozenset({
        "MADE",
        "match.view_name",
        "room",
        "room = match.namespaces[0] if match.namespaces else OTHERS",
    }),
    "sens_site/lib/http/request_metrics.py": frozenset({
        "MADE",
        "response = self.get_response(request)",
        "room",
        "room = names_of(request)",
        "str(response.status_code)",
        "view",
        "view = names_of(request)",
    }),
}  # fmt: skip
"""By what is counted: names of views, of rooms and of jobs."""
SPANNED: Mapping[str, frozenset[str]] = {
    "outbox/delivery.py": frozenset({
        "{'mail.purpose': mail.purpose}",
    }),
    "outbox/job_runs.py": frozenset({
        "f'job {job.name}'",
    }),
    "sens_site/lib/tracing.py": frozenset({
        "f'/{match.route}'",
        "f'{method} {match.view_name}'",
        "kind",
        "match = request.resolver_match",
        "method",
        "method = method if method in METHODS else OTHER",
        "method = str(request.method)",
        "name",
        "quiet",
        "quiet = {'record_exception': False, 'set_status_on_exception': False}",
        "response = get_response(request)",
        "response.status_code",
        "system = rest[-1]['connection'].vendor",
        "told",
        "told = {'site.request_id': current_id(), **attributes}",
        "word",
        "word = first[1].upper() if first else OTHER",
        "word = word if word in STATEMENTS else OTHER",
        "{'db.system.name': system, 'db.operation.name': word}",
        "{'http.request.method': method}",
    }),
}  # fmt: skip
"""What spans say, where a company has them collected: names of views, of jobs and of statements."""
OTHERWISE: Mapping[str, frozenset[str]] = {
    "outbox/terminal.py": frozenset({
        "sys.stdout",
    }),
    "sens_site/lib/http/log_filters.py": frozenset({
        "logging.getLogger().getEffectiveLevel",
    }),
}  # fmt: skip
"""Where a logger or an output is taken otherwise than to write a line: by commands, and to ask how
much is written."""
LABELS = frozenset({"view", "status", "page", "room", "outcome", "job", "le"})
"""By what numbers are counted apart: names from the code, and the bounds of a scale."""
LABEL = re.compile(r"[\w:. +-]*")
"""A name from the code. What visitors type or ask for has other signs: an @, a slash."""
PERSONAL = re.compile(
    r"\b(?:e?mail|email|phone|password|login|credentials|recipient|POST|META|COOKIES|body)\b"
)
RAISES = re.compile(rf"\braise \w[\w.]*\([^#]{{0,300}}?{PERSONAL.pattern}")
RAISED = frozenset({"accounts/registration.py", "privacy/consent/offer/switches.py"})
"""Where an error carries an address to its own form and no further, and where it names a firm."""
SOMEBODY = "somebody-of-a-check@example.com"


def _only_known(
    what: str,
    known: Mapping[str, frozenset[str]],
    words: re.Pattern[str],
    found: Callable[[str], set[str]],
) -> int:
    """Require that modules in which some words stand hold nothing of a kind that is not known.

    Commands write for whoever has started them.
    """
    count = 0
    for path, text in source_code.sources():
        if words.search(text) and not ("/management/" in path and path not in known):
            here = found(text)
            beyond = sorted(here - known.get(path, frozenset()))
            require(not beyond, f"{path} {what} {beyond[:1]}, which is not known")
            count += len(here)
    return count


def _values(wanted: Wanted) -> Callable[[str], set[str]]:
    return partial(values_said, wanted=wanted)


def _nobody_in_errors() -> None:
    """Require that no error is raised with an address or with what was typed: a log may hold its words."""
    for path, text in source_code.sources():
        if RAISES.search(text) and path not in RAISED:
            for node in source_code.nodes(text):
                raised = node.exc if isinstance(node, ast.Raise) else None
                values = said(raised) if isinstance(raised, ast.Call) else []
                told = [word for one in values if PERSONAL.search(word := ast.unparse(one))]
                require(not told, f"{path} raises an error that says {told[:1]}")


def _what_is_logged_by_itself_names_nobody() -> None:
    """Require it of mails and of errors, whose short names stand in lines of the log."""
    refused = smtplib.SMTPRecipientsRefused({SOMEBODY: (550, SOMEBODY.encode())})
    named = [str(OutboxMail(pk=1, recipient=SOMEBODY, subject=SOMEBODY, sender=SOMEBODY))]
    for error in (refused, ValueError(SOMEBODY), smtplib.SMTPDataError(554, SOMEBODY)):
        named += [short_name(error), place(error)]
    told = [one for one in named if SOMEBODY in one]
    require(not told, "what a line of the log calls a mail or an error holds an address")


def _libraries_say_no_more() -> None:
    """Require that no single logger is set to tell all: that of the database tells values."""
    known = logging.root.manager.loggerDict
    loud = sorted(
        name
        for name, one in known.items()
        if isinstance(one, logging.Logger) and logging.NOTSET < one.level <= logging.DEBUG
    )
    require(not loud, f"the logger {loud[:1]} is set to write down all that passes")


def _numbers_name_nobody() -> int:
    """Require that what is counted for the operator is counted by names from the code alone."""
    samples = [sample for metric in COUNTED.collect() for sample in metric.samples]
    for sample in samples:
        beyond = sorted(sample.labels.keys() - LABELS)
        require(not beyond, f"{sample.name} is counted by {beyond[:1]}")
        odd = [one for one in sample.labels.values() if not LABEL.fullmatch(one)]
        require(not odd, f"{sample.name} is counted by what is no name from the code")
    return len(samples)


@promise("retention.access-logs", look=Look.NOW, strength=Strength.LOOKED_UP)
def what_logs_say_is_known(site: RunningSite) -> Evidence:
    """A log line is made of its own words and a few known values; IP addresses are asked for rarely.

    No logger is called by another name, and none is handed on: such a line could not be read.
    """
    source_code.lines_go_to_the_console_alone()
    it_logs_nobody()
    started = it_writes_down_no_request()
    addresses = source_code.only_where_known(
        "asks for an IP address",
        asks_for_an_address,
        re.compile("client_address|" + "|".join(ADDRESS_KEYS)),
        NETWORK,
    )
    site.get(f"{NO_SUCH_PAGE}?q={SOMEBODY}")  # so that something is counted
    lines = _only_known("logs", LOGGED, LINE, _values(is_line))
    labels = _only_known("counts by", COUNTED_BY, LABEL_CALL, _values(is_label))
    spans = _only_known("lets a span say", SPANNED, SPAN, _values(is_span))
    require(addresses and lines and labels and spans, "no log line was found")
    others = _only_known("has lines written by", OTHERWISE, ABOUT_LINES, used_otherwise)
    require(others, "no logger was found")
    _nobody_in_errors()
    _what_is_logged_by_itself_names_nobody()
    _libraries_say_no_more()
    logs_leave_out_the_same_everywhere()
    handlers, samples = handlers_cut_secrets(), _numbers_name_nobody()
    require(handlers and samples, "the site writes no log, or counts nothing")
    return Evidence(
        "Each line that the site logs, each number that it counts and each span of a trace holds its "
        "own words and known values, none of which is of a visitor; no code writes lines in another "
        "way, and an IP address is asked for in the known places alone.",
        {
            "values in log lines": lines,
            "places that ask for an IP address": addresses,
            "ways to start the site": started,
        },
    )
