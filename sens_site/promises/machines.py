"""What the files that come with the site tell a machine: who may reach what, and change what.

They are read as they stand, line by line, and compared with literals. Each line that gives or takes
a right is known here, and what shuts something stands there; a line that nobody has thought of is a
breach.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings

from privacy.promises.registry import require
from sens_site.promises.told_environment import containers_are_told_no_secret, the_image_protects

SERVICE: Mapping[str, str] = {
    "Type": "notify", "User": "website", "Group": "website", "WorkingDirectory": "/srv/website",
    "Environment": r"PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=\d+", "Restart": "always",
    "RestartSec": r"\d+", "KillMode": "mixed", "TimeoutStopSec": r"\d+", "TimeoutStartSec": r"\d+",
    "ExecStart": r"/srv/website/\.venv/bin/python manage\.py (?:worker|run_site --production .+)",
    "ReadWritePaths": "/srv/website/var", "SystemCallErrorNumber": "EPERM",
}  # fmt: skip
"""What a unit may say besides what shuts it in."""
SHUTS_IN = Counter(
    """
    UMask=0027 ProtectSystem=strict ProtectHome=true PrivateTmp=true PrivateDevices=true
    PrivateUsers=true ProtectProc=invisible ProtectClock=true ProtectHostname=true
    ProtectKernelLogs=true ProtectKernelModules=true ProtectKernelTunables=true
    ProtectControlGroups=true RemoveIPC=true NoNewPrivileges=true CapabilityBoundingSet=
    AmbientCapabilities= LockPersonality=true MemoryDenyWriteExecute=true RestrictRealtime=true
    RestrictSUIDSGID=true RestrictNamespaces=true SystemCallArchitectures=native
    SystemCallFilter=@system-service SystemCallFilter=~@privileged
    """.split()  # noqa: SIM905 - reads best
)
SHUTS_IN["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6"] = 1
"""What each unit says: the site writes below one folder alone, and gains no right."""
ROLES = frozenset({
    (
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'site_web') THEN"
        " CREATE ROLE site_web LOGIN; END IF; END $$"
    ),
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO site_web",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO site_web",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO site_web",
    (
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO site_web',"
        " current_database()); END $$"
    ),
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO site_web"
    ),
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO site_web",
    (
        "REVOKE UPDATE, DELETE ON policy_policyversion, policy_policyevent, policy_headlogentry,"
        " promises_promiserun, consent_receiptseal, rights_requestseal FROM site_web"
    ),
})  # fmt: skip
"""What the role that serves the web is given in PostgreSQL, and what it is not."""
STATEMENT = re.compile(r"(?:\$\$.*?\$\$|[^;$])+;", re.DOTALL)
KEYS = frozenset(
    """
    cap_add cap_drop cgroup_parent device_cgroup_rules devices dns env_file extra_hosts group_add image
    ipc network_mode networks pid ports privileged read_only runtime security_opt sysctls user
    userns_mode uts volumes_from links external_links command POSTGRES_INITDB_ARGS
    entrypoint profiles replicas restart
    POSTGRES_HOST_AUTH_METHOD
    """.split()  # noqa: SIM905 - reads best
)
"""What in a container decides on who reaches it, what it may do, and whether it is started."""
ONCE = r"on-failure:\d"
COMMANDS = r"[\"\[\],=\w\s./@:-]+"
CONTAINERS: Mapping[str, Mapping[str, str]] = {
    "x-contained": {
        "read_only": "true", "cap_drop": r"\[ALL\]", "security_opt": r'\["no-new-privileges:true"\]',
        "restart": "unless-stopped",
    },
    "x-site": {"image": "website", "env_file": "site.env"},
    "database": {
        "image": r"postgres:\d+", "user": "postgres", "network_mode": "none",
        "command": r'\["postgres", "-c", "listen_addresses="\]',
        "POSTGRES_INITDB_ARGS": "--auth-local=scram-sha-256 --auth-host=scram-sha-256",
    },
    "cache": {
        "image": r"valkey/valkey:\d+", "user": "valkey", "network_mode": "none",
        "command": r'\["valkey-server", "--port", "0", "--unixsocket", [^,]+,',
    },
    "prepare": {"command": COMMANDS, "network_mode": "none", "restart": ONCE},
    "roles": {
        "image": r"postgres:\d+", "user": "postgres", "network_mode": "none",
        "command": r'\["sh", "/deploy/postgresql-roles\.sh"\]', "restart": ONCE,
    },
    "web": {"command": COMMANDS, "networks": r"\[front, outside\]", "replicas": r"[1-9]\d?"},
    "worker": {
        "command": r'\["python", "manage\.py", "worker"\]', "networks": r"\[outside\]",
    },
    "front-configuration": {"command": r'\["sh", "-c", "python manage\.py nginx_conf .*',
                            "network_mode": "none", "restart": ONCE},
    "nginx": {
        "image": r"nginx:[\d.]+", "user": '"101:10001"', "networks": r"\[front, public\]",
        "ports": r'\["80:80", "443:443"\]',
    },
}  # fmt: skip
"""What each says there; what it takes over from `x-contained` it need not repeat."""
KEPT = (
    "- backups:/data/backups", "- ledger:/data/ledger", "volumes: *with-backups",
    "volumes: &with-backups", "<<: *contained", "<<: *site",
)  # fmt: skip
"""How often a worker's backups and the ledger have a place of their own, and what is shut in."""
AT_LEAST = Counter({KEPT[0]: 1, KEPT[1]: 2, KEPT[2]: 1, KEPT[3]: 1, KEPT[4]: 5, KEPT[5]: 4})


