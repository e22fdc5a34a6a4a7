"""Two machines of the site, and all that they share, as processes on loopback.

Each machine has a web server, a publisher of pages and a worker, started as the systemd units start
them, and an nginx with the configuration that `manage.py nginx_conf` writes: visitors come by that of
the first. Shared are PostgreSQL with a replica, Valkey (or Redis), an S3 server, and a mail server.
"""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests import nginx
from tests.cluster.database_pair import Pair, pair
from tests.outbox.smtp_sink import SmtpSink
from tests.postgres import free_port
from tests.run import ROOT, find_cache_server

HOST = "site.test"
BUCKET = "documents"
S3_SERVER = ROOT / "tests" / "cluster" / "s3_server.py"
PATIENCE = 600
"""Of a test, in seconds: on a machine with other things to do a start takes minutes. No claim."""
STOP_SECONDS = 20
"""After these systemd ends a unit that does not end by itself (`TimeoutStopSec`)."""
THREADS = 4
MANAGE = [sys.executable, "manage.py"]
IN_HAND = """
import sys
from sens_site.lib.deploy.setup_lock import in_hand
with in_hand("verify promises") as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""
"""Has the look at the promises in hand as a third worker would, so that the two leave it."""


class Process:
    """A program that can be started, killed and started again."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        folder: Path,
        environment: Mapping[str, str] = MappingProxyType({}),
        port: int = 0,
        address: str = "127.0.0.1",
    ) -> None:
        self.name, self.command, self.port, self.address = name, command, port, address
        self.log = folder / f"{name}.log"
        self.environment = {**os.environ, **environment}
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. It leads a group of its own, as a unit of systemd does."""
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def wait_until_it_listens(self) -> None:
        """Return when connections are taken at its port."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.running is not None
            assert self.running.poll() is None, f"{self.name} has ended:\n{self.log.read_text()}"
            if self.listens():
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.name} does not listen:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End it and all that it has started, without a chance to do anything about it."""
        if self.running is not None:
            for pid in family(self.running.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.running.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while self.listens():  # all that shared its socket have to be gone
            assert time.monotonic() < until, f"{self.name} is killed and listens"
            time.sleep(0.01)

    def listens(self) -> bool:
        """Tell whether anybody takes connections at its port."""
        with socket.socket() as probe:
            return bool(self.port) and probe.connect_ex((self.address, self.port)) == 0

    def stop(self) -> "Took":
        """Ask it to end, as `systemctl stop` does, and return how long that took."""
        assert self.running is not None
        waited = Waited(*family(self.running.pid))
        began = time.monotonic()
        self.running.terminate()
        while self.running.poll() is None and time.monotonic() < began + STOP_SECONDS:
            waited.look()
            time.sleep(0.01)
        took = Took(time.monotonic() - began, waited.seconds)
        self.kill()
        return took


def family(pid: int) -> list[int]:
    """Return a process and all below it: a supervisor's children lead groups of their own."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [pid]
    for one in found:  # grows while it is walked
        found += [child for child, parent in parents if parent == one]
    return found


class Took(NamedTuple):
    """For how many seconds something went on, and for how many of them processes had to wait."""

    seconds: float
    waited: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.waited:.2f} s of them without a processor)"

    @property
    def of_its_own(self) -> float:
        """What it would have taken on a machine that has nothing else to do."""
        return self.seconds - self.waited


class Waited:
    """How long processes were ready since this was made, and the machine gave them no processor.

    What is promised within a second is promised by a machine that has a processor to give. It is the
    one thread that has waited longest, as they wait beside each other. On an idle machine it is next to
    nothing, so that the promise is held to the letter there.
    """

    def __init__(self, *pids: int) -> None:
        self.pids = pids
        self.before = self.now = self._read()

    def _read(self) -> dict[Path, float]:
        found = {}
        for pid in self.pids:
            for thread in Path("/proc").glob(f"{pid}/task/*/schedstat"):
                with suppress(OSError):
                    found[thread] = int(thread.read_text().split()[1]) / 1e9
        return found

    def look(self) -> None:
        """Read it again: of a process that has ended it is what was seen last."""
        self.now = {**self.now, **self._read()}

    @property
    def seconds(self) -> float:
        """How long that was."""
        waits = (seconds - self.before.get(thread, 0.0) for thread, seconds in self.now.items())
        return max(waits, default=0.0)


