"""The small changes that are tried, found in the sources as they are.

Each is one that somebody could make without meaning harm: a period doubled, a condition turned
round, a decorator lost, a link dropped from a template, a job that comes too seldom. What only the
checks themselves, tests and benchmarks are made of is left alone.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "accounts",
    "contact",
    "outbox",
    "pages",
    "privacy",
    "visits",
    "downloads",
    "news",
    "newsletter",
    "search",
)
NOT_OURS = {"migrations", "promises", "management", "rehearsal", "outside", "__pycache__"}
"""The checks are no part of what they look at."""
PERIOD_WORDS = {"days", "hours", "minutes", "months", "seconds", "weeks", "years"}
PERIOD_NAMES = re.compile(
    r"(?:^|_)(DAYS|HOURS|MINUTES|MONTHS|SECONDS|WEEKS|YEARS|(?<!PER_)(?<!A_)AGE|KEPT|LIFE)$"
)
TECHNICAL = {
    "accounts/allauth_views.py": "how long to wait before the next attempt, as a hint",
    "accounts/services.py": "how many rows are read at a time, and how long a lease lasts",
    "accounts/second_factor.py": "how long a code for a second factor waits to be typed in",
    "accounts/session_store.py": "how long a half-finished log-in is remembered",
    "contact/models.py:LATE_AFTER": "when staff are told of an unanswered message: our own choice",
    "contact/orders.py": "how long another machine may take to answer",
    "contact/services.py": "how long the same words count as sent twice, and a flood as one",
    "contact/teamwork.py": "how long colleagues are told that somebody is answering",
    "downloads/admin.py": "the months of a table for staff",
    "downloads/jobs.py": "how often it is asked whether there is anything to do",
    "downloads/records.py": "how long a button that is pressed again counts as pressed once",
    "downloads/store.py": "how long a file waits for its row",
    "downloads/virus_scan.py": "how long another program may take to answer",
    "downloads/watching.py:NEWS_FOR": "how old news may be of which nobody could be told",
    "newsletter/bounces.py": "how many reports make an address one that mails do not reach",
    "newsletter/import_admin.py": "how long a page for staff may stay open",
    "newsletter/jobs.py": "how often it is asked whether there is anything to do",
    "newsletter/subscribing.py": "when a sign-up is written to once more, and the same click",
    "outbox/job_runs.py": "how often it is noted that a job has run",
    "outbox/left_undone.py": "how soon operators are told of work that stays undone",
    "outbox/models.py": "leases and back-off of the sender",
    "outbox/services.py": "back-off of the sender",
    "outbox/staff_mail.py": "at which hour staff get their summary",
    "pages/robots_and_sitemap.py": "how long security.txt says that it is valid",
    "privacy/consent/audit_rules.py": "the tolerance of a tool for staff",
    "privacy/consent/idempotency.py": "how long the same click counts as clicked twice",
    "privacy/consent/offer/parts.py": "the most that a developer may declare; what is, is kept",
    "privacy/consent/services.py": "how far two machines' clocks may differ",
    "privacy/datamap/backups.py": "when staff are told that a backup or a try is missing",
    "privacy/datamap/clock.py": "how far two machines' clocks may differ",
    "privacy/datamap/replay.py": "how far two machines' clocks may differ",
    "privacy/policy/comparison_views.py": "how many comparisons are remembered",
    "privacy/policy/models.py:NOTICE_DAYS": "the database itself refuses a shorter notice",
    "privacy/policy/log_mail.py": "how late a nightly mail to officers may be made up for",
    "privacy/policy/views.py": "how many versions stand on a page",
    "privacy/policy/witness.py": "how long another machine may take to answer",
    "privacy/rights/export_files.py": "when a file that a killed process left counts as left",
    "privacy/rights/forms.py": "how old a letter may be that staff enter",
    "privacy/rights/handling.py": "how long colleagues are told that somebody is answering",
    "privacy/rights/mails.py": "how often one address is written to",
    "privacy/rights/request_chain.py:KEPT_MONTHS": "a guard of the database keeps what is sealed",
    "privacy/rights/request_chain.py:SLACK": "how far the purge may differ from the seals",
    "privacy/rights/models.py:LIFE": "how long the link to a made copy works",
    "privacy/rights/secret_links.py": "how long a link works that shows whose address it is",
    "privacy/rights/statistics.py": "the months of a table for staff",
    "visits/counting.py": "the borders of a day",
    "visits/models.py": "the borders of a day, and how long an open page may report",
    "visits/statistics.py": "the borders of a day",
}
"""Files and constants whose periods no sentence of the policy speaks of, and why."""
NO_SENTENCE_ON = {
    "accounts/jobs.py:summarize": "staff get a summary",
    "downloads/jobs.py:set_pdfs": "the policy has a PDF, too",
    "downloads/jobs.py:tell_of_new_versions": "who has asked hears of a new version",
    "newsletter/jobs.py:remind": "a sign-up is written to once more",
    "newsletter/jobs.py:send_issues": "an issue goes out",
    "privacy/consent/jobs.py:keep_versions": "it is noted what a group offers, for staff",
    "privacy/policy/jobs.py:compare_guards": "the checks compare the guards, too",
    "privacy/policy/jobs.py:log_heads_at_once": "what is not logged at once is logged by night",
    "privacy/rights/jobs.py:remind_the_desk": "staff are told what they wanted to be told",
    "search/jobs.py:index_what_has_changed": "what is new can be found",
}
"""Jobs of which no sentence of the policy speaks, and what they do."""
DECORATORS = re.compile(r"login_required|permission_required|require_POST|reauth|staff|secret")
ABOUT_NOBODY = {
    "downloads/admin.py": "documents",
    "downloads/version_admin.py": "documents; what has been published its own guard keeps",
    "news/admin.py": "news",
    "newsletter/issue_admin.py": "issues; what has been sent its own guard keeps",
    "pages/admin.py": "the texts of pages",
    "privacy/policy/admin.py": "versions; what is sealed the database keeps",
    "privacy/policy/claim_admin.py": "the wording of claims",
    "search/admin.py": "the index of public texts",
}
"""Parts of the admin in which nobody's data stand, and what does."""
LINKED_FROM = {
    "templates/account/signup.html": ("policy:", "whoever registers is told what is done with it"),
    "templates/accounts/data.html": ("accounts:(export|delete)", "one can download and delete"),
    "templates/accounts/own.html": ("accounts:(data|delete)", "one can see it, and delete it"),
    "templates/base.html": ("account_(login|signup)", "every page links to Register and Login"),
    "templates/contact/webmaster.html": ("policy:", "whoever writes is told what is done with it"),
    "templates/partials/cookie_banner.html": ("", "it has Choose, and a link to the policy"),
    "templates/partials/footer.html": ("(policy|consent|rights):", "it links to Privacy and Legal"),
    "templates/privacy/rights/choices.html": ("", "one page leads to all that one can choose"),
}
"""The links of which a sentence speaks, by the page on which they stand, and what it says.

To most of them the footer leads, too, so that nobody is lost who misses another.
"""
CONDITIONS_IN = re.compile(
    r"(services|erasure|export|retention|decision|choice|outcome|grants|refusals|withdrawal"
    r"|forms|deadlines|events|notices|queries|admin_permissions|proof|tokens|confirmation"
    r"|registration|holds|ledger|enforcement|receipts)\.py$"
)
NOT_ABOUT_PEOPLE = {
    "downloads/forms.py": "documents",
    "downloads/services.py": "documents",
    "news/forms.py": "news",
    "news/services.py": "news",
    "newsletter/issue_forms.py": "issues",
    "newsletter/issue_services.py": "issues",
    "pages/file_services.py": "files of pages",
    "search/forms.py": "the index of public texts",
    "search/services.py": "the index of public texts",
    "pages/forms.py": "the texts of pages",
    "pages/services.py": "the texts of pages",
    "privacy/datamap/erasure_proof.py": "a tool that tries an erasure on a copy",
}
"""Files of such a name on which no sentence rests, and what they are about."""
NO_SENTENCE_IF = {
    "contact/services.py: reason == Quarantine.LIMIT": "the webmaster is told of a flood",
    "contact/services.py: flood.filter": "how often the webmaster is told of a flood",
    "contact/services.py: not current.is_open": "what staff may still call spam",
    "contact/services.py: current.state != State.SPAM": "what staff may still call no spam",
    "privacy/consent/services.py: not (outcome.granted or": "a day's count of choices, of nobody",
    "privacy/policy/services.py: not is_reason(reason)": "why nobody ever read a version",
}
"""Conditions on which no sentence rests, by how they begin, and what hangs on them."""


