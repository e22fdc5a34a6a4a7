"""Which check passes which line, so that a mutant meets those first that can see it.

Run in a process of its own: `python -m bench.mutants.paths FOLDER` writes two files of JSON. One
holds for each `path:line` of Python and for each template by which checks, and on the way to which
routes, it is passed. The other names the modules that a process with all of that has read of others.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

import coverage
import django

from bench.mutants.trial import READ_FIRST

ROOT = Path(__file__).resolve().parents[2]
SEEN = "paths.json"
NEED_SETTINGS = ("django.contrib", "allauth", "cookie_consent", "crispy_forms")
"""Other people's apps: their modules cannot be read before the settings are."""


def others() -> list[str]:
    """Return what has been imported and is neither ours nor an app's."""
    return [
        name
        for name, module in sys.modules.items()
        if not name.startswith((*NEED_SETTINGS, "__"))
        and (file := getattr(module, "__file__", None))
        and (file.startswith(sys.prefix) or not file.startswith(str(ROOT)))
    ]


def main() -> None:
    """Run each check once under a context of its own."""
    folder = Path(sys.argv[1])
    measured = coverage.Coverage(
        data_file=None, branch=False, config_file=False, source=[str(ROOT)]
    )
    measured.start()  # before any of our modules is read
    django.setup()
    found = import_module("bench.mutants.looking").Paths(measured).learn()
    (folder / SEEN).write_text(json.dumps(found), encoding="utf-8")
    (folder / READ_FIRST).write_text(json.dumps(others()), encoding="utf-8")


if __name__ == "__main__":
    main()
