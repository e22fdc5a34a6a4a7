"""`manage.py run_site`: everything that one machine needs to show the site, in one command."""

import os
import socket
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from sens_site.lib.deploy.setup_lock import alone_in_set_up
from sens_site.lib.deploy.static_collection import collect_if_changed
from sens_site.lib.deploy.supervisor import Child, Supervisor
from sens_site.lib.metrics import FOLDER
from sens_site.serving import LEAN_MEMORY, granian_command

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TERMINAL = "outbox.terminal.TerminalBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
PORTS_TO_TRY = 50
MEMORY = "/dev/shm"  # noqa: S108 - only as the parent of a folder with a random name


class Command(BaseCommand):
    """Prepare the database and the files, then keep web server and worker running."""

    help = "Prepare the site and run web server and worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="first port to try")
        parser.add_argument("--workers", type=int, default=4, help="web processes (production)")
        parser.add_argument(
            "--production", action="store_true", help="as in production: real server, DEBUG off"
        )
        parser.add_argument(
            "--only",
            choices=("collect", "prepare", "web"),
            help="collect static files, as an image does that nobody may write to later, and end; prepare "
            "database, content and files, and end; or run what has been prepared, without the worker",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, and stay until the end."""
        production: bool = options["production"]
        if production and settings.DEBUG:
            raise CommandError("Set DEBUG=false for --production, or use `make serve`.")
        if not production and not settings.DEBUG:
            raise CommandError("DEBUG is off: use --production, or `make serve`.")
        if options["only"] == "collect":
            collect_if_changed()
            return
        if options["only"] == "prepare":
            self.prepare(production=production)
            return
        host: str = options["host"]
        port = self.choose_port(host, options["port"])
        if not options["only"]:
            prepare_apart(production=production)
        close_connections()
        with counting_folder() as folder:
            status = self.serve(host, port, {**child_environment(port), FOLDER: folder}, options)
        self.say("Stopped.")
        if status:
            sys.exit(status)

    def serve(
        self, host: str, port: int, environment: dict[str, str], options: dict[str, Any]
    ) -> int:
        """Keep the processes running until the end, and return the status."""
        production: bool = options["production"]
        origin = environment["SITE_ORIGIN"]
        if production:
            # Each thread may need a database connection of the process's pool.
            threads = settings.DATABASE_POOL_SIZE
            web = granian_command(host=host, port=port, workers=options["workers"], threads=threads)
        else:
            web = manage("runserver", f"{host}:{port}", "--nostatic")
        worker = manage("worker", *([] if production else ["--reload"]))
        children = [Child("web", web, environment, essential=True)]
        if not options["only"]:
            children.append(Child("worker", worker, environment, essential=False))
        if production and settings.PUBLISHED_ROOT:
            children.append(
                Child("publisher", manage("publish_pages"), environment, essential=False)
            )
        supervisor = Supervisor(children, say=self.say)
        return supervisor.run(on_look=Announcement(self, host, port, origin).look)

    def prepare(self, *, production: bool) -> None:
        """Bring database, content and files up to date."""
        with alone_in_set_up():
            call_command("migrate", interactive=False, verbosity=0)
            keep_from_others(Path(str(connection.settings_dict["NAME"])))
            call_command("createcachetable", verbosity=0)
            call_command("setup_site", verbosity=0)
        if production:
            collect_if_changed()
            if settings.COMPRESSION_DICTIONARY:
                subprocess.run(manage("make_dictionary"), check=True)  # noqa: S603 - our own command

    def choose_port(self, host: str, wanted: int) -> int:
        """Return the wanted port, or the next free one where nobody else relies on the number."""
        for port in range(wanted, wanted + PORTS_TO_TRY):
            if is_free(host, port):
                if port != wanted:
                    self.say(f"Port {wanted} is taken; using {port}.")
                return port
            if settings.SITE_HOST not in LOOPBACK:
                raise CommandError(f"Port {port} is taken, and {settings.SITE_ORIGIN} leads there.")
        raise CommandError(f"No free port from {wanted} on.")

    def say(self, text: str) -> None:
        """Print a line at once."""
        self.stdout.write(text)
        self.stdout.flush()


def prepare_apart(*, production: bool) -> None:
    """Prepare in a process that ends: what it loads would stay in this one as long as the site runs."""
    options = ["--production"] if production else []
    command = manage("run_site", "--only", "prepare", *options)
    status = subprocess.run(command, check=False).returncode  # noqa: S603 - our own command
    if status:
        sys.exit(status)


def keep_from_others(database: Path) -> None:
    """Let owner and group alone read the file of SQLite: nginx may have to pass through its folder.

    Whichever command comes first makes it, by the mask of whoever calls.
    """
    if connection.vendor == "sqlite" and database.is_file():
        with suppress(PermissionError):  # it belongs to somebody else, who decides
            database.chmod(database.stat().st_mode & 0o770)


def tell_ready() -> None:
    """Tell systemd that the site answers, so that `systemctl start` returns then (sd_notify(3)).

    A socket that cannot be reached is another's: whoever waits at it says itself that nobody came.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        name = address.replace("@", "\0", 1) if address[0] == "@" else address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.sendto(b"READY=1", name)


def close_connections() -> None:
    """Let go what the checks have opened: a pool would hold connections, and threads over a fork."""
    for opened in connections.all(initialized_only=True):
        opened.close()
        if hasattr(opened, "close_pool"):
            opened.close_pool()


class Announcement:
    """Says where the site is, once, as soon as it answers."""

    def __init__(self, command: Command, host: str, port: int, origin: str) -> None:
        self.command = command
        self.target = (host if host != "0.0.0.0" else "127.0.0.1", port)  # noqa: S104 - compared, not bound
        self.origin = origin
        self.made = False

    def look(self) -> None:
        """Announce the site if it answers by now."""
        if self.made:
            return
        try:
            socket.create_connection(self.target, timeout=0.5).close()
        except OSError:
            return
        self.made = True
        tell_ready()
        self.command.say(
            f"\n  The site:             {self.origin}/"
            f"\n  The admin:            {self.origin}/admin/"
            "\n  Make a staff account: make staff   (in another terminal)"
            "\n  Mails:                " + mails_line() + "\n  Stop:                 Ctrl-C\n"
        )


def child_environment(port: int) -> dict[str, str]:
    """Return the children's environment: mailed links name the port that was chosen.

    An origin on the internet is left alone: a server in front of this one answers there.
    """
    origin = settings.SITE_ORIGIN
    if settings.SITE_HOST in LOOPBACK:
        host = f"[{settings.SITE_HOST}]" if ":" in settings.SITE_HOST else settings.SITE_HOST
        origin = f"http://{host}:{port}"
    return {
        **LEAN_MEMORY,
        **os.environ,
        "SITE_ORIGIN": origin,
        "MAIL_TRANSPORT": mail_transport(),
        "DJANGO_RUNSERVER_HIDE_WARNING": "true",
        "PYTHONUNBUFFERED": "1",
    }


def counting_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder in which the processes count, new for each start and gone with the end.

    In memory where there is such a place: a process that writes to a mapped file is killed where the
    disk is full.
    """
    parent = MEMORY if os.access(MEMORY, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="site-metrics-", dir=parent)


def mail_transport() -> str:
    """Return how mails leave: on a machine without a mail server they are printed."""
    transport: str = settings.MAIL_TRANSPORT
    if transport not in (TERMINAL, SMTP):
        return transport
    if "EMAIL_HOST" in os.environ:
        return SMTP
    return TERMINAL if settings.SITE_HOST in LOOPBACK else transport


def mails_line() -> str:
    """Say where mails go."""
    if mail_transport() == TERMINAL:
        return "printed here"
    return f"sent through {settings.EMAIL_HOST}"


def is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def manage(name: str, *arguments: str) -> list[str]:
    """Return the command line of a management command that leaves the checks to us."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), name, *arguments, "--skip-checks"]
