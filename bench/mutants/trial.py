"""Mutants, one after the other, each in a fork of a process that has read everything else.

Started with the folder of a prepared site. Each line that it is told is a mutant as JSON, with the
checks to ask in their order; each line that it prints is a verdict. What a process needs of Python
and Django is read once; our own sources are read in the fork, the mutant in the place of its file.

With `late` as the second word our own sources are read before, too. That will do for templates,
which are read when they are rendered, and for what stands in a function that nobody has called yet:
each function of the file gets the new code.
"""

import gc
import json
import os
import resource
import shutil
import signal
import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import django
from django.conf import settings
from django.template.loaders.filesystem import Loader

ROOT = Path(__file__).resolve().parents[2]
LATE = "late"
READ_FIRST = "modules.json"
CPU_SECONDS, SECONDS = 600, 3600
"""How long one mutant may work, and take: what never ends is caught by whoever waits for the site.

Work is what counts. On a machine that is busy with other things a day's looks may take ten minutes,
and what has survived them would pass for caught.
"""


def change_python(path: str, text: str) -> None:
    """Have the import system read another source for one file, and no compiled one."""
    target, stem = str(ROOT / path), Path(path).stem
    loader: Any = SourceFileLoader
    read = loader.get_data

    def get_data(self: Any, name: Any) -> bytes:
        if str(name) == target:
            return text.encode()
        if str(name).endswith(".pyc") and Path(name).name.startswith(f"{stem}."):
            raise OSError
        found: bytes = read(self, name)
        return found

    loader.get_data = get_data


def change_functions(path: str, text: str) -> None:
    """Give all functions of a file that has been read the code that another source has for them."""
    file = ROOT / path
    old = codes_in(compile(file.read_text(encoding="utf-8"), str(file), "exec", dont_inherit=True))
    new = codes_in(compile(text, str(file), "exec", dont_inherit=True))
    instead = dict(zip(old, new, strict=True))
    read = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
    ours = [one for one in read if one.__code__ in instead]
    if not any(one.__code__ != instead[one.__code__] for one in ours):
        raise LookupError(path)
    for function in ours:
        function.__code__ = instead[function.__code__]


def codes_in(code: CodeType) -> list[CodeType]:
    """Return the code of all functions of a file, in the order in which they stand there."""
    inside = [one for one in code.co_consts if isinstance(one, CodeType)]
    return [code, *(deeper for one in inside for deeper in codes_in(one))]


def change_template(path: str, text: str) -> None:
    """Have the template loaders read another source for one file."""
    target = str(ROOT / path)
    loader: Any = Loader
    read = loader.get_contents

    def get_contents(self: Any, origin: Any) -> str:
        return text if str(origin.name) == target else str(read(self, origin))

    loader.get_contents = get_contents


def read_ahead(scratch: Path) -> None:
    """Import what is not ours and needs no settings."""
    for name in json.loads((scratch / READ_FIRST).read_text(encoding="utf-8")):
        try:
            import_module(name)
        except ImportError:
            continue  # made by another module as it is read


def tried(told: dict[str, Any]) -> str:
    """Return what the changed site comes to."""
    change = change_functions if LATE in sys.argv else change_python
    change = change if told["path"].endswith(".py") else change_template
    change(told["path"], told["text"])
    try:
        django.setup()
        looking = import_module("bench.mutants.looking")
        return str(looking.verdict({**told, "late": LATE in sys.argv}))
    except BaseException as error:  # noqa: BLE001 - a site that does not start serves nobody
        return f"does not start ({type(error).__name__})"


def in_a_fork(told: dict[str, Any]) -> str:
    """Try one mutant and return the verdict.

    Raises ChildProcessError where it could not be tried, which is no verdict.
    """
    here, there = os.pipe()
    child = os.fork()
    if not child:
        os.close(here)
        signal.alarm(SECONDS)  # ends this process, whatever it is doing
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        try:
            os.write(there, tried(told).encode())
        finally:
            os._exit(1)
    os.close(there)
    with os.fdopen(here, encoding="utf-8") as pipe:
        found = pipe.read()
    _, status = os.waitpid(child, 0)
    if not found and not os.WIFSIGNALED(status):
        raise ChildProcessError(told["path"])
    return found or "does not end"


def main() -> None:
    """Try what is told, as long as something is."""
    scratch = Path(sys.argv[1])
    database = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    read_ahead(scratch)
    if LATE in sys.argv:
        django.setup()
        import_module("bench.mutants.looking").looks()
        import_module(settings.ROOT_URLCONF)
    for line in sys.stdin:
        for left in database.parent.glob(f"{database.name}*"):
            left.unlink()
        shutil.copy(scratch / "site.sqlite3", database)
        for stored in ("documents", "private"):
            shutil.copytree(scratch / stored, database.parent / stored, dirs_exist_ok=True)
        print(in_a_fork(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
