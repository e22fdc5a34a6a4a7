#!/usr/bin/env python
"""Django's command line for this site."""

import gc
import os
import sys


def main() -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sens_site.settings")
    # What is rehearsed or done by hand is no traffic: only what serves counts for those who watch.
    if sys.argv[1:2] not in (["worker"], ["runserver"]):
        os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    try:
        from audit_log.command_line import AuditedUtility  # noqa: PLC0415 - explains a missing set-up
    except ImportError as error:
        message = (
            "Django is not installed in this Python. Run `make setup`, then use .venv/bin/python."
        )
        raise SystemExit(message) from error
    try:
        AuditedUtility(sys.argv).execute()
    finally:
        # Else the interpreter looks through all objects once more before it ends, for half a second.
        gc.freeze()


if __name__ == "__main__":
    main()
