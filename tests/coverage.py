"""Measures which of our lines and branches a command runs, in all processes that it starts.

    python -m tests.coverage -m pytest -n auto

ends with a failure where the command failed, or where something of ours never ran. What is left
out, and why, is said in pyproject.toml and beside each line that is left out.
"""

import subprocess
import sys

COVERAGE = [sys.executable, "-m", "coverage"]


def main(command: list[str]) -> int:
    """Run the command, then report; return the first status that is a failure."""
    for step in (
        ["erase"],  # also what processes of an interrupted run have left
        ["run", *command],
        ["combine", "--quiet"],
        ["report"],
    ):
        status = subprocess.run([*COVERAGE, *step], check=False).returncode
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
