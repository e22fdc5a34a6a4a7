"""The one command that runs the site on one machine."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from sens_site.management.commands.run_site import (
    SMTP,
    TERMINAL,
    Command,
    child_environment,
    is_free,
    mail_transport,
)
from sens_site.serving import granian_command

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60


@pytest.fixture
def taken(socket_enabled: None) -> Iterator[int]:
    """A loopback port that is in use."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def on_loopback(settings: Settings) -> Settings:
    """Settings of a machine that tries the site."""
    settings.SITE_ORIGIN = "http://127.0.0.1:8000"
    settings.SITE_HOST = "127.0.0.1"
    return settings


def test_port_that_is_taken_is_passed_over(
    taken: int, on_loopback: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    port = Command().choose_port("127.0.0.1", taken)
    assert port > taken
    assert is_free("127.0.0.1", port)
    assert capsys.readouterr().out == f"Port {taken} is taken; using {port}.\n"


def test_port_that_a_proxy_relies_on_is_not_changed(taken: int) -> None:
    with pytest.raises(CommandError, match=f"Port {taken} is taken, and https://testserver"):
        Command().choose_port("127.0.0.1", taken)


@pytest.mark.parametrize(
    ("origin", "host", "expected"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", "http://127.0.0.1:8123"),
        ("http://localhost:8000", "localhost", "http://localhost:8123"),
        ("http://[::1]:8000", "::1", "http://[::1]:8123"),
        ("https://www.example.com", "www.example.com", "https://www.example.com"),
    ],
)
def test_mailed_links_name_the_port_that_was_chosen(
    settings: Settings, origin: str, host: str, expected: str
) -> None:
    settings.SITE_ORIGIN, settings.SITE_HOST = origin, host
    assert child_environment(8123)["SITE_ORIGIN"] == expected


@pytest.mark.parametrize(
    ("configured", "email_host", "host", "expected"),
    [
        (SMTP, None, "127.0.0.1", TERMINAL),
        (TERMINAL, None, "127.0.0.1", TERMINAL),
        (TERMINAL, "mail.example.com", "127.0.0.1", SMTP),
        (SMTP, "mail.example.com", "127.0.0.1", SMTP),
        (SMTP, None, "www.example.com", SMTP),
        ("some.other.Backend", "mail.example.com", "127.0.0.1", "some.other.Backend"),
    ],
)
def test_where_mails_go(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    configured: str,
    email_host: str | None,
    host: str,
    expected: str,
) -> None:
    settings.MAIL_TRANSPORT, settings.SITE_HOST = configured, host
    if email_host is None:
        monkeypatch.delenv("EMAIL_HOST", raising=False)
    else:
        monkeypatch.setenv("EMAIL_HOST", email_host)
    assert mail_transport() == expected


def test_production_server_brings_killed_workers_back_and_logs_no_visitor() -> None:
    command = granian_command(port=8123, workers=3, threads=4)
    assert command[command.index("--workers") + 1] == "3"
    assert "--respawn-failed-workers" in command
    assert "--no-access-log" in command
    assert command[command.index("--blocking-threads") + 1] == "4"


def test_modes_do_not_mix(settings: Settings) -> None:
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("run_site")
    settings.DEBUG = True
    with pytest.raises(CommandError, match="Set DEBUG=false"):
        call_command("run_site", "--production")


@pytest.mark.slow
def test_it_answers_and_leaves_no_process_behind(socket_enabled: None, tmp_path: Path) -> None:
    """It ends within 3 s on an idle machine, also while the worker looks at the promises.

    A machine that runs tests may take three times as long.
    """
    mark = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
        "DEBUG": "true",
        "SITE_ORIGIN": "http://127.0.0.1:8000",
        "DATABASE_URL": mark,
        "MAIL_TRANSPORT": TERMINAL,
        "ERASURE_LEDGER": str(tmp_path / "ledger"),
        "PRIVATE_ROOT": str(tmp_path / "private"),
    }
    log = tmp_path / "log"
    with log.open("wb") as output:
        site = subprocess.Popen(
            [sys.executable, "manage.py", "run_site", "--port=8300"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = announced_address(site, log)
        with urllib.request.urlopen(f"{address}robots.txt", timeout=SECONDS) as answer:  # noqa: S310
            assert answer.status == 200
        assert len(processes_with(mark)) > 2
        wait_for_look(mark)
    finally:
        asked_at = time.monotonic()
        site.send_signal(signal.SIGINT)
        status = site.wait(SECONDS)
        took = time.monotonic() - asked_at
    assert status == 0
    assert took < 3 * 3
    assert processes_with(mark) == []
    assert log.read_text().splitlines()[-1] == "Stopped."


def announced_address(site: "subprocess.Popen[bytes]", log: Path) -> str:
    """Wait until the command names the address at which the site answers."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and site.poll() is None:
        for line in log.read_text().splitlines():
            if line.strip().startswith("The site:"):
                return line.split()[-1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def wait_for_look(mark: str) -> None:
    """Wait until the worker has started to look at the promises."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for process in processes_with(mark):
            try:
                if b"verify promises" in Path(f"/proc/{process}/cmdline").read_bytes():
                    return
            except OSError:
                continue
        time.sleep(0.1)
    raise AssertionError("no look has begun")


def processes_with(mark: str) -> list[int]:
    """Return the processes whose environment holds a mark."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in environ.read_bytes():
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found
