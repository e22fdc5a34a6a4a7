"""How the application server is started, by the site itself and by what comes with it for machines.

It knows who asks for what and could write it all down, so all that it is told is written out here.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from privacy.promises.registry import require
from sens_site.management.commands import run_site

NEEDED = frozenset({"--no-access-log"})
OPTIONS: Mapping[str, str] = {
    "--interface": "wsgi", "--no-ws": "", "--http": "1", "--runtime-threads": "1",
    "--log-level": "warning", "--no-access-log": "", "--respawn-failed-workers": "",
    "--host": r"[\w.:]+", "--port": r"\d+", "--workers": r"\d+", "--blocking-threads": r"\d+",
    "--backlog": r"\d+", "--respawn-interval": r"[\d.]+", "--workers-kill-timeout": r"\d+",
}  # fmt: skip
"""All that it is told, with what it may be told there. None of these writes down who asks."""
BY_ENVIRONMENT = ("GRANIAN_", "GUNICORN_", "HYPERCORN_", "UVICORN_")
"""How the names of variables begin by which such a server is told the same."""
FILES = ("deploy/*.service", "deploy/systemd/*", "deploy/*.y*ml", "deploy/Dockerfile")
SITE_OPTIONS = frozenset({"--production", "--only", "--host", "--port", "--workers"})
"""What `run_site` is told there."""
WRITES_DOWN = re.compile(
    r"access[-_]?log|log[-_](?:config|file|format|fmt|statement|min_duration\w*|connections|hostname)"
    r"|\blogging_collector|--log-|--logfile|\bGRANIAN|\bUVICORN|\bGUNICORN"
    r"|\b(?:uvicorn|gunicorn|hypercorn|granian|daphne)\b"
    r"|^\s*(?:StandardOutput|StandardError|SyslogIdentifier|LogNamespace)=",
    re.IGNORECASE | re.MULTILINE,
)
"""By what a server, a database or the machine would be told to write down what passes."""
DRIVER = re.compile(r"^\s*logging:\s*\n\s*driver:\s*(\S+)", re.MULTILINE)


class _Held:
    """Stands in for the supervisor: it is told what to start, and starts nothing."""

    children: list[Any]

    def __init__(self, children: list[Any], *, say: Callable[[str], None]) -> None:
        type(self).children = children

    def run(self, *, on_look: Callable[[], None]) -> int:
        return 0


def _started() -> list[Any]:
    """Return what `run_site` starts in production."""
    module: Any = run_site
    usual, module.Supervisor = module.Supervisor, _Held
    try:
        how = {"production": True, "only": "", "workers": 2}
        environment = run_site.child_environment(8000)
        run_site.Command().serve("127.0.0.1", 8000, environment, how)
    finally:
        module.Supervisor = usual
    return _Held.children


def it_writes_down_no_request() -> int:
    """Require that nothing that serves the site is told to; return how many places were read."""
    served = [one for one in _started() if "granian" in one.command]
    require(served, "the site is served by what nobody knows")
    for one in served:
        _told(one.command[one.command.index("granian") + 1 : -1])
    for name in {**os.environ, **served[0].environment}:
        require(not name.startswith(BY_ENVIRONMENT), f"the application server is told {name}")
    return len(served) + _comes_with_the_site()


def _told(words: list[str]) -> None:
    waiting = [*words]
    while waiting:
        name, _, value = waiting.pop(0).partition("=")
        require(name in OPTIONS, f"the application server is told {name}")
        if OPTIONS[name]:
            value = value or (waiting.pop(0) if waiting else "")
        fits = re.fullmatch(OPTIONS[name], value)
        require(fits, f"the application server is told {name} {value}")
    missing = sorted(NEEDED - set(words))
    require(not missing, f"the application server is not told {missing[:1]}")


def text_of(file: Path) -> str:
    return file.read_text("utf-8")


def _comes_with_the_site() -> int:
    """Read the files by which others start it, where they are there."""
    read = 0
    for file in sorted({one for kind in FILES for one in settings.BASE_DIR.glob(kind)}):
        text = re.sub(r"^\s*#.*$", "", text_of(file), flags=re.MULTILINE)
        found = WRITES_DOWN.search(text)
        require(not found, f"{file.name} says {found[0].strip() if found else ''}")
        for driver in DRIVER.findall(text):
            require(driver == "local", f"{file.name} hands what is logged to {driver}")
        for told in re.findall(r"run_site\b([^\n\]]*(?:\n\s+\"--[^\n\]]*)*)", text):
            beyond = sorted(set(re.findall(r"--[\w-]+", told)) - SITE_OPTIONS)
            require(not beyond, f"{file.name} tells the site {beyond[:1]}")
        read += 1
    return read
