"""One mutant in a process of its own: what it turns red, as one line, the last one.

Started with a file that holds the mutant as JSON, and the names of the checks that were seen to pass
the changed line, in the order in which to run them.
"""

import json
import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import django
from django.template.loaders.filesystem import Loader

ROOT = Path(__file__).resolve().parents[2]


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


def change_template(path: str, text: str) -> None:
    """Have the template loaders read another source for one file."""
    target = str(ROOT / path)
    loader: Any = Loader
    read = loader.get_contents

    def get_contents(self: Any, origin: Any) -> str:
        return text if str(origin.name) == target else str(read(self, origin))

    loader.get_contents = get_contents


def main() -> None:
    """Try the mutant whose file is named."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    change = change_python if told["path"].endswith(".py") else change_template
    change(told["path"], told["text"])
    try:
        django.setup()
        looking = import_module("bench.mutants.looking")
        found = looking.verdict(told["first"], reached=told["reached"])
    except BaseException as error:  # noqa: BLE001 - a site that does not start serves nobody
        found = f"does not start ({type(error).__name__})"
    print(found)


if __name__ == "__main__":
    main()