@dataclass(frozen=True)
class Mutant:
    """One changed source: `text` stands in the place of what the file holds."""

    kind: str
    path: str
    line: int
    words: str
    text: str

    @property
    def name(self) -> str:
        """Where it is and what it does, in a line."""
        return f"{self.kind}: {self.path}:{self.line} {self.words}"


class Source:
    """A Python file whose pieces can be replaced by their place in the syntax tree."""

    def __init__(self, path: Path) -> None:
        self.path = str(path.relative_to(ROOT))
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self._starts = [0]
        for line in self.text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line.encode()))

    def replaced(self, node: Any, new: str) -> str:
        """Return the text with another piece in the place of a node."""
        begin = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        raw = self.text.encode()
        return (raw[:begin] + new.encode() + raw[end:]).decode()

    def segment(self, node: ast.AST) -> str:
        """Return the text of a node."""
        return ast.get_source_segment(self.text, node) or ""


def sources() -> Iterator[Source]:
    """Yield the files whose code acts on people, mail, consent, and periods."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            inside = path.relative_to(ROOT).parts
            # `privacy/promises` runs the checks; a room's `promises/` and `promises.py` are checks,
            # and its `rehearsal.py` makes what they look at.
            if not NOT_OURS & {*inside, path.stem, path.stem.partition("_")[0]}:
                yield Source(path)


def periods(source: Source) -> Iterator[Mutant]:
    """Each period is doubled, and halved."""
    if source.path in TECHNICAL:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _called(node) in ("Period", "timedelta"):
            numbers = [k.value for k in node.keywords if k.arg in PERIOD_WORDS]
        elif isinstance(node, ast.Assign) and PERIOD_NAMES.search(source.segment(node.targets[0])):
            numbers = [node.value]
        else:
            continue
        named = source.text.splitlines()[node.lineno - 1].split()[0].rstrip(":")
        if f"{source.path}:{named}" in TECHNICAL:
            continue
        for number in numbers:
            if isinstance(number, ast.Constant) and isinstance(number.value, int) and number.value:
                for new in {number.value * 2, number.value // 2} - {number.value}:
                    words = f"{source.segment(node)[:60]} with {new}"
                    changed = source.replaced(number, str(new))
                    yield Mutant("period", source.path, number.lineno, words, changed)


def conditions(source: Source) -> Iterator[Mutant]:
    """Each condition of what acts is turned round."""
    if source.path in NOT_ABOUT_PEOPLE or not CONDITIONS_IN.search(source.path):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If | ast.IfExp) and not _only_logs(node):
            test = source.segment(node.test)
            if f"{source.path}: {test}".startswith(tuple(NO_SENTENCE_IF)):
                continue
            whole = test if isinstance(node, ast.If) else source.segment(node)
            words = f"turned round: {' '.join(whole.split())[:60]}"
            changed = source.replaced(node.test, f"(not ({test}))")
            yield Mutant("condition", source.path, node.test.lineno, words, changed)


def _only_logs(node: ast.If | ast.IfExp) -> bool:
    """Tell whether nothing but a line of a log hangs on a condition."""
    if isinstance(node, ast.IfExp) or node.orelse:
        return False
    return all(ast.unparse(one).startswith("logger.") for one in node.body)


def permissions(source: Source) -> Iterator[Mutant]:
    """Each decorator that guards a view is lost, and each permission of the admin is granted."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if DECORATORS.search(source.segment(decorator).partition("(\n")[0]):
                words = f"{node.name} without @{source.segment(decorator)[:50]}"
                changed = source.replaced(decorator, "(lambda view: view)")
                yield Mutant("permission", source.path, decorator.lineno, words, changed)
        if re.fullmatch(r"has_\w+_permission", node.name) and source.path not in ABOUT_NOBODY:
            body = node.body[-1]
            words = f"{node.name} returns True"
            changed = source.replaced(body, "return True")
            yield Mutant("permission", source.path, body.lineno, words, changed)


def jobs(source: Source) -> Iterator[Mutant]:
    """Each job comes once a month, is never due, or does nothing.

    What the policy says by the day bears a day or two; no sentence bears a month.
    """
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef) or f"{source.path}:{node.name}" in NO_SENTENCE_ON:
            continue
        for call in node.decorator_list:
            if not (isinstance(call, ast.Call) and _called(call) == "periodic"):
                continue
            for word in call.keywords:
                if word.arg == "every_seconds":
                    changed = source.replaced(word.value, A_MONTH)
                    words = f"{node.name} once a month"
                    yield Mutant("job", source.path, word.value.lineno, words, changed)
                elif word.arg == "when":
                    changed = source.replaced(word.value, "lambda: False")
                    yield Mutant(
                        "job", source.path, word.value.lineno, f"{node.name} never", changed
                    )
            first = next(one for one in node.body if not _is_docstring(one))
            changed = source.replaced(first, f"return None\n    {source.segment(first)}")
            yield Mutant("job", source.path, first.lineno, f"{node.name} does nothing", changed)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


