"""One mutant in a process of its own: what it turns red, as one word on the last line.

Started with a file that holds the mutant as JSON, and a list of check names in the order in which
to run them: those first that were seen to pass the changed line.
"""

import json
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from bench.mutants.paths import ANY

ROOT = Path(__file__).resolve().parents[2]


def change_python(path: str, text: str) -> None:
    """Have the import system read another source for one file, and no compiled one."""
    target, stem = str(ROOT / path), Path(path).stem
    read = SourceFileLoader.get_data

    def get_data(self: SourceFileLoader, name: Any) -> bytes:
        if str(name) == target:
            return text.encode()
        if str(name).endswith(".pyc") and Path(name).name.startswith(f"{stem}."):
            raise OSError
        return read(self, name)

    setattr(SourceFileLoader, "get_data", get_data)  # noqa: B010 - mypy takes no other method


def change_template(path: str, text: str) -> None:
    """Have the template loaders read another source for one file."""
    from django.template.loaders.filesystem import Loader  # noqa: PLC0415 - once it is set up

    target, read = str(ROOT / path), Loader.get_contents

    def get_contents(self: Loader, origin: Any) -> str:
        return text if str(origin.name) == target else str(read(self, origin))

    setattr(Loader, "get_contents", get_contents)  # noqa: B010 - mypy takes no other method


def verdict(first: list[str], *, reached: bool) -> str:
    """Return what catches the mutant, or "survived".

    What no check has passed may be read once, at the start: then all of them are asked.
    """
    import django  # noqa: PLC0415 - after the source is changed

    django.setup()
    from django.core import checks  # noqa: PLC0415

    errors = [one for one in checks.run_checks() if one.level >= checks.ERROR]
    if errors:
        return f"check {errors[0].id}"
    from privacy.promises.claims import all_claims  # noqa: PLC0415
    from privacy.promises.database_copy import on_a_copy  # noqa: PLC0415
    from privacy.promises.registry import Look, discover, registered_checks  # noqa: PLC0415
    from privacy.promises.running_site import RunningSite  # noqa: PLC0415
    from privacy.promises.services import run_check  # noqa: PLC0415

    discover()
    known = {c.name: (c, claim) for claim, of in registered_checks().items() for c in of}
    inside = {name: one for name, one in known.items() if one[0].look is not Look.OUTSIDE}
    rest = sorted(set(inside) - set(first)) if ANY in first or not reached else []
    site = RunningSite()
    with on_a_copy():
        for name in [*(name for name in first if name in inside), *rest]:
            check, claim = inside[name]
            if run_check(check, claim, site).broken:
                return f"red {claim} ({all_claims()[claim].number})"
    return "survived"


def main() -> None:
    """Try the mutant whose file is named."""
    import os  # noqa: PLC0415 - used here alone

    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sens_site.settings")
    if told["path"].endswith(".py"):
        change_python(told["path"], told["text"])
    else:
        change_template(told["path"], told["text"])
    try:
        found = verdict(told["first"], reached=told["reached"])
    except BaseException as error:  # noqa: BLE001 - a site that does not start serves nobody
        found = f"does not start ({type(error).__name__})"
    print(found)


if __name__ == "__main__":
    main()
