"""A look for viruses by ClamAV's daemon, where the site is told of one.

The file goes through the daemon's socket (INSTREAM), so that the daemon needs no right to read
anything of ours. Where it does not answer, nothing is taken.
"""

import socket
import struct
from typing import IO

from django.conf import settings

from downloads.file_types import FileRefusedError
from downloads.store import CHUNK

WAIT_SECONDS = 60

INFECTED = "The virus scanner says that this file holds {found}. It is not taken."
AWAY = "The virus scanner does not answer, so no file is taken now. Try again later."


def scan(content: IO[bytes]) -> None:
    """Have a file looked at. Raises FileRefusedError."""
    if not settings.CLAMD_SOCKET:
        return
    try:
        answer = _answer(content)
    except OSError:
        raise FileRefusedError(AWAY) from None
    if answer.endswith(" FOUND"):
        found = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise FileRefusedError(INFECTED.format(found=found))
    if answer != "stream: OK":
        raise FileRefusedError(AWAY)


def _answer(content: IO[bytes]) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as clamd:
        clamd.settimeout(WAIT_SECONDS)
        clamd.connect(settings.CLAMD_SOCKET)
        clamd.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK):
            clamd.sendall(struct.pack("!I", len(chunk)) + chunk)
        clamd.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (part := clamd.recv(4096)):
            answer += part
    return answer.rstrip(b"\0").decode("utf-8", "replace")
