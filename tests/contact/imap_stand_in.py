"""A small IMAP server for tests: one mailbox, and the few commands that reading it takes."""

import re
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Self

USER, PASSWORD = "desk", "plover lantern"


@dataclass
class Kept:
    """One mail in the mailbox."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


class ImapStandIn:
    """Holds mails by their number. `said` keeps every command, for what was not to be asked."""

    def __init__(self) -> None:
        self.mails: dict[int, Kept] = {}
        self.said: list[str] = []
        self.says_size = True
        stand_in = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                for line in self.rfile:
                    tag, _, command = line.decode().strip().partition(" ")
                    stand_in.said.append(command)
                    for answer in stand_in.answer(command):
                        self.wfile.write(answer + b"\r\n")
                    self.wfile.write(f"{tag} {stand_in.verdict(command)} done\r\n".encode())

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def put(self, raw: str) -> int:
        """Deliver a mail; return its number."""
        number = max(self.mails, default=40) + 1
        self.mails[number] = Kept(raw.replace("\n", "\r\n").encode())
        return number

    def unread(self) -> list[int]:
        """Return the numbers of the mails that nobody has read."""
        return [number for number, kept in self.mails.items() if r"\Seen" not in kept.flags]

    def verdict(self, command: str) -> str:
        """Return how a command ends."""
        if command.startswith("LOGIN"):
            return "OK" if USER in command and PASSWORD in command else "NO"
        return "NO" if command.startswith("SELECT") and "INBOX" not in command else "OK"

    def answer(self, command: str) -> list[bytes]:
        """Return what stands before the end of a command."""
        if command == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1"]
        if command.startswith("SELECT"):
            return [b"* 1 EXISTS"]
        if command.startswith("UID SEARCH UNSEEN"):
            return [f"* SEARCH {' '.join(map(str, self.unread()))}".encode()]
        if found := re.match(r"UID STORE (\d+) \+FLAGS \((\S+)\)", command):
            self.mails[int(found[1])].flags.add(found[2])
        if found := re.match(r"UID FETCH (\d+) \((.+)\)", command):
            return [self._fetched(int(found[1]), found[2])]
        return []

    def _fetched(self, number: int, what: str) -> bytes:
        if number not in self.mails:
            return b"* OK gone"
        raw = self.mails[number].raw
        part = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in what else raw
        size = f"RFC822.SIZE {len(raw)} " if "SIZE" in what and self.says_size else ""
        name = "BODY[HEADER]" if "HEADER" in what else "BODY[]"
        head = f"* 1 FETCH (UID {number} {size}{name} {{{len(part)}}}"
        return head.encode() + b"\r\n" + part + b")"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
