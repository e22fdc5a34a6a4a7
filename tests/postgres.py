"""A throw-away PostgreSQL server for one command.

    python -m tests.postgres pytest -n auto

starts a server on a Unix socket and a free loopback port, in a folder of its own, sets
DATABASE_URL, runs the command, stops the server and removes the folder, also after Ctrl-C.
PostgreSQL refuses to run as root: then it runs as `postgres` or, where there is no such user, as
`nobody`. Exit status 69 says that PostgreSQL is not installed.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

NOT_INSTALLED = 69  # EX_UNAVAILABLE
START_SECONDS = 30
ROOM = 1024 * 1024 * 1024
# What a test database can lose in a crash is of no interest to anyone.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
}


def find_binaries() -> Path | None:
    """Return the folder that holds initdb and postgres, or None."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name.split(".")[0]), default=None)


def server_account() -> pwd.struct_passwd:
    """Return the account that the server runs as."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def free_port() -> int:
    """Return a loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server in a folder of its own."""

    durability: Mapping[str, str] = FAST

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder = binaries, folder
        self.account = server_account()
        self.port = free_port()
        self.running: subprocess.Popen[bytes] | None = None
        os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        if self.make_data().wait() != 0:
            raise SystemExit("initdb failed:\n" + (folder / "log").read_text())

    def make_data(self) -> "subprocess.Popen[bytes]":
        """Begin to write the folder that holds the data."""
        return self._as_account(
            "initdb", "-D", "data", "-U", "tests", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The DATABASE_URL of its first database."""
        return f"postgresql://tests@{quote(str(self.folder), safe='')}:{self.port}/postgres"

    def start(self) -> None:
        """Start it and return when it answers."""
        options = {
            **self.durability,
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.running = self._as_account("postgres", "-D", "data", *flags)
        wait_until_ready(self.running, self.folder, self.port)

    def stop(self) -> None:
        """Stop it, and end the sessions that are left."""
        if self.running is None or self.running.poll() is not None:
            return
        self.running.send_signal(signal.SIGINT)
        try:
            self.running.wait(20)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()

    def _as_account(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        switch: dict[str, Any] = {}
        if os.geteuid() == 0:
            gid = self.account.pw_gid
            switch = {"user": self.account.pw_uid, "group": gid, "extra_groups": []}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self.binaries / program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to handle: the tests end first
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
                **switch,
            )


def roomy_folder() -> str:
    """Return where a server is to lie: in memory where there is room, as tests make many files.

    Not below TMPDIR: a socket's path may have no more than 107 characters.
    """
    memory = "/dev/shm"  # noqa: S108 - only as the parent of a folder with a random name
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else "/tmp"  # noqa: S108 - as above


@contextlib.contextmanager
def server(binaries: Path) -> Iterator[Server]:
    """Run a server, and leave nothing of it behind."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=roomy_folder()))
    running = None
    try:
        running = Server(binaries, folder)
        running.start()
        yield running
    finally:
        if running is not None:
            running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(running: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    """Return when the server answers on its socket."""
    deadline = time.monotonic() + START_SECONDS
    path = str(folder / f".s.PGSQL.{port}")
    while time.monotonic() < deadline:
        if running.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(path)
            return
        time.sleep(0.05)
    raise SystemExit("PostgreSQL did not start:\n" + (folder / "log").read_text())


def main(command: list[str]) -> int:
    """Run the command with a server of its own and return its exit status."""
    binaries = find_binaries()
    if binaries is None:
        print("PostgreSQL is not installed (no initdb found).", file=sys.stderr)
        return NOT_INSTALLED
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" switches it off
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with server(binaries) as running:
        if not command:
            print(running.url, flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
            return 0
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": running.url})
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
