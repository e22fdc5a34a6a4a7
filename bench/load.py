"""A closed-loop client over one keep-alive connection a thread, and the CPU time of a server."""

import os
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


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
    """Return user and system time of a process tree so far, reaped children included."""
    total = 0
    for process in process_tree(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def resident_mb(pid: int) -> list[float]:
    """Return the resident memory of each process of the tree, in MB, largest first."""
    sizes = []
    for process in process_tree(pid):
        try:
            status = Path(f"/proc/{process}/status").read_text()
        except OSError:
            continue
        line = next((ln for ln in status.splitlines() if ln.startswith("VmRSS")), "VmRSS: 0 kB")
        sizes.append(int(line.split()[1]) / 1024)
    return sorted(sizes, reverse=True)


def request_bytes(path: str, headers: dict[str, str]) -> bytes:
    """Write one GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_response(connection: socket.socket, buffer: bytearray) -> tuple[int, bytes]:
    """Read one response off a connection; return its status and its head."""
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        buffer += _receive(connection)
    head = bytes(buffer[:end])
    status = int(head[9:12])
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line[15:])
    if status == 304:
        length = 0
    while len(buffer) < end + 4 + length:
        buffer += _receive(connection)
    del buffer[: end + 4 + length]
    return status, head


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(262_144)
    if not data:
        message = "the server closed the connection"
        raise ConnectionError(message)
    return data


def run(
    port: int, pid: int, request: bytes, *, seconds: float, threads: int, expected: int = 200
) -> Load:
    """Repeat one request for some seconds and return what it cost the server.

    Raises RuntimeError on any other status than the expected one.
    """
    latencies: list[list[float]] = [[] for _ in range(threads)]
    wrong: list[int] = []
    stop = time.perf_counter() + seconds

    def loop(mine: list[float]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            buffer = bytearray()
            while (begun := time.perf_counter()) < stop:
                connection.sendall(request)
                status, _ = read_response(connection, buffer)
                if status != expected:
                    wrong.append(status)
                    return
                mine.append(time.perf_counter() - begun)

    before, begun = cpu_seconds(pid), time.perf_counter()
    workers = [threading.Thread(target=loop, args=(mine,)) for mine in latencies]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took, cost = time.perf_counter() - begun, cpu_seconds(pid) - before
    if wrong:
        message = f"expected {expected}, got {wrong[0]}"
        raise RuntimeError(message)
    merged = sorted(value for mine in latencies for value in mine)
    return Load(len(merged), took, cost, merged)
