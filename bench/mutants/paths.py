"""Which check passes which line, so that a mutant meets those first that can see it.

Run in a process of its own: `python -m bench.mutants.paths FILE` writes JSON, a list of check names
for each `path:line` of Python and for each template.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

import coverage
import django

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run each check once under a context of its own."""
    measured = coverage.Coverage(
        data_file=None, branch=False, config_file=False, source=[str(ROOT)]
    )
    measured.start()  # before any of our modules is read
    django.setup()
    found = import_module("bench.mutants.looking").paths(measured)
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
