"""The production settings, with four differences, so that what a test proves holds in production.

The differences: a fast password hash, plain static files, a database of this run's own, and mail
handed on to nobody. The environment is set here and no `.env` is read, so that a run means the
same on every machine.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# In memory where the machine has such a folder: the suite runs with synchronous=FULL, as the site.
_shm = Path("/dev/shm")  # noqa: S108 - only as the parent of a folder with a random name
# A process that a run starts has its folder in that of the run: killed, it leaves nothing behind.
_parents = [os.environ.get("TESTS_SCRATCH", ""), str(_shm)]
SCRATCH = Path(
    tempfile.mkdtemp(
        prefix="site-test-", dir=next((p for p in _parents if os.access(p, os.W_OK)), None)
    )
)
os.environ["TESTS_SCRATCH"] = str(SCRATCH)
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

OWN_VARIABLES = {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "tests-only-2f6c0b1d4a9e4c7f8a53-tests-only-9d1b7e3c5f",
    "LOG_SIGNING_KEY": "tests-only-tests-only-tests-only-tests-only",
    "SITE_ORIGIN": "https://testserver",
    "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{SCRATCH / 'unused.sqlite3'}"),
    "DATABASE_POOL_SIZE": "16",
    "MAIL_TRANSPORT": "django.core.mail.backends.locmem.EmailBackend",
    "DEFAULT_FROM_EMAIL": "webmaster@company.test",
    "WEBMASTER_EMAIL": "webmaster@company.test",
    "LOG_LEVEL": "WARNING",
    "ERASURE_LEDGER": str(SCRATCH / "erasure-ledger.jsonl"),
    "BACKUP_DIR": str(SCRATCH / "backups"),
    "KEPT_HEADS": str(SCRATCH / "kept-heads"),
    "OUTSIDE_STATE": str(SCRATCH / "seen-from-outside.json"),
    "PRIVATE_ROOT": str(SCRATCH / "private"),
    "MEDIA_ROOT": str(SCRATCH / "media"),
    "DOCUMENTS_ROOT": str(SCRATCH / "documents"),
}
KEPT_FROM_CALLER = (
    "CONTENT_DIR",
    "ALLOWED_HOSTS",
    "BACKUP_RECIPIENTS",
    "CACHE_URL",
    "TRUSTED_PROXY_COUNT",
    "TRUSTED_PROXY_HEADER",
    "STAFF_MFA_REQUIRED",
    "POLICY_FOUR_EYES",
    "DOCUMENTS_S3_BUCKET",
    "DOCUMENTS_MAX_MB",
    "CLAMD_SOCKET",
)
for _name in KEPT_FROM_CALLER:
    os.environ.pop(_name, None)
os.environ.update(OWN_VARIABLES)

from sens_site.settings import *  # noqa: E402, F403 - the environment had to be set first
from sens_site.settings import DATABASES, SILENCED_SYSTEM_CHECKS, STORAGES  # noqa: E402 - named for the changes below

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "sens_site.E008"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = SCRATCH / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: threads and WAL behave as in production.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}
