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
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from sens_site.lib.deploy.supervisor import Child
from sens_site.lib.metrics import FOLDER
from sens_site.management.commands import run_site
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
SECONDS = 240


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
@pytest.mark.once
def test_it_answers_and_leaves_no_process_behind(
    socket_enabled: None, tmp_path: Path, copied_database: str
) -> None:
    """It ends within 3 s on an idle machine, also while its worker looks at the site from outside.

    A machine that runs tests may take three times as long.
    """
    mark = copied_database
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
        "DEBUG": "true",
        "SITE_ORIGIN": "http://127.0.0.1:8000",
        "DATABASE_URL": mark,
        "MAIL_TRANSPORT": TERMINAL,
        "ERASURE_LEDGER": str(tmp_path / "ledger"),
        "PRIVATE_ROOT": str(tmp_path / "private"),
        "DOCUMENTS_ROOT": str(tmp_path / "documents"),
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
                if b"look from outside" in Path(f"/proc/{process}/cmdline").read_bytes():
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


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[Child]:
    """Start no process: give the children that would be started, which end with status 3."""
    children: list[Child] = []

    class PlayedSupervisor:
        def __init__(self, given: list[Child], *, say: object) -> None:
            children.extend(given)

        def run(self, *, on_look: object) -> int:
            return 3

    monkeypatch.setattr(run_site, "Supervisor", PlayedSupervisor)
    monkeypatch.setattr(run_site, "prepare_apart", lambda *, production: None)
    monkeypatch.setattr(run_site, "close_connections", lambda: None)
    monkeypatch.setattr(Command, "choose_port", lambda self, host, wanted: wanted)
    return children


@pytest.mark.parametrize("production", [True, False])
def test_each_mode_has_its_server_and_ends_with_its_status(
    played: list[Child], settings: Settings, production: bool
) -> None:
    settings.DEBUG = not production
    with pytest.raises(SystemExit) as ended:
        call_command("run_site", production=production, workers=2, port=8123)
    assert ended.value.code == 3
    web, worker = played
    assert ("granian" in " ".join(web.command), "runserver" in web.command) == (
        production,
        not production,
    )
    assert ("--reload" in worker.command) is not production
    assert (web.essential, worker.essential) == (True, False)
    # Both count in one folder, made for this start and gone with it.
    assert web.environment[FOLDER] == worker.environment[FOLDER]
    assert Path(web.environment[FOLDER]).name.startswith("site-metrics-")
    assert not Path(web.environment[FOLDER]).exists()


def test_processes_count_in_memory_where_there_is_such_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, inside in ((tmp_path, True), (tmp_path / "none", False)):
        monkeypatch.setattr(run_site, "MEMORY", str(place))
        with run_site.counting_folder() as folder:
            assert (Path(folder).parent == tmp_path) is inside


