"""How long it takes to read all documents anew: `python -m bench.document_files`.

Ten thousand files of 64 kB, and one of them with a flipped byte, which has to be named. In this
process, on an SQLite file with the site's durability settings. Exits with 1 over a limit, or when
the byte is not found.
"""

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-documents-")
os.environ |= {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "bench-only-" + "0" * 40,
    "SITE_ORIGIN": "https://testserver",
    "DATABASE_URL": f"sqlite:///{Path(SCRATCH.name) / 'bench.sqlite3'}",
    "DOCUMENTS_ROOT": str(Path(SCRATCH.name) / "documents"),
    "LOG_LEVEL": "ERROR",
    "DJANGO_SETTINGS_MODULE": "sens_site.settings",
}

import django  # noqa: E402 - the environment had to be set first

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the loaded apps
from django.utils import timezone  # noqa: E402 - needs the loaded apps

from downloads.models import (  # noqa: E402 - needs the loaded apps
    Document,
    DocumentVersion,
    Kind,
    stored_name,
)
from downloads.verification import verify_documents  # noqa: E402 - needs the loaded apps

FILES, SIZE, MOST_SECONDS = 10_000, 64 * 1024, 60.0


def fill(root: Path) -> DocumentVersion:
    """Store the files past the services: only their reading is measured. Return the spoiled one."""
    now, versions = timezone.now(), []
    for n in range(FILES):
        content = n.to_bytes(4, "big") * (SIZE // 4)
        digest = hashlib.sha256(content).hexdigest()
        file = root / stored_name(digest)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        document = Document(number=f"d-{n}", title=f"Document {n}", kind=Kind.MANUAL)
        facts = {"file_name": f"{n}.pdf", "content_type": "application/pdf", "size": SIZE}
        versions.append(
            DocumentVersion(document=document, label="1", sha256=digest, publish_at=now, **facts)
        )
    Document.objects.bulk_create(one.document for one in versions)
    DocumentVersion.objects.bulk_create(versions)
    spoiled = versions[FILES // 2]
    file = root / spoiled.stored_as
    changed = bytearray(file.read_bytes())
    changed[SIZE // 3] ^= 1
    file.write_bytes(changed)
    return spoiled


def main() -> int:
    """Measure, print, and compare with the limit."""
    call_command("migrate", verbosity=0)
    spoiled = fill(Path(os.environ["DOCUMENTS_ROOT"]))
    began, cpu = time.monotonic(), time.process_time()
    found = verify_documents()
    seconds, busy = time.monotonic() - began, time.process_time() - cpu
    print(f"{found.files} files, {found.size / 1e6:.0f} MB: {seconds:.1f} s, {busy:.1f} s of CPU")
    print(*found.words, sep="\n")
    named = [f"changed: {spoiled} ({spoiled.stored_as})"]
    return 1 if busy > MOST_SECONDS or found.words != named else 0


if __name__ == "__main__":
    sys.exit(main())
