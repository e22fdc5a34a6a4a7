"""How the production server is started. `make serve` and the benchmark both ask here."""

import sys


def granian_command(*, port: int, workers: int, target: str, host: str = "127.0.0.1") -> list[str]:
    """Return the command line that serves a WSGI application.

    A killed worker is started again; granian's own default would end the whole server with it.
    """
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
        "--http",
        "1",
        "--respawn-failed-workers",
        "--no-access-log",
        "--log-level",
        "warning",
        target,
    ]
