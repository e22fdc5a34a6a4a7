"""Writes the `.env` of a machine that just tries the site: `python -m sens_site.lib.deploy.local_env .env`.

Needs nothing but Python, as it runs before the settings can be read.
"""

import os
import secrets
import sys
from pathlib import Path

LINES = """\
# For this machine only. Made once by `make run`; .env.example explains every variable.
DEBUG=true
SECRET_KEY={secret}
LOG_SIGNING_KEY={log_key}
SITE_ORIGIN=http://127.0.0.1:8000
ALLOWED_HOSTS=127.0.0.1,localhost,[::1]
MAIL_TRANSPORT=outbox.terminal.TerminalBackend
STAFF_MFA_REQUIRED=false
"""


def write_local_env(path: Path) -> bool:
    """Write the file for its owner's eyes only, unless there is one; tell whether it was written."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        # Letters, digits, - and _ alone: no reader of .env files takes any of them for a sign.
        file.write(
            LINES.format(secret=secrets.token_urlsafe(50), log_key=secrets.token_urlsafe(32))
        )
    return True


if __name__ == "__main__":
    write_local_env(Path(sys.argv[1]))