A_MONTH = str(30 * 24 * 3600)
PIXEL = '<img src="https://beacon.test/1.gif" width="1" height="1" alt="">'
SCRIPT = "<script>document.cookie = 'seen=1'</script>"


def templates() -> Iterator[Mutant]:
    """Each page loses a link, a label or a field's mark, or gains a pixel or a script."""
    folders = [ROOT / "templates", *(ROOT / room / "templates" for room in ROOMS)]
    for path in sorted(file for folder in folders for file in folder.rglob("*.html")):
        text, place = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
        if "admin" in path.parts:
            continue
        for words, new in (("a pixel", PIXEL), ("a script", SCRIPT)):
            end = re.search(r"{% endblock content[^%]*%}|</main>|</form>", text)
            if end:
                changed = text[: end.start()] + new + text[end.start() :]
                line = text[: end.start()].count("\n") + 1
                yield Mutant("template", place, line, words, changed)
        for found in re.finditer(r"<a\b[^>]*?href=\"{% url '([^']+)'[^>]*>", text):
            if place not in LINKED_FROM or not re.match(LINKED_FROM[place][0], found[1]):
                continue
            changed = text[: found.start()] + "<a>" + text[found.end() :]
            line = text[: found.start()].count("\n") + 1
            yield Mutant("template", place, line, f"no link to {found[1]}", changed)


def _called(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def all_mutants() -> list[Mutant]:
    """Return every mutant that can be made."""
    of_python = (periods, conditions, permissions, jobs)
    found = [one for source in sources() for kind in of_python for one in kind(source)]
    return [*found, *templates()]
