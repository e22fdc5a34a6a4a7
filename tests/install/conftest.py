"""One machine for the whole run, on which the document's commands have been typed."""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.install.document import FROM_NOTHING, SELF_SIGNED, in_a_trial
from tests.install.machine import Machine, empty_machine
from tests.run import ROOT

HOST = "www.example.com"
SITE = "/srv/website"
SOURCE = "/mnt/website.git"
CERTIFICATE = SELF_SIGNED[1].partition(" >")[0].partition("nginx_conf ")[2]
"""The options by which `nginx_conf` is told of the certificate of a trial."""
KEYS = ("SECRET_KEY", "LOG_SIGNING_KEY")
SAYS_WHAT_IS_MISSING = "check --deploy"
"""Ends with 1: what only a company knows is not filled in."""
OFFICER = {
    "Username": "ada",
    "Email address": "ada@example.com",
    "Password:": "a-long-sentence-of-hers",
    "Password again": "a-long-sentence-of-hers",
}


class Installed:
    """The machine, and what it said to each command."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.said: dict[str, str] = {}
        self.place = self.makes_a_key = ""

    def type(self, line: str) -> None:
        """Type a line where the one before has led."""
        if line.startswith("nano "):
            self.edit(self._as_the_document_says)
        elif "make_staff" in line:
            self.said[line] = self.machine.answer(f"{self.place}{line}", OFFICER)
        else:
            typed = line.replace("git clone …", f"git clone --quiet {SOURCE}")
            may_fail = SAYS_WHAT_IS_MISSING in line
            said = self.machine.run(f"{self.place}{typed}", check=not may_fail)
            assert not may_fail or "System check identified" in said, said
            self.said[line] = said
        if f"&& cd {SITE}" in line:
            self.place = f"cd {SITE}; "

    def edit(self, change: Callable[[str], str | None]) -> None:
        """Change `.env` as somebody does in an editor."""
        file = self.machine.folder / SITE.lstrip("/") / ".env"
        lines = [change(line) for line in file.read_text().splitlines()]
        file.write_text("".join(f"{line}\n" for line in lines if line is not None))

    def _as_the_document_says(self, line: str) -> str | None:
        """Make each key as the remark above its line says; the origin stays that of the example."""
        name, _, value = line.partition("=")
        if name == "DATABASE_URL":
            return None
        if makes := re.search(r'python3? -c "[^"]+"', line):
            self.makes_a_key = makes[0]
        if name in KEYS and not value:
            return f"{line}{self.machine.run(self.makes_a_key).strip()}"
        return line

    def manage(self, words: str, *, given: bytes = b"", check: bool = True) -> str:
        """Carry out a command of the site as the user that runs it."""
        command = f"cd {SITE}; runuser -u website -- .venv/bin/python manage.py {words}"
        return self.machine.run(command, given=given, check=check)

    def curl(self, path: str, *options: str, host: str = f"https://{HOST}") -> str:
        """Ask the site as a visitor does, but for the certificate that nobody has signed."""
        port = 443 if host.startswith("https") else 80
        return self.machine.curl(
            "--insecure", "--resolve", f"{HOST}:{port}:127.0.0.1", *options, f"{host}{path}"
        )


@pytest.fixture(scope="session")
def installed() -> Iterator[Installed]:
    """Type the commands as they are printed into an empty machine, and stop at one that fails."""
    with tempfile.TemporaryDirectory(prefix="install-", dir="/var/tmp") as name:
        folder = Path(name)
        source = folder / "website.git"
        subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, source], check=True)
        with empty_machine(folder, mounts=(f"{source}:{SOURCE}",)) as machine:
            found = Installed(machine)
            for line in in_a_trial(FROM_NOTHING, SELF_SIGNED):
                print(f"# {line}", flush=True)
                found.type(line)
            yield found
