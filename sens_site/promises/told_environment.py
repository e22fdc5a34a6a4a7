"""By which variables the files that come with the site tell it, and what is beside it, what to do.

Each is known here with what it may say: so no secret stands in a file that everybody has, nothing that
protects is switched off there, and the site runs as nobody in particular.
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
IMAGE: Mapping[str, str] = {
    "BACKUP_DIR": "/data/backups", "DATABASE_URL": "sqlite:////data/site.sqlite3",
    "DEBUG": "false", "DOCUMENTS_ROOT": "/data/documents", "ENV_FILE": "/dev/null",
    "ERASURE_LEDGER": r"/data/ledger/erasure-ledger\.jsonl", "KEPT_HEADS": "/data/kept-heads",
    "MALLOC_ARENA_MAX": r"\d+", "MEDIA_ROOT": "/data/media",
    "OUTSIDE_STATE": r"/data/seen-from-outside\.json", "PATH": r"/srv/website/\.venv/bin:\$PATH",
    "PRIVATE_ROOT": "/data/private", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
    "TRUSTED_PROXY_COUNT": "1",
}  # fmt: skip
"""What an image tells the site: where it writes, and that one server stands in front."""
NOBODY = "website"


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


def the_image_protects(name: str, text: str) -> None:
    """Require of the recipe of an image that it tells what is known, and ends as nobody in particular."""
    plain = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    last = plain.rpartition("\nFROM ")[2].splitlines()
    users = [one.split()[1] for one in last if one.startswith("USER ")]
    require(users[-1:] == [NOBODY], f"{name} runs the site as {users[-1:]}")
    told = [one for line in last if line.startswith(("ENV ", "ARG ")) for one in line.split()[1:]]
    for one in told:
        key, _, value = one.partition("=")
        fits = key in IMAGE and re.fullmatch(IMAGE[key], value.strip("\"'"))
        require(fits, f"{name} tells {one}")
    lacking = sorted(IMAGE.keys() - {one.partition("=")[0] for one in told})
    require(not lacking, f"{name} does not tell {lacking[:1]}")
