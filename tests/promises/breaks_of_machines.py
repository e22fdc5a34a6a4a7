"""Breaks of what comes with the site for machines: units, containers, and roles of the database."""

from pathlib import Path

from django.conf import settings

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

CLAIM = "security.technical"


def _file_says(hand: Hand, name: str, old: str, new: str) -> None:
    assert old in (next(settings.BASE_DIR.glob(f"deploy/**/{name}"))).read_text("utf-8")

    def text_of(file: Path) -> str:
        text = file.read_text("utf-8")
        return text.replace(old, new, 1) if file.name == name else text

    hand.replace("sens_site.promises.machines.text_of", text_of)


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_role_that_may_do_everything_with_all_tables(hand: Hand) -> None:
    given = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"
    _file_says(hand, "postgresql-roles.sql", given, "GRANT ALL ON ALL TABLES")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_role_that_may_change_sealed_rows(hand: Hand) -> None:
    _file_says(hand, "postgresql-roles.sql", " consent_receiptseal,", "")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_worker_that_writes_anywhere(hand: Hand) -> None:
    _file_says(
        hand, "website-worker.service", "ReadWritePaths=/srv/website/var", "ReadWritePaths=/srv"
    )


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_service_whose_files_everybody_reads(hand: Hand) -> None:
    _file_says(hand, "website.service", "UMask=0027\n", "")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_database_that_strangers_reach(hand: Hand) -> None:
    told = "network_mode: none\n    environment:\n      POSTGRES_DB"
    _file_says(
        hand, "compose.yaml", told, told.replace("network_mode: none", 'ports: ["5432:5432"]')
    )


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_database_that_lets_everybody_in(hand: Hand) -> None:
    told = "POSTGRES_INITDB_ARGS: --auth-local=scram-sha-256 --auth-host=scram-sha-256"
    _file_says(hand, "compose.yaml", told, "POSTGRES_HOST_AUTH_METHOD: trust")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_container_that_may_do_everything(hand: Hand) -> None:
    told = "image: nginx:1.28"
    _file_says(hand, "compose.yaml", told, f"{told}\n    privileged: true")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_container_that_nobody_knows(hand: Hand) -> None:
    told = "services:\n"
    _file_says(hand, "compose.yaml", told, f"{told}  mirror:\n    image: mirror:1\n")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_front_server_that_has_the_whole_machine(hand: Hand) -> None:
    told = "      - ./tls:/etc/nginx/tls:ro\n"
    engine = "      - /var/run/docker.sock:/var/run/docker.sock:ro\n"
    _file_says(hand, "compose.yaml", told, told + engine)


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_volume_that_is_a_folder_of_the_machine(hand: Hand) -> None:
    _file_says(hand, "compose.yaml", "device: tmpfs", "device: /home")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_worker_whose_backups_go_with_it(hand: Hand) -> None:
    _file_says(hand, "compose.yaml", "      - backups:/data/backups\n", "")


@breaks(CLAIM, way=Way.CONFIGURATION)
def containers_that_gain_rights(hand: Hand) -> None:
    _file_says(hand, "compose.yaml", '  security_opt: ["no-new-privileges:true"]\n', "")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_front_that_leads_elsewhere(hand: Hand) -> None:
    _file_says(hand, "compose.yaml", "  front:\n    internal: true\n", "  front: {}\n")


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_worker_that_nobody_starts(hand: Hand) -> None:
    told = 'command: ["python", "manage.py", "worker"]'
    _file_says(hand, "compose.yaml", told, f'{told}\n    profiles: ["jobs"]')


@breaks(CLAIM, way=Way.CONFIGURATION)
def a_container_that_is_not_started_again(hand: Hand) -> None:
    _file_says(hand, "compose.yaml", "restart: unless-stopped", 'restart: "no"')


@breaks(CLAIM, way=Way.CONFIGURATION)
def an_image_that_runs_as_root(hand: Hand) -> None:
    _file_says(hand, "Dockerfile", "USER website\n", "USER root\n")


@breaks(CLAIM, way=Way.CONFIGURATION)
def an_image_whose_folders_everybody_reads(hand: Hand) -> None:
    _file_says(hand, "Dockerfile", "--mode 0750", "--mode 0777")


@breaks(CLAIM, way=Way.CONFIGURATION)
def an_image_that_shows_errors_to_everybody(hand: Hand) -> None:
    _file_says(hand, "Dockerfile", "DEBUG=false", "DEBUG=true")


@breaks(CLAIM, way=Way.CONFIGURATION)
def an_image_that_says_nothing_of_its_user(hand: Hand) -> None:
    _file_says(hand, "Dockerfile", "USER website\n", "")


@breaks(CLAIM, way=Way.CONFIGURATION)
def an_image_with_a_file_of_another_site(hand: Hand) -> None:
    _file_says(
        hand, "Dockerfile", "USER website", "ADD https://a.test/agent /srv/website\nUSER website"
    )