class Machine:
    """A web server, a worker, and nginx."""

    def __init__(
        self, name: str, address: str, folder: Path, environment: dict[str, str], front_port: int
    ) -> None:
        self.folder = own = folder / name
        own.mkdir()
        own.chmod(0o755)
        port = free_port()
        self.environment = {
            **environment,
            "ERASURE_LEDGER": str(folder / "ledger"),
            "BACKUP_DIR": str(own / "backups"),
            "KEPT_HEADS": str(own / "kept-heads"),
            "OUTSIDE_STATE": str(own / "seen-from-outside.json"),
            "PRIVATE_ROOT": str(folder / "private"),
            "MEDIA_ROOT": str(folder / "media"),
            "DOCUMENTS_ROOT": str(own / "documents"),
            "PUBLISHED_ROOT": str(own / "pages"),
        }
        self.front = Process(f"nginx-{name}", [], folder=folder, port=front_port, address=address)
        self.web = Process(
            f"web-{name}",
            [*MANAGE, "run_site", "--production", "--only=web", f"--port={port}", "--workers=1"],
            folder=folder, port=port, environment=self.environment,
        )  # fmt: skip
        self.worker = Process(
            f"worker-{name}", [*MANAGE, "worker"], folder=folder, environment=self.environment
        )

    @property
    def publisher(self) -> int:
        """The process that publishes pages."""
        assert self.web.running is not None
        for pid in family(self.web.running.pid):
            if b"publish_pages" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        raise AssertionError("nobody publishes pages")

    def manage(self, *command: str) -> str:
        """Run a management command to its end and return what it has printed."""
        done = subprocess.run(
            [*MANAGE, *command], cwd=ROOT, env={**os.environ, **self.environment},
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, f"{command} has failed:\n{done.stderr}"
        return done.stdout

    def renew(self) -> dict[str, Took]:
        """Do what `systemctl restart` does, wait as for `/readyz`; return how long stopping took."""
        took = {one.name: one.stop() for one in (self.web, self.worker)}
        self.worker.start()
        self.web.start()
        self.web.wait_until_it_listens()
        until = time.monotonic() + PATIENCE
        while self.readiness() != 200:
            assert time.monotonic() < until, f"{self.web.name} is not ready"
            time.sleep(0.1)
        return took

    def readiness(self) -> int:
        """Ask whether requests may be sent here."""
        link = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=PATIENCE)
        try:
            link.request("GET", "/readyz")
            answer = link.getresponse()
            answer.read()
            return answer.status
        finally:
            link.close()


