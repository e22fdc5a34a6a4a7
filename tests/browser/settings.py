"""The settings of `make serve`, on a database, a port and folders of this run's own.

The server that the browser speaks to is a process of its own and reads this module too; what the
two must agree on is handed down in the environment.
"""

import atexit
import os
import shutil
import socket
import tempfile
from pathlib import Path

ROOM = 512 * 1024 * 1024


def hold_port() -> tuple[socket.socket, int]:
    """Take a loopback port that only a server can share that asks for a shared one.

    A port that is looked up and let go may be somebody else's a moment later.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    return held, int(held.getsockname()[1])


# Each process of the test run has a server of its own; only that server takes over what it set up.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
if os.environ.get("BROWSER_WORKER") == WORKER:
    SCRATCH, PORT = Path(os.environ["BROWSER_SCRATCH"]), os.environ["BROWSER_PORT"]
else:
    # In memory where there is room: the site syncs each write, the browser writes a profile.
    _shm = Path("/dev/shm")  # noqa: S108 - only as the parent of a folder with a random name
    _roomy = os.access(_shm, os.W_OK) and shutil.disk_usage(_shm).free > ROOM
    SCRATCH = Path(tempfile.mkdtemp(prefix="site-browser-", dir=_shm if _roomy else None))
    _held, _number = hold_port()
    PORT = str(_number)
    atexit.register(_held.close)
    atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
os.environ.update(
    {
        "BROWSER_WORKER": WORKER,
        "BROWSER_SCRATCH": str(SCRATCH),
        "BROWSER_PORT": PORT,
        "TMPDIR": str(SCRATCH),
        "ENV_FILE": os.devnull,
        "DEBUG": "false",
        "STAFF_MFA_REQUIRED": "true",
        "SECRET_KEY": "tests-only-2f6c0b1d4a9e4c7f8a53-tests-only-9d1b7e3c5f",
        "CONTENT_DIR": "content/sens",
        "SITE_ORIGIN": f"http://127.0.0.1:{PORT}",
        "DATABASE_URL": f"sqlite:///{SCRATCH / 'site.sqlite3'}",
        "CACHE_URL": "database",
        "TRUSTED_PROXY_COUNT": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",  # no address can have passkeys
        "WEBMASTER_EMAIL": "webmaster@company.test",
        "MEDIA_ROOT": str(SCRATCH / "media"),
        "DOCUMENTS_ROOT": str(SCRATCH / "documents"),
        "LOG_LEVEL": "WARNING",
    }
)

from sens_site.settings import *  # noqa: E402, F403 - the environment had to be set first

STATIC_ROOT = SCRATCH / "static"
STATIC_ROOT.mkdir(exist_ok=True)
