"""Asks the site inside a container whether its process lives (docs/watching.md).

Ends with 1 where that is not answered. A database that is away ends no container: kept pages go on.
"""

import sys
import urllib.request

SECONDS = 4


def is_well(port: int = 8000) -> bool:
    """Tell whether the site at a port of this machine answers for itself."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=SECONDS) as answer:
            return bool(answer.read(4) == b"ok\n")
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not is_well())
