"""By which variables the file of containers tells the site, and what is beside it, what to do.

Each is known here with what it may say: so no secret stands in a file that everybody has, and nothing
that protects is switched off there.
"""

import re
from collections.abc import Mapping

from privacy.promises.registry import require

MOUNTED = r"/run/secrets/{}"
CONTAINERS: Mapping[str, str] = {
    "CACHE_URL": r"unix:///run/valkey/valkey\.sock\?db=0",
    "DATABASE_URL_FILE": MOUNTED.format(r"(?:web|owner)_database_url"),
    "EMAIL_HOST_PASSWORD_FILE": MOUNTED.format("email_host_password"),
    "LOG_SIGNING_KEY_FILE": MOUNTED.format("log_signing_key"),
    "PGDATABASE": "website", "PGHOST": "/var/run/postgresql", "PGUSER": "website",
    "POSTGRES_DB": "website", "POSTGRES_INITDB_ARGS": ".*",  # `machines.py` reads it
    "POSTGRES_PASSWORD_FILE": MOUNTED.format("database_password"), "POSTGRES_USER": "website",
    "SECRET_KEY_FILE": MOUNTED.format("secret_key"),
    "SENDFILE": "nginx",
}  # fmt: skip
"""What containers are told: each secret is the name of a file that lies beside, and in no repository."""
NEEDED = frozenset({
    "DATABASE_URL_FILE", "LOG_SIGNING_KEY_FILE", "POSTGRES_PASSWORD_FILE", "SECRET_KEY_FILE",
})  # fmt: skip


def containers_are_told_no_secret(name: str, text: str) -> None:
    """Require of a compose file that each variable is known, and names a secret by its file."""
    plain = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    told = re.findall(
        r"^\s+(?:-\s+)?[\"']?([A-Z][A-Z0-9_]+)[\"']?\s*[:=]\s*(.*)$", plain, re.MULTILINE
    )
    for key, value in told:
        fits = key in CONTAINERS and re.fullmatch(CONTAINERS[key], value.strip("\"' "))
        require(fits, f"{name} tells {key}")
    lacking = sorted(NEEDED - {key for key, _ in told})
    require(not lacking, f"{name} does not tell {lacking[:1]}")
