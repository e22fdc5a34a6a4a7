"""An empty Debian 12 with systemd as its first process, and with mounts and a network of its own.

debootstrap makes it, systemd-nspawn boots it, slirp4netns lets it out to fetch packages and nobody in.
Of this machine it is given what reaches the packages: apt's and pip's settings, and the authorities.
`EMPTY_DEBIAN` names a folder that keeps what debootstrap has made for the next run.
"""

import os
import pty
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

RELEASE = "bookworm"
RESOLVER = "10.0.2.3"
"""Where slirp4netns asks this machine for names."""
PATIENCE = 900
ENVIRONMENT = (
    "HOME=/root", "TERM=dumb", "LANG=C.UTF-8",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)  # fmt: skip
PROGRAMS = ("debootstrap", "systemd-nspawn", "slirp4netns", "ip", "nsenter", "curl")


def is_possible() -> bool:
    """Tell whether this machine has what it takes to make another."""
    return os.geteuid() == 0 and all(map(shutil.which, PROGRAMS))


class Machine:
    """The files of the machine, and what runs of it."""

    def __init__(self, folder: Path, network: str, *, mounts: Sequence[str] = ()) -> None:
        self.folder, self.network, self.mounts = folder, network, tuple(mounts)
        self.console = folder.with_name("console.log")
        self.running: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        """Start it, and return when systemd has started what it starts."""
        with self.console.open("ab") as console:
            self.running = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot",
                 f"--directory={self.folder}", f"--machine={self.network}",
                 f"--network-namespace-path=/run/netns/{self.network}",
                 *(f"--bind-ro={mount}" for mount in self.mounts)],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        state = ""
        while state not in ("running", "degraded"):
            assert self.running.poll() is None, self.console.read_text()
            assert time.monotonic() < until, f"{state}\n{self.console.read_text()}"
            time.sleep(0.5)
            if self._first_process():
                state = self.run("systemctl is-system-running", check=False).strip()

    def halt(self) -> None:
        """Shut it down in order, as its switch does."""
        if self.running is not None:
            self.running.terminate()
            self.running.wait(PATIENCE)
            self.running = None

    def run(self, command: str, *, check: bool = True, given: bytes = b"") -> str:
        """Let root's shell carry out a command, and return what it printed."""
        done = subprocess.run(
            self._inside(command), input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        said = done.stdout.decode(errors="replace")
        assert not check or done.returncode == 0, (
            f"{command}\nended with {done.returncode}:\n{said}"
        )
        return said

    def answer(self, command: str, answers: dict[str, str]) -> str:
        """Carry out a command at a terminal, and type what it asks for; return what was shown."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            self._inside(f"setsid --ctty bash -c {shlex.quote(command)}"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        ) as process:
            os.close(theirs)
            shown = ""
            for question, typed in answers.items():
                shown = self._read_until(ours, question, shown)
                os.write(ours, f"{typed}\n".encode())
            shown = self._read_until(ours, "", shown)
            assert process.wait(PATIENCE) == 0, shown
        os.close(ours)
        return shown

    def curl(self, *options: str) -> str:
        """Ask the machine from its own network, by the program of this one."""
        words = ["nsenter", f"--net=/run/netns/{self.network}", "curl", "--silent", "--show-error"]
        return subprocess.run(
            [*words, *options], capture_output=True, check=True, timeout=PATIENCE
        ).stdout.decode()

    def _read_until(self, terminal: int, question: str, shown: str) -> str:
        before = len(shown)
        while not question or question not in shown[before:]:
            try:
                shown += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # whoever was there has hung up
                assert not question, f"asked for no {question!r}:\n{shown}"
                break
        return shown

    def _first_process(self) -> str:
        assert self.running is not None
        number = self.running.pid
        with suppress(OSError):
            return Path(f"/proc/{number}/task/{number}/children").read_text().strip()
        return ""

    def _inside(self, command: str) -> list[str]:
        return [
            *("nsenter", f"--target={self._first_process()}", "--mount", "--uts", "--ipc", "--net"),
            *("--pid", "env", "--ignore-environment", *ENVIRONMENT, "bash", "-c"),
            f"cd /root; {command}",
        ]


@contextmanager
def empty_machine(folder: Path, *, mounts: Sequence[str] = ()) -> Iterator[Machine]:
    """Make one and boot it; nothing of it is left at the end."""
    network = f"install-{os.getpid()}"
    files = folder / "debian"
    _make(files)
    subprocess.run(["ip", "netns", "add", network], check=True)
    out: subprocess.Popen[bytes] | None = None
    machine = Machine(files, network, mounts=mounts)
    try:
        subprocess.run(["ip", "-n", network, "link", "set", "lo", "up"], check=True)
        out = subprocess.Popen(
            ["slirp4netns", "--configure", "--mtu=1500", "--disable-host-loopback",
             "--netns-type=path", f"/run/netns/{network}", "tap0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        machine.boot()
        yield machine
    finally:
        machine.halt()
        if out is not None:
            out.terminate()
            out.wait(PATIENCE)
        subprocess.run(["ip", "netns", "delete", network], check=True)
        shutil.rmtree(files)


def _make(files: Path) -> None:
    kept = Path(os.environ.get("EMPTY_DEBIAN") or files.with_name("made"))
    if not (kept / "etc" / "debian_version").exists():
        subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=systemd-sysv,dbus", RELEASE, kept],
            stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
    subprocess.run(["cp", "--archive", "--reflink=auto", kept, files], check=True)
    if "EMPTY_DEBIAN" not in os.environ:
        shutil.rmtree(kept)
    (files / "etc" / "resolv.conf").write_text(f"nameserver {RESOLVER}\n")
    acquire = subprocess.run(
        ["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True
    ).stdout
    (files / "etc" / "apt" / "apt.conf.d" / "90of-this-machine").write_text(acquire)
    authorities = Path("usr/local/share/ca-certificates")
    (files / authorities).mkdir(parents=True, exist_ok=True)
    for authority in Path("/", authorities).glob("*.crt"):
        shutil.copy(authority, files / authorities)
    if Path("/etc/pip.conf").exists():
        shutil.copy("/etc/pip.conf", files / "etc")
