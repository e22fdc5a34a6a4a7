"""Runs the nginx of this machine with the configuration that `manage.py nginx_conf` writes."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers import wait_for
from tests.run import ROOT, find_nginx

MAIN = """
user root; daemon off; pid {folder}/pid; error_log stderr emerg; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {more}
  include {folder}/site.conf;
}}
"""
"""What a distribution's own file has around a site: no word about the site stands here."""


def write(folder: Path, site: str, *, more: str = "") -> Path:
    """Put a configuration of the site where nginx finds it, and return the file to start with."""
    (folder / "site.conf").write_text(site)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, more=more))
    return main


def command(main: Path) -> list[str]:
    found = find_nginx()
    assert found, "apt-get install nginx-light"
    return [found, "-e", "stderr", "-c", str(main), "-p", str(main.parent)]


@contextmanager
def serving(
    folder: Path, site: str, port: int, *, more: str = ""
) -> "Iterator[subprocess.Popen[bytes]]":
    """Run nginx for the time of a block."""
    with subprocess.Popen(command(write(folder, site, more=more)), cwd=ROOT) as process:
        try:
            wait_for(port, process)
            yield process
        finally:
            process.terminate()
            process.wait(30)
