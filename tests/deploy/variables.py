"""What the site reads from the environment, and how a deployment gives it."""

import re

from tests.architecture.source import text

_NAMED = re.findall(r"\benv\.\w+\(\s*\"([A-Z0-9_]+)\"", text("sens_site/settings.py"))
VARIABLES = frozenset(_NAMED) | {"ENV_FILE"}
SOUNDS_SECRET = re.compile(r"KEY|PASSWORD|TOKEN|SECRET|DATABASE_URL")


def unknown(names: set[str]) -> set[str]:
    """Return the names that the site does not read, be it by `…_FILE`."""
    return {name for name in names if name.removesuffix("_FILE") not in VARIABLES}


def open_secrets(environment: dict[str, str]) -> set[str]:
    """Return the names under which a secret stands in the open instead of in a file."""
    return {
        name
        for name in environment
        if SOUNDS_SECRET.search(name) and not name.endswith("_FILE") and name in VARIABLES
    }
