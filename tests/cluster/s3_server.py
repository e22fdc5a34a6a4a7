"""An S3 server that keeps what it was given on disk, so that it can be killed and come back.

    python tests/cluster/s3_server.py PORT FOLDER

It speaks what the site asks of a store (put, get, part of, head, list, delete) and believes everybody.
The one of `tests/downloads/test_s3.py` knows more of S3, and has lost all when it ends.
"""

import re
import sys
from datetime import UTC, datetime
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
NO_SUCH_KEY = f'<Error xmlns="{NAMESPACE}"><Code>NoSuchKey</Code></Error>'


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    root: Path

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    @property
    def file(self) -> Path:
        """Where an object lies: a folder for each bucket, and in it one for each part of its name."""
        path = Path(unquote(urlsplit(self.path).path).lstrip("/"))
        assert ".." not in path.parts
        return self.root / path

    def do_PUT(self) -> None:
        """Keep an object whole before saying so."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.file.parent.mkdir(parents=True, exist_ok=True)
        part = self.file.with_name(f".{self.file.name}.{self.client_address[1]}")
        part.write_bytes(body)
        part.replace(self.file)
        self.answer(200, ETag=tag(body))

    def do_GET(self) -> None:
        """Give an object, or a part of it, or the list of a bucket."""
        if self.file.parent == self.root:
            self.answer(200, self.listed().encode(), Content_Type="application/xml")
            return
        if not self.file.is_file():
            self.answer(404, NO_SUCH_KEY.encode(), Content_Type="application/xml")
            return
        whole = self.file.read_bytes()
        about = {
            "ETag": tag(whole),
            "Last_Modified": formatdate(self.file.stat().st_mtime, usegmt=True),
        }
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked is None:
            self.answer(200, whole, **about)
            return
        first, last = int(asked[1]), min(int(asked[2] or len(whole)), len(whole) - 1)
        place = f"bytes {first}-{last}/{len(whole)}"
        self.answer(206, whole[first : last + 1], Content_Range=place, **about)

    do_HEAD = do_GET  # noqa: N815 - as the base class looks for it

    def do_DELETE(self) -> None:
        """Forget an object."""
        self.file.unlink(missing_ok=True)
        self.answer(204)

    def listed(self) -> str:
        """Return what lies in a bucket, folded where the names have the delimiter."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
        folders, objects = set(), []
        for file in sorted(self.file.rglob("*")):
            name = file.relative_to(self.file).as_posix()
            if not file.is_file() or not name.startswith(prefix) or file.name.startswith("."):
                continue
            head, cut, _ = name[len(prefix) :].partition(delimiter or "\0")
            if cut:
                folders.add(f"{prefix}{head}{cut}")
                continue
            at = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
            objects.append(
                f"<Contents><Key>{escape(name)}</Key><Size>{file.stat().st_size}</Size>"
                f"<LastModified>{at}</LastModified></Contents>"
            )
        folded = (
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>"
            for one in sorted(folders)
        )
        return (
            f'<ListBucketResult xmlns="{NAMESPACE}"><IsTruncated>false</IsTruncated>'
            f"{''.join(objects)}{''.join(folded)}</ListBucketResult>"
        )

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def tag(body: bytes) -> str:
    """Return the tag that S3 gives to an object."""
    return f'"{md5(body, usedforsecurity=False).hexdigest()}"'


if __name__ == "__main__":
    Handler.root = Path(sys.argv[2])
    Handler.root.mkdir(exist_ok=True)
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
