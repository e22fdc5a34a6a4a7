"""The containers of one machine: each held in, secrets in files, and nothing open but nginx."""

import re
import shlex
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT, text
from tests.deploy.commands import parsed
from tests.deploy.test_dockerfile import DOCKERFILE, steps
from tests.deploy.variables import open_secrets, unknown

COMPOSE = "deploy/compose.yaml"
PLAN: dict[str, Any] = yaml.safe_load(text(COMPOSE))
SERVICES: dict[str, dict[str, Any]] = PLAN["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "website"}
ENDS_BY_ITSELF = {"prepare", "roles", "front-configuration"}


def own_volumes(service: dict[str, Any]) -> set[str]:
    return {volume.split(":")[0] for volume in service.get("volumes", [])}


def test_it_is_the_topology_of_the_documents():
    assert set(SERVICES) == {
        "database", "cache", "prepare", "roles", "web", "worker", "front-configuration", "nginx",
    }  # fmt: skip
    assert SERVICES["web"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_change_nothing_but_its_volumes_and_take_no_more_than_its_share(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert (service["cap_drop"], service.get("cap_add", [])) == (["ALL"], [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert (service["pids_limit"] <= 200, "mem_limit" in service) == (True, True)
    assert service.get("privileged", False) is False
    assert not {"pid", "ipc", "devices", "userns_mode"} & set(service)
    assert not [volume for volume in service.get("volumes", []) if "docker.sock" in volume]


@pytest.mark.parametrize("name", set(SERVICES) - set(OURS))
def test_a_container_that_is_not_ours_runs_as_nobody_in_particular_from_a_known_version(name):
    assert re.fullmatch(r"[a-z]+(/[a-z]+)?:\d[\d.]*", SERVICES[name]["image"])
    assert str(SERVICES[name]["user"]).split(":")[0] not in ("root", "0")


@pytest.mark.parametrize("name", SERVICES)
def test_each_says_whether_it_is_well_or_ends_by_itself(name):
    check = SERVICES[name].get("healthcheck", {})
    in_image = name in OURS and "HEALTHCHECK" in text(DOCKERFILE)
    no_server = name in ENDS_BY_ITSELF | {"worker"}
    assert (check.get("disable", False), bool(check.get("test") or in_image)) == (
        no_server,
        name in OURS or not no_server,
    )


def test_only_nginx_is_open_and_database_and_cache_have_no_network():
    assert {name: s["ports"] for name, s in SERVICES.items() if "ports" in s} == {
        "nginx": ["80:80", "443:443"]
    }
    assert {name for name, s in SERVICES.items() if s.get("network_mode") == "none"} == {
        "database", "cache", "prepare", "roles", "front-configuration",
    }  # fmt: skip
    assert PLAN["networks"]["front"]["internal"] is True
    assert not set(SERVICES["nginx"]["networks"]) & set(SERVICES["worker"]["networks"])


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_files_and_each_container_has_its_own(name):
    service = SERVICES[name]
    environment = service.get("environment", {})
    assert open_secrets(environment) == set()
    read = set(re.findall(r"/run/secrets/(\w+)", str(environment)))
    if name == "roles":
        read = set(re.findall(r"/run/secrets/(\w+)", text("deploy/postgresql-roles.sh")))
    assert read == set(service.get("secrets", []))
    assert read <= set(PLAN["secrets"])


def test_only_what_prepares_has_the_password_of_the_owner():
    owners = {"database_password", "owner_database_url"}
    assert {name for name, s in SERVICES.items() if owners & set(s.get("secrets", []))} == {
        "database", "prepare", "roles",
    }  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_what_a_container_of_ours_is_told_the_site_understands(name):
    command = OURS[name]["command"]
    if command[0] == "sh":
        command = shlex.split(command[2].partition(">")[0])
    assert parsed(command)["name"] in {"run_site", "worker", "nginx_conf"}
    assert unknown(set(OURS[name]["environment"])) == set()


def test_the_parts_of_the_site_are_started_once_each():
    assert parsed(OURS["prepare"]["command"])["only"] == "prepare"
    assert parsed(OURS["web"]["command"])["only"] == "web"
    assert parsed(OURS["worker"]["command"])["name"] == "worker"


def test_the_files_and_volumes_that_are_named_exist():
    volumes = {volume for service in SERVICES.values() for volume in own_volumes(service)}
    here = {volume for volume in volumes if volume.startswith("./")}
    assert volumes - here == set(PLAN["volumes"])
    assert [one for one in here - {"./tls"} if not (ROOT / "deploy" / one).is_file()] == []
    waits = {one for service in SERVICES.values() for one in service.get("depends_on", {})}
    assert waits <= set(SERVICES)
    assert (ROOT / "deploy" / OURS["web"]["build"]["context"]).resolve() == ROOT
    assert OURS["web"]["build"]["dockerfile"] == DOCKERFILE


def test_backups_are_made_and_restored_on_a_volume_that_nothing_else_sees():
    settings = " ".join(step.words for step in steps(text(DOCKERFILE)) if step.name == "ENV")
    (folder,) = re.findall(r"BACKUP_DIR=(\S+)", settings)
    writers = {n for n, s in SERVICES.items() if f"backups:{folder}" in s.get("volumes", [])}
    assert writers == {"worker", "prepare"}
    for name in writers:  # all else is seen as by the other containers of the site
        others = set(SERVICES[name]["volumes"]) - {f"backups:{folder}"}
        assert others == set(SERVICES["web"]["volumes"])


def test_the_image_has_the_programs_of_the_database_that_it_backs_up():
    version = SERVICES["database"]["image"].partition(":")[2]
    assert f" postgresql-client-{version} " in text(DOCKERFILE)


def test_nginx_sees_the_documents_and_nothing_else_of_the_site():
    theirs = own_volumes(SERVICES["nginx"]) & own_volumes(SERVICES["web"])
    assert theirs == {"documents"}
    assert all(volume.endswith(":ro") for volume in SERVICES["nginx"]["volumes"])


def test_compose_itself_reads_the_file_where_it_is_installed(tmp_path):
    docker = shutil.which("docker") or "docker"
    compose = [docker, "compose", "--file", str(tmp_path / "compose.yaml")]
    try:
        subprocess.run([docker, "compose", "version"], capture_output=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return
    (tmp_path / "site.env").write_text("")
    (tmp_path / "compose.yaml").write_text(text(COMPOSE))
    subprocess.run([*compose, "config", "--quiet"], check=True)
