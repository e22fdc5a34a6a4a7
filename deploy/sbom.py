"""`make sbom`: what the site is made of, as CycloneDX, and under which licences.

cyclonedx-py describes the whole environment; what is there for tests and checks alone is taken out.
Reads its JSON from the standard input; writes sbom.json and licences.txt into the folder that is named.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "requirements.txt"
UNTOLD = "not stated"


def spelled(name: str) -> str:
    """Return the one spelling of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def runtime_only(bom: dict[str, Any], lock: str) -> dict[str, Any]:
    """Return the document with nothing but what a lock file holds."""
    names = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    parts = [one for one in bom.get("components", ()) if spelled(one["name"]) in names]
    refs = {one["bom-ref"] for one in parts} | {bom["metadata"]["component"]["bom-ref"]}
    graph = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", ()) if ref in refs]}
        for one in bom.get("dependencies", ())
        if one["ref"] in refs
    ]
    return {**bom, "components": parts, "dependencies": graph}


def licence_of(component: dict[str, Any]) -> str:
    """Return the licences of a package, as its maker names them."""
    found = []
    for one in component.get("licenses", ()):
        licence = one.get("license", {})
        found.append(one.get("expression") or licence.get("id") or licence.get("name"))
    return "; ".join(dict.fromkeys(filter(None, found))) or UNTOLD


def licence_list(bom: dict[str, Any]) -> str:
    """Return a line for each package: name, version, licence."""
    lines = [
        f"{one['name']:<28}{one['version']:<14}{licence_of(one)}\n" for one in bom["components"]
    ]
    return "".join(sorted(lines, key=str.lower))


def main(folder: Path) -> int:
    """Write both files."""
    bom = runtime_only(json.load(sys.stdin), LOCK.read_text("utf-8"))
    (folder / "sbom.json").write_text(json.dumps(bom, indent=1) + "\n", "utf-8")
    (folder / "licences.txt").write_text(licence_list(bom), "utf-8")
    untold = sum(licence_of(one) == UNTOLD for one in bom["components"])
    print(
        f"{folder}/sbom.json and licences.txt: {len(bom['components'])} packages, {untold} untold."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
