"""Published pages against a file of nginx, in one nginx: `python -m bench.published`.

The site's own pages in each consent state, found by the maps that `manage.py nginx_conf` writes,
beside the same page as a plain file without headers. CPU time of nginx for one request, from
interleaved rounds. Exits with 1 where a browser's page (brotli) costs more than the limit.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from bench import load, servers

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-published-")
FOLDER = Path(SCRATCH.name)
os.environ |= servers.site_environment(FOLDER, servers.free_port())
os.environ["PUBLISHED_ROOT"] = str(FOLDER / "pages")
os.environ["DJANGO_SETTINGS_MODULE"] = "sens_site.settings"

import django  # noqa: E402 - the environment had to be set first

django.setup()

from django.conf import settings  # noqa: E402 - needs the loaded apps
from django.core.management import call_command  # noqa: E402 - needs the loaded apps

from privacy.consent.kept_states import KeptState, kept_states  # noqa: E402 - as above
from privacy.consent.offer.current import stamp_and_offer  # noqa: E402 - as above
from sens_site.lib.cache.published_pages import PublishedPages  # noqa: E402 - as above
from sens_site.published import Publisher, environ_of, published_part  # noqa: E402 - as above

PATH = "/privacy/"
LIMIT = 1.15
ROUNDS, SECONDS, CONNECTIONS = 9, 0.6, 16
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def visitors() -> dict[str, dict[str, str]]:
    """Return the headers of a visitor in each state."""
    return {name_of(state): headers_of(state) for state in kept_states()}


def name_of(state: KeptState) -> str:
    """Say who that is."""
    said = "yes" if state.services else "no" if state.cookie else "no answer"
    return f"{said}, GPC" if state.gpc else said


def headers_of(state: KeptState) -> dict[str, str]:
    """Return what the browser sends, with the cookies of our statistics where they are allowed."""
    environ = environ_of(PATH, state)
    cookie = environ.get("HTTP_COOKIE", "")
    if state.services:
        cookie += "; visitor=0123456789abcdef; visit=0123456789abcdef"
    signal = {"Sec-GPC": "1"} if state.gpc else {}
    return {**signal, "Cookie": cookie} if cookie else signal


def publish(pages: PublishedPages) -> None:
    """Publish until nothing is left to draw."""
    publisher = Publisher(pages, read_stamp=stamp_and_offer)
    before = -1
    while (count := sum(1 for _ in pages.root.rglob("*"))) != before:
        before = count
        publisher.look()


def main() -> int:
    """Measure, print, judge."""
    with Path(os.devnull).open("w") as silence:
        for command in ("migrate", "createcachetable", "setup_site"):
            call_command(command, verbosity=0, stdout=silence)
        call_command("collectstatic", interactive=False, verbosity=0)
    FOLDER.chmod(0o755)
    pages = PublishedPages(Path(settings.PUBLISHED_ROOT))
    publish(pages)
    part = published_part()
    body = next((pages.root / "sets").rglob("privacy/@plain")).read_bytes()
    taken: dict[str, list[float]] = {}
    with servers.nginx_static(body, http=part.http, first=part.first) as nginx:
        if nginx is None:
            sys.exit("nginx is not installed")
        work = {"file": load.request_bytes("/index.html", {})}
        for who, headers in visitors().items():
            work[f"{who}, brotli"] = load.request_bytes(PATH, {**BROWSER, **headers})
            work[f"{who}, plain"] = load.request_bytes(PATH, headers)
        for number in range(ROUNDS):
            pages.hold()
            for name in list(work) if number % 2 else reversed(list(work)):
                one = load.run(
                    nginx.port, nginx.pid, work[name], seconds=SECONDS, connections=CONNECTIONS
                )
                taken.setdefault(name, []).append(one.cpu_us)
    file = statistics.median(taken["file"])
    print(f"{'visitor':<24}{'CPU µs':>8}{'× file':>8}")
    worst = 0.0
    for name, figures in taken.items():
        ratio = statistics.median(figures) / file
        worst = max(worst, ratio if name.endswith("brotli") else 0)
        print(f"{name:<24}{statistics.median(figures):8.1f}{ratio:8.2f}")
    print(f"{'ok' if worst <= LIMIT else 'MISS'}  worst of browsers {worst:.2f} (limit {LIMIT})")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
