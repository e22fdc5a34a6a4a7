"""A small SMTP server for tests: takes mails, refuses some, and can be made to wait."""

import email
import socketserver
import threading
from dataclasses import dataclass
from email.message import Message
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mime(self) -> Message:
        """The mail, parsed."""
        return email.message_from_bytes(self.raw)


class SmtpSink:
    """Addresses that begin with `refused` get 550, with `later` 451. `hold` delays the last answer."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.arrived = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                serve(sink, self.rfile, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing: a client that was killed in mid-sentence is part of the tests."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def hold(self) -> None:
        """Take the next mails but do not say so until `go_on` is set."""
        self.arrived.clear()
        self.go_on.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()


def serve(sink: SmtpSink, rfile: Any, wfile: Any) -> None:
    """Talk to one client."""

    def say(line: str) -> None:
        wfile.write(line.encode() + b"\r\n")

    sender = ""
    recipients: list[str] = []
    say("220 sink")
    for line in rfile:
        command = line.decode().strip()
        verb = command.upper()
        if verb.startswith("MAIL FROM:"):
            sender, recipients = address(command), []
            say("250 ok")
        elif verb.startswith("RCPT TO:"):
            recipient = address(command)
            if recipient.startswith("refused"):
                say(f"550 no such person as {recipient}")
            elif recipient.startswith("later"):
                say("451 later")
            else:
                recipients.append(recipient)
                say("250 ok")
        elif verb == "DATA":
            say("354 go")
            raw = b"".join(iter(rfile.readline, b".\r\n"))
            sink.received.append(Received(sender, tuple(recipients), raw))
            sink.arrived.set()
            sink.go_on.wait(60)
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")


def address(command: str) -> str:
    """Return what stands between the angle brackets."""
    return command.partition("<")[2].partition(">")[0]