def test_what_has_been_prepared_runs_without_a_worker_and_is_not_prepared_again(
    played: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[bool] = []
    monkeypatch.setattr(Command, "prepare", lambda self, *, production: prepared.append(production))
    with pytest.raises(SystemExit):
        call_command("run_site", production=True, only="web", port=8123)
    assert ([child.name for child in played], prepared) == (["web"], [])
    call_command("run_site", production=True, only="prepare")
    assert ([child.name for child in played], prepared) == (["web"], [True])


@pytest.mark.parametrize(("only", "others"), [(None, ["worker"]), ("web", [])])
def test_in_production_pages_are_published_on_each_machine_with_a_web_server(
    played: list[Child],
    settings: Settings,
    only: str | None,
    others: list[str],
) -> None:
    settings.PUBLISHED_ROOT = "/srv/pages"
    with pytest.raises(SystemExit):
        call_command("run_site", production=True, only=only, port=8123)
    assert [child.name for child in played] == ["web", *others, "publisher"]
    assert "publish_pages" in played[-1].command
    assert played[-1].essential is False
    settings.DEBUG = True
    played.clear()
    with pytest.raises(SystemExit):
        call_command("run_site", production=False, only=only, port=8123)
    assert [child.name for child in played] == ["web", *others]


def test_what_keeps_the_processes_has_the_site_prepared_by_another_and_holds_no_connection(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    done: list[object] = []
    status = 0
    pooled = SimpleNamespace(
        close=lambda: done.append("close"), close_pool=lambda: done.append("close pool")
    )
    plain = SimpleNamespace(close=lambda: done.append("close"))

    def run(command: list[str], *, check: bool) -> SimpleNamespace:
        done.append(command[2:])
        return SimpleNamespace(returncode=status)

    opened = SimpleNamespace(all=lambda *, initialized_only: [plain, pooled])
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(run_site, "connections", opened)
    monkeypatch.setattr(Command, "serve", lambda *given: done.append("serve"))
    let_go = ["close", "close", "close pool", "serve"]
    for production in (True, False):
        done.clear()
        settings.DEBUG = not production
        call_command("run_site", production=production)
        only = ["run_site", "--only", "prepare", *(["--production"] if production else [])]
        assert done == [[*only, "--skip-checks"], *let_go]
    status = 2
    with pytest.raises(SystemExit) as ended:
        call_command("run_site", production=False)
    assert (ended.value.code, done[-1]) == (2, [*only, "--skip-checks"])


def test_before_a_start_in_production_everything_is_brought_up_to_date(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(run_site, "call_command", lambda name, **options: done.append(name))
    monkeypatch.setattr(run_site, "collect_if_changed", lambda: done.append("collect"))
    Command().prepare(production=False)
    brought = ["migrate", "createcachetable", "setup_site"]
    assert done == brought
    Command().prepare(production=True)
    assert done[len(brought) :] == [*brought, "collect"]


def test_the_dictionary_is_made_anew_once_the_files_are_collected_where_one_is_wanted(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    done: list[str] = []
    settings.COMPRESSION_DICTIONARY = True
    monkeypatch.setattr(run_site, "call_command", lambda name, **options: None)
    monkeypatch.setattr(run_site, "collect_if_changed", lambda: done.append("collect"))
    monkeypatch.setattr(subprocess, "run", lambda command, *, check: done.append(command[-2]))
    Command().prepare(production=False)
    assert done == []
    Command().prepare(production=True)
    assert done == ["collect", "make_dictionary"]


def test_an_image_is_collected_without_a_database(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DEBUG = False
    done: list[str] = []
    monkeypatch.setattr(run_site, "collect_if_changed", lambda: done.append("collect"))
    call_command("run_site", production=True, only="collect")
    assert done == ["collect"]


@pytest.mark.once
def test_nobody_else_on_the_machine_reads_the_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "site.sqlite3"
    run_site.keep_from_others(file)
    assert not file.exists()
    file.touch()
    for before, after in ((0o644, 0o640), (0o600, 0o600), (0o666, 0o660)):
        file.chmod(before)
        run_site.keep_from_others(file)
        assert file.stat().st_mode & 0o777 == after
    monkeypatch.setattr(Path, "chmod", refuse)
    run_site.keep_from_others(file)  # of another owner, who decides


def refuse(*_: object) -> None:
    raise PermissionError


@pytest.mark.parametrize("is_abstract", [False, True])
def test_systemd_is_told_when_the_site_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, socket_enabled: None, *, is_abstract: bool
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    run_site.tell_ready()  # nobody asked
    address = f"@site-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0"))
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        run_site.tell_ready()
        assert manager.recv(100) == b"READY=1"
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "of another"))
    run_site.tell_ready()  # the site goes on


def test_where_every_port_is_taken_it_says_so(
    on_loopback: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(run_site, "is_free", lambda host, port: asked.append(port))
    with pytest.raises(CommandError, match="No free port from 8000 on"):
        Command().choose_port("127.0.0.1", 8000)
    assert asked == list(range(8000, 8050))


def test_it_says_once_where_the_site_is_as_soon_as_it_answers(
    taken: int,
    on_loopback: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_loopback.MAIL_TRANSPORT = SMTP
    free = run_site.Announcement(Command(), "127.0.0.1", 1, "http://127.0.0.1:1")
    free.look()
    assert capsys.readouterr().out == ""
    answering = run_site.Announcement(Command(), "0.0.0.0", taken, "http://127.0.0.1:8000")  # noqa: S104 - compared, not bound
    told: list[str] = []
    monkeypatch.setattr(run_site, "tell_ready", lambda: told.append("ready"))
    answering.look()
    answering.look()
    assert told == ["ready"]
    assert capsys.readouterr().out.count("The site:             http://127.0.0.1:8000/") == 1


@pytest.mark.parametrize(
    ("email_host", "line"), [(None, "printed here"), ("mail.test", "sent through mail.test")]
)
def test_it_says_where_mails_go(
    on_loopback: Settings, monkeypatch: pytest.MonkeyPatch, email_host: str | None, line: str
) -> None:
    on_loopback.MAIL_TRANSPORT = SMTP
    on_loopback.EMAIL_HOST = email_host
    monkeypatch.delenv("EMAIL_HOST", raising=False)
    if email_host:
        monkeypatch.setenv("EMAIL_HOST", email_host)
    assert run_site.mails_line() == line


def test_a_process_that_serves_no_page_starts_without_what_pages_and_rare_jobs_need() -> None:
    large = ("cryptography", "dns", "nh3", "privacy.policy.admin", "psycopg", "pyrage", "PIL")
    code = (
        "import sys, django; django.setup(); import outbox.worker; "
        "from outbox.jobs import registered_jobs; registered_jobs(); "
        f"print([name for name in {large} if name in sys.modules]); "
        "from django.core import checks; checks.run_checks(tags=['admin']); "
        "print('privacy.policy.admin' in sys.modules)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment["DATABASE_URL"] = "sqlite:///unused.sqlite3"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["[]", "True"]