def text_of(file: Path) -> str:
    return file.read_text("utf-8")


def machines_are_told_to_shut() -> None:
    """Require that the files by which a machine is set up, where they came along, shut what they should."""
    folder = settings.BASE_DIR / "deploy"
    for pattern, reads in READ_BY.items():
        for file in sorted(folder.glob(pattern)):
            for read in reads:
                read(file.name, text_of(file))


def _unit(name: str, text: str) -> None:
    lines = [line.strip() for line in text.partition("[Service]")[2].splitlines()]
    said = Counter[str]()
    for line in lines[: lines.index("[Install]")] if "[Install]" in lines else lines:
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        if line in SHUTS_IN:
            said[line] += 1
        else:
            fits = key in SERVICE and re.fullmatch(SERVICE[key], value)
            require(fits, f"{name} says {line}")
    lacking = sorted((SHUTS_IN - said).elements())
    require(not lacking, f"{name} does not say {lacking[:1]}")


def _roles(_: str, text: str) -> None:
    plain = re.sub(r"--[^\n]*", "", text)
    said = {" ".join(one.rstrip(";").split()) for one in STATEMENT.findall(plain)}
    beyond = sorted(said - ROLES)
    require(not beyond, f"the role of the web is told: {beyond[:1]}")
    lacking = sorted(ROLES - said)
    require(not lacking, f"the role of the web is not told: {lacking[:1]}")


def _keys(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield of each block of a compose file what it says that matters here."""
    block = top = ""
    for line in re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE).splitlines():
        found = re.match(r"( *)([\w-]+):\s*(.*)$", line)
        if not found:
            continue
        indent, key, value = len(found[1]), found[2], found[3].strip()
        if indent == 0:
            top = block = key
        elif indent == 2 and top == "services":
            block = key
            yield block, "", ""
        elif key in KEYS and block != "networks":
            yield block, key, value


def _containers(_: str, text: str) -> None:
    said: dict[str, dict[str, str]] = {}
    for block, key, value in _keys(text):
        require(block in CONTAINERS, f"there is a container “{block}” that nobody knows")
        of = said.setdefault(block, {})
        if key:
            fits = re.fullmatch(CONTAINERS[block].get(key, "(?!)"), value)
            require(fits, f"the container “{block}” is told {key}: {value}")
            of[key] = value
    for block, keys in CONTAINERS.items():
        lacking = sorted(keys.keys() - said.get(block, {}).keys())
        require(not lacking, f"the container “{block}” is not told {lacking[:1]}")
    for line, number in AT_LEAST.items():
        found = text.count(line)
        require(found >= number, f"of the containers {found} say “{line}”")
    require(
        re.search(r"^  front:\n    internal: true$", text, re.MULTILINE),
        "the network before the site leads elsewhere",
    )


READ_BY = {
    "systemd/*.service": (_unit,),
    "postgresql-roles.sql": (_roles,),
    "compose.yaml": (_containers, containers_are_told_no_secret),
    "Dockerfile": (the_image_protects,),
}