class Cluster:
    """All of it, running."""

    def __init__(self, folder: Path, database: Pair, mails: SmtpSink) -> None:
        self.folder, self.database, self.mails = folder, database, mails
        self.port = free_port()
        self.origin = f"https://{HOST}:{self.port}"
        cache_port, s3_port = free_port(), free_port()
        program = find_cache_server()
        assert program is not None
        self.cache = Process(
            "cache",
            [program, "--port", str(cache_port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", str(folder)],
            folder=folder, port=cache_port,
        )  # fmt: skip
        self.files = Process(
            "files", [sys.executable, str(S3_SERVER), str(s3_port), str(folder / "s3")],
            folder=folder, port=s3_port,
        )  # fmt: skip
        environment = {
            "DJANGO_SETTINGS_MODULE": "sens_site.settings",
            "ENV_FILE": os.devnull,
            "DEBUG": "false",
            "SECRET_KEY": "tests-only-2f6c0b1d4a9e4c7f8a53-tests-only-9d1b7e3c5f",
            "LOG_SIGNING_KEY": "tests-only-tests-only-tests-only-tests-only",
            "CONTENT_DIR": "content/sens",
            "SITE_ORIGIN": self.origin,
            "DATABASE_URL": database.url,
            "DATABASE_POOL_SIZE": str(THREADS),
            "CACHE_URL": f"redis://127.0.0.1:{cache_port}/0",
            "TRUSTED_PROXY_COUNT": "1",
            "POLICY_FOUR_EYES": "false",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mails.port),
            # A domain of which no name system is asked: the look from outside asks for its records.
            "DEFAULT_FROM_EMAIL": "webmaster@localhost",
            "WEBMASTER_EMAIL": "webmaster@company.test",
            "DOCUMENTS_S3_BUCKET": BUCKET,
            "DOCUMENTS_S3_ENDPOINT": f"http://127.0.0.1:{s3_port}",
            "DOCUMENTS_S3_REGION": "us-east-1",
            "DOCUMENTS_S3_KEY": "key",
            "DOCUMENTS_S3_SECRET": "secret",
            "LOG_LEVEL": "WARNING",
        }
        self.machines = [
            Machine(name, address, folder, environment, self.port)
            for name, address in (("a", "127.0.0.1"), ("b", "127.0.0.2"))
        ]
        nginx.write_certificate(folder, host=HOST)
        self.trust = ssl.create_default_context(cafile=folder / "certificate.pem")

    @property
    def processes(self) -> list[Process]:
        """All that the database does not start, those that others stand on first."""
        of_machines = [one for m in self.machines for one in (m.web, m.worker, m.front)]
        return [self.cache, self.files, *of_machines]

    def prepare(self) -> None:
        """Start it as docs/operations.md has it: prepare on one machine, then all."""
        for process in (self.cache, self.files):
            process.start()
            process.wait_until_it_listens()
        self.machines[0].manage("run_site", "--production", "--only=prepare")

    @contextmanager
    def nobody_looks(self) -> Iterator[None]:
        """Keep the workers from the look at the promises, which has a run of its own."""
        with subprocess.Popen(
            [*MANAGE, "shell", "--no-imports", "-c", IN_HAND],
            cwd=ROOT, env=self.machines[0].worker.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as holder:  # fmt: skip
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"True\n"
            try:
                yield
            finally:
                holder.kill()

    def start(self) -> None:
        """Start what visitors ask and what works behind it."""
        for machine in self.machines:
            machine.web.start()
            machine.worker.start()
        with ThreadPoolExecutor() as threads:
            list(threads.map(self.start_front, self.machines))

    def start_front(self, machine: Machine) -> None:
        """Start the nginx of a machine, once all can be asked."""
        written = self.configuration(machine, self.machines)
        for one in self.machines:
            one.web.wait_until_it_listens()
        machine.front.command = nginx.command(machine.folder, written)
        machine.front.start()
        machine.front.wait_until_it_listens()

    def configuration(self, machine: Machine, asked: list[Machine]) -> str:
        """Let the command write the configuration of a machine's nginx, to ask some of them."""
        return machine.manage(
            "nginx_conf", f"--listen={machine.front.address}", "--redirect-port=0",
            f"--certificate={self.folder}/certificate.pem", f"--key={self.folder}/key.pem",
            *(f"--upstream=127.0.0.1:{one.web.port}" for one in asked),
        )  # fmt: skip

    def use_front(self, written: str) -> None:
        """Do what `systemctl reload nginx` does with a new configuration, on the first machine."""
        machine = self.machines[0]
        assert machine.front.running is not None
        before = set(family(machine.front.running.pid))
        (machine.folder / "site.conf").write_text(written)
        machine.front.running.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE
        while set(family(machine.front.running.pid)) <= before:  # its new processes take over
            assert time.monotonic() < until
            time.sleep(0.05)


@contextmanager
def cluster(*, with_looks: bool = False) -> Iterator[Cluster]:
    """Run all of it, with the look at the promises at will, and leave nothing behind."""
    # Near the root, as the path of a socket may have no more than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir="/tmp"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        if "KEEP_LOGS" not in os.environ:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        mails = stack.enter_context(SmtpSink())
        whole = Cluster(folder, stack.enter_context(pair(folder)), mails)
        for process in whole.processes:
            stack.callback(process.kill)
        whole.prepare()
        if not with_looks:
            stack.enter_context(whole.nobody_looks())
        whole.start()
        yield whole
