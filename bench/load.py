"""A closed-loop client over keep-alive connections, and the CPU time of a server."""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of requests cost."""

    requests: int
    seconds: float
    cpu_seconds: float
    latencies: list[float]

    @property
    def cpu_us(self) -> float:
        """CPU time of the whole server tree for one request, in microseconds."""
        return self.cpu_seconds / self.requests * 1e6


def process_tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        queue.extend(children.get(current, []))
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads of a process tree so far, to the nanosecond.

    What has ended is not in it: take the difference over a time in which nothing ends.
    """
    total = 0
    for process in process_tree(pid):
        for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
            try:
                total += int(thread.read_text().split()[0])
            except OSError:
                continue
    return total / 1e9


def memory_mb(pid: int) -> list[dict[str, float]]:
    """Return the memory of each process of the tree in MB, largest first.

    `rss` counts pages that processes share (the interpreter, libraries) in each of them; `pss`
    counts them once for all, so it is what a further worker takes from the machine.
    """
    sizes = []
    for process in process_tree(pid):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kb = {parts[0].rstrip(":").lower(): int(parts[1]) for parts in map(str.split, lines[1:])}
        sizes.append({"rss": round(kb["rss"] / 1024, 1), "pss": round(kb["pss"] / 1024, 1)})
    return sorted(sizes, key=lambda size: size["rss"], reverse=True)


def request_bytes(path: str, headers: dict[str, str]) -> bytes:
    """Write one GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def take_response(buffer: bytearray) -> int | None:
    """Take one whole response off a buffer; return its status, or None while it is incomplete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    status, length = int(buffer[9:12]), 0
    for line in bytes(buffer[:end]).lower().split(b"\r\n"):
        if line.startswith(b"content-length:") and status != NOT_MODIFIED:
            length = int(line[15:])
    if len(buffer) < end + 4 + length:
        return None
    del buffer[: end + 4 + length]
    return status


@dataclass(slots=True)
class Connection:
    """One client of the closed loop: it asks again as soon as it is answered."""

    socket: socket.socket
    buffer: bytearray
    asked_at: float = 0.0

    def ask(self, request: bytes) -> None:
        """Send the request."""
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)


def ask_for(
    port: int, request: bytes, *, seconds: float, connections: int, expected: int
) -> list[float]:
    """Repeat one request for some seconds over several connections; return how long each took.

    Raises RuntimeError on any other status than the expected.
    """
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        clients = [
            Connection(socket.create_connection(("127.0.0.1", port)), bytearray())
            for _ in range(connections)
        ]
        for client in clients:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(client.socket, selectors.EVENT_READ, client)
        begun = time.perf_counter()
        for client in clients:
            client.ask(request)
        waiting = len(clients)
        while waiting:
            for key, _ in selector.select(timeout=10):
                client = key.data
                data = client.socket.recv(262_144)
                if not data:
                    message = "the server closed the connection"
                    raise ConnectionError(message)
                client.buffer += data
                status = take_response(client.buffer)
                if status is None:
                    continue
                if status != expected:
                    message = f"expected {expected}, got {status}"
                    raise RuntimeError(message)
                now = time.perf_counter()
                latencies.append(now - client.asked_at)
                if now - begun < seconds:
                    client.ask(request)
                else:
                    waiting -= 1
        for client in clients:
            client.socket.close()
    return latencies


def run(
    port: int, pid: int, request: bytes, *, seconds: float, connections: int, expected: int = 200
) -> Load:
    """Have a request repeated by a client process; return what it cost the server."""
    command = [sys.executable, "-m", "bench.load", str(port), str(seconds), str(connections)]
    before, begun = cpu_seconds(pid), time.perf_counter()
    said = subprocess.run(  # noqa: S603 - our own module
        [*command, str(expected)], input=request, stdout=subprocess.PIPE, check=True
    ).stdout
    took, cost = time.perf_counter() - begun, cpu_seconds(pid) - before
    latencies = sorted(json.loads(said))
    return Load(len(latencies), took, cost, latencies)


def run_curl(
    binary: str,
    port: int,
    pid: int,
    path: str,
    headers: dict[str, str],
    *,
    requests: int,
    connections: int,
    expected: int,
) -> float:
    """Have curl ask instead; return the CPU time of the server for one request, in microseconds.

    The address gets a fragment that counts, which curl sends to nobody: so many requests, over
    connections that stay open. Raises RuntimeError where one is not answered as expected, or has
    needed a connection of its own.
    """
    named = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    before = cpu_seconds(pid)
    said = subprocess.run(  # noqa: S603 - a tool that somebody has installed
        [
            *(binary, "--silent", "--output", "/dev/null", "--http1.1"),
            *("--parallel", "--parallel-max", str(connections), "--header", "Host: 127.0.0.1"),
            *("--header", "Accept:", "--header", "User-Agent:", *named),
            *("--write-out", "%{http_code} %{num_connects}\n"),
            f"http://127.0.0.1:{port}{path}#[1-{requests}]",
        ],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout
    cost = cpu_seconds(pid) - before
    check_curl(said, requests=requests, connections=connections, expected=expected)
    return cost / requests * 1e6


def check_curl(said: str, *, requests: int, connections: int, expected: int) -> None:
    """Hold what curl says of its requests against what was asked of it."""
    answers = [line.split() for line in said.splitlines()]
    right = sum(status == str(expected) for status, _ in answers)
    opened = sum(int(number) for _, number in answers)
    if right != requests or opened > connections:
        message = f"curl: {right} of {requests} were {expected}, over {opened} connections"
        raise RuntimeError(message)


def run_wrk(
    binary: str,
    port: int,
    pid: int,
    path: str,
    headers: dict[str, str],
    *,
    seconds: int,
    connections: int,
) -> float:
    """Have wrk ask instead; return the CPU time of the server for one request, in microseconds."""
    named = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    before = cpu_seconds(pid)
    said = subprocess.run(  # noqa: S603 - a tool that somebody has installed
        [
            binary,
            "-t1",
            f"-c{connections}",
            f"-d{seconds}",
            *named,
            f"http://127.0.0.1:{port}{path}",
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    requests = int(re.findall(r"(\d+) requests in", said)[0])
    return (cpu_seconds(pid) - before) / requests * 1e6


if __name__ == "__main__":
    _port, _seconds, _connections, _expected = sys.argv[1:]
    print(
        json.dumps(
            ask_for(
                int(_port),
                sys.stdin.buffer.read(),
                seconds=float(_seconds),
                connections=int(_connections),
                expected=int(_expected),
            )
        )
    )
