"""Breaks of how the site is started: the application server could write down who asks for what."""

from pathlib import Path

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

CLAIM = "retention.access-logs"


def _file_says(hand: Hand, name: str, old: str, new: str) -> None:
    def text_of(file: Path) -> str:
        text = file.read_text("utf-8")
        if file.name == name:
            assert old in text
            return text.replace(old, new)
        return text

    hand.replace("sens_site.promises.application_server.text_of", text_of)


@breaks(CLAIM)
def an_application_server_that_logs_requests(hand: Hand) -> None:
    hand.wrap(
        "sens_site.management.commands.run_site.granian_command",
        lambda old, **how: [one.replace("--no-access", "--access") for one in old(**how)],
    )


@breaks(CLAIM)
def an_application_server_that_tells_all(hand: Hand) -> None:
    hand.wrap(
        "sens_site.management.commands.run_site.granian_command",
        lambda old, **how: ["debug" if one == "warning" else one for one in old(**how)],
    )


@breaks(CLAIM, way=Way.CONFIGURATION)
def an_application_server_that_is_told_to_log_by_a_variable(hand: Hand) -> None:
    hand.patch.setenv("GRANIAN_ACCESS_LOG_ENABLED", "true")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_service_that_runs_another_server(hand: Hand) -> None:
    started = "/srv/website/.venv/bin/python manage.py run_site --production"
    _file_says(hand, "website.service", started, "uvicorn --access-log")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_service_whose_lines_go_to_a_file(hand: Hand) -> None:
    kept = "KillMode=mixed\nStandardOutput=append:/var/log/site.log"
    _file_says(hand, "website-web.service", "KillMode=mixed", kept)


@breaks(CLAIM, way=Way.CONFIGURATION)
def containers_whose_lines_go_elsewhere(hand: Hand) -> None:
    _file_says(hand, "compose.yaml", "driver: local", "driver: syslog")


@breaks(CLAIM, way=Way.CONFIGURATION)
def containers_in_which_the_front_logs(hand: Hand) -> None:
    told = "manage.py nginx_conf"
    _file_says(hand, "compose.yaml", told, f"{told} --access-log /var/log/nginx/site.log")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_database_that_logs_each_statement(hand: Hand) -> None:
    told = '"listen_addresses="'
    _file_says(hand, "compose.yaml", told, f'{told}, "-c", "log_statement=all"')
