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

from bench.mutants.left_out import (
    ABOUT_NOBODY,
    NO_SENTENCE_IF,
    NO_SENTENCE_ON,
    NOT_ABOUT_PEOPLE,
    TECHNICAL,
)

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
DECORATORS = re.compile(r"login_required|permission_required|require_POST|reauth|staff|secret")
LINKED_FROM = {
    "templates/account/signup.html": (
        "policy:policy",
        "whoever registers is told what is done with it",
    ),
    "templates/accounts/data.html": (
        "accounts:delete",
        "one can delete it; to the copy the list beside leads, too",
    ),
    "templates/accounts/own.html": ("accounts:(data|delete)", "one can see it, and delete it"),
    "templates/base.html": ("account_(login|signup)", "every page links to Register and Login"),
    "templates/contact/webmaster.html": ("policy:", "whoever writes is told what is done with it"),
    "templates/partials/cookie_banner.html": ("", "it has Choose, and a link to the policy"),
    "templates/partials/footer.html": ("(policy|consent|rights):", "it links to Privacy and Legal"),
}
"""The links of which a sentence speaks, by the page on which they stand, and what it says.

To most of them the footer leads, too, so that nobody is lost who misses another.
"""
CONDITIONS_IN = re.compile(
    r"(services|erasure|export|retention|decision|choice|outcome|grants|refusals|withdrawal"
    r"|forms|deadlines|events|notices|queries|admin_permissions|proof|tokens|confirmation"
    r"|registration|holds|ledger|enforcement|receipts)\.py$"
)


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
        self._raw = self.text.encode()
        for line in self._raw.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def replaced(self, node: Any, new: str) -> str:
        """Return the text with another piece in the place of a node."""
        begin, end = self._place(node)
        return (self._raw[:begin] + new.encode() + self._raw[end:]).decode()

    def segment(self, node: Any) -> str:
        """Return the text of a node; `ast.get_source_segment` takes the file apart for each anew."""
        begin, end = self._place(node)
        return self._raw[begin:end].decode()

    def _place(self, node: Any) -> tuple[int, int]:
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )


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
            whole = test if isinstance(node, ast.If) else source.segment(node)
            left_out = tuple(NO_SENTENCE_IF)
            if any(f"{source.path}: {words}".startswith(left_out) for words in (test, whole)):
                continue
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
    nobodys = {
        id(inside)
        for one in ast.walk(source.tree)
        if isinstance(one, ast.ClassDef) and f"{source.path}:{one.name}" in ABOUT_NOBODY
        for inside in one.body
    }
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef) or id(node) in nobodys:
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
