"""Start and stop the servers that a run compares. All listen on loopback, on free ports."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sens_site.serving import LEAN_MEMORY

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens and whose CPU time counts."""

    port: int
    pid: int


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 300) -> None:
    """Return when somebody accepts connections; raise RuntimeError if the process ends first."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    message = f"{process.args!r} does not answer"
    raise RuntimeError(message)


@contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """Have what is started meanwhile, and the caller, run on some cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(command: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[Server]:
    """Run a server for the time of a block and end its whole process group after it."""
    process = subprocess.Popen(  # noqa: S603 - our own command lines
        command,
        env={**os.environ, **(env or {})},
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def site_environment(folder: Path, port: int) -> dict[str, str]:
    """Return the environment of a site as `make serve` runs it, on a database of its own."""
    return {
        **LEAN_MEMORY,
        "ENV_FILE": str(folder / "none.env"),
        "DEBUG": "false",
        "SECRET_KEY": "a benchmark keeps no secrets at all, but it needs fifty characters",
        "SITE_ORIGIN": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/site.sqlite3"),
        "LOG_LEVEL": "ERROR",
        "STAFF_MFA_REQUIRED": "false",
    }


@contextmanager
def nginx_static(body: bytes, *, http: str = "", first: str = "") -> Iterator[Server | None]:
    """Serve a page as a static file by nginx where it is installed; else yield None.

    With `http` and `first` published pages are served beside it, as `manage.py nginx_conf` has them.
    """
    published = f"location / {{ {first} }} location @site {{ return 404; }}" if first else ""
    binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if binary is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        who = "user root; " if os.geteuid() == 0 else ""
        (folder / "index.html").write_bytes(body)
        (folder / "nginx.conf").write_text(
            f"{who}daemon off; worker_processes 2; pid {folder}/pid; error_log /dev/null;\n"
            "events {}\nhttp { access_log off; types { text/html html; }\n"
            f"  client_body_temp_path {folder}; proxy_temp_path {folder};\n"
            f"  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};\n"
            f"  keepalive_requests 1000000;\n"
            f"  {http} server {{ listen 127.0.0.1:{port}; root {folder};\n"
            f"  location = /index.html {{ }} {published} }} }}\n"
        )
        with running([binary, "-c", str(folder / "nginx.conf"), "-p", str(folder)], port) as server:
            yield server


def python() -> str:
    """Return the interpreter that runs the benchmark; the servers get the same."""
    return sys.executable
