"""Call a WSGI application in a loop, without a server: what the code itself costs.

A process of its own for each application, as two settings of Django do not fit into one. It waits for
lines that say what to ask, so that rounds of several applications can take turns.
"""

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

from bench import servers

BATCH = 50
"""Calls between two looks at the clock, which would cost as much as a tenth of a kept page."""


def environ_of(path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return a GET request as a server hands it over."""
    fields = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **fields,
    }


def cpu_us(application: Any, environ: Mapping[str, Any], *, seconds: float, expected: int) -> float:
    """Return the CPU time of one call in microseconds, from as many as fit into the seconds.

    Raises RuntimeError where the first answer has another status than the expected.
    """
    said: list[str] = []

    def call() -> None:
        result = application(
            dict(environ), lambda status, headers, exc_info=None: said.append(status)
        )
        b"".join(result)
        if hasattr(result, "close"):
            result.close()

    call()
    if int(said[0].split()[0]) != expected:
        message = f"expected {expected}, got {said[0]}"
        raise RuntimeError(message)
    calls, begun = 0, time.process_time()
    while (took := time.process_time() - begun) < seconds:
        for _ in range(BATCH):
            call()
        calls += BATCH
        said.clear()
    return took / calls * 1e6


@dataclass(frozen=True, slots=True)
class Loop:
    """An application that waits to be called."""

    questions: IO[str]
    answers: IO[str]

    def cpu_us(self, path: str, headers: dict[str, str], *, seconds: float, expected: int) -> float:
        """Have it called for some seconds; return the CPU time of one call in microseconds."""
        question = {"path": path, "headers": headers, "seconds": seconds, "expected": expected}
        self.questions.write(json.dumps(question) + "\n")
        self.questions.flush()
        return float(self.answers.readline())


@contextmanager
def loop(target: str, env: Mapping[str, str]) -> Iterator[Loop]:
    """Keep an application (`module:name`) ready to be called for the time of a block."""
    with subprocess.Popen(  # noqa: S603 - our own module
        [servers.python(), "-m", "bench.in_process", target],
        env={"PATH": "/usr/bin:/bin", **env},
        cwd=servers.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None  # noqa: S101 - for the types: both are pipes
        assert process.stdout is not None  # noqa: S101 - as above
        yield Loop(process.stdin, process.stdout)


def main() -> None:
    """Answer questions until there are no more."""
    module, _, name = sys.argv[1].partition(":")
    application = getattr(import_module(module), name)
    for line in sys.stdin:
        asked = json.loads(line)
        environ = environ_of(asked["path"], asked["headers"])
        cost = cpu_us(application, environ, seconds=asked["seconds"], expected=asked["expected"])
        sys.stdout.write(f"{cost}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
