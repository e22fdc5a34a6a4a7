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
from sens_site.promises.told_environment import containers_are_told_no_secret

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
    entrypoint profiles replicas restart source
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
MOUNTS = frozenset(
    """
    backups:/data/backups cache-socket:/run/valkey data:/data database:/var/lib/postgresql/data
    database-socket:/run/postgresql database-socket:/var/run/postgresql documents:/data/documents
    documents:/data/documents:ro front-configuration:/configuration
    front-configuration:/etc/nginx/conf.d:ro ledger:/data/ledger
    ./postgresql-roles.sh:/deploy/postgresql-roles.sh:ro
    ./postgresql-roles.sql:/deploy/postgresql-roles.sql:ro ./tls:/etc/nginx/tls:ro
    """.split()  # noqa: SIM905 - reads best
)
"""What of this machine containers get to see: their own folders, sockets of each other, and three files
beside. Who has the socket of the engine has the machine."""
KEPT = (
    "- backups:/data/backups", "- ledger:/data/ledger", "volumes: *with-backups",
    "volumes: &with-backups", "<<: *contained", "<<: *site",
)  # fmt: skip
"""How often a worker's backups and the ledger have a place of their own, and what is shut in."""
AT_LEAST = Counter({KEPT[0]: 1, KEPT[1]: 2, KEPT[2]: 1, KEPT[3]: 1, KEPT[4]: 5, KEPT[5]: 4})


IMAGE = frozenset({
    "FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD",
})  # fmt: skip
IN_THE_IMAGE = Counter(
    """
    DEBUG=false ENV_FILE=/dev/null DATABASE_URL=sqlite:////data/site.sqlite3 BACKUP_DIR=/data/backups
    ERASURE_LEDGER=/data/ledger/erasure-ledger.jsonl KEPT_HEADS=/data/kept-heads
    OUTSIDE_STATE=/data/seen-from-outside.json PRIVATE_ROOT=/data/private MEDIA_ROOT=/data/media
    DOCUMENTS_ROOT=/data/documents TRUSTED_PROXY_COUNT=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
    MALLOC_ARENA_MAX=1 PATH=/srv/website/.venv/bin:$PATH
    """.split()  # noqa: SIM905 - reads best
)
"""What a container of the site is told before anybody says otherwise."""
SAYS_ONCE = {
    "USER": "website", "VOLUME": "/data", "EXPOSE": "8000",
    "CMD": '["python", "manage.py", "run_site", "--production", "--only", "web", "--host", "0.0.0.0"]',
}  # fmt: skip
RUNS = re.compile(
    r"apt-get update && apt-get install --yes --no-install-recommends postgresql-client-\d+"
    r" && rm -rf /var/lib/apt/lists/\*"
    r"|useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent"
    r" --shell /usr/sbin/nologin website && install --directory --owner website --group website"
    r" --mode 0750 /configuration /data /data/backups /data/documents /data/ledger"
)
"""What the last stage runs: it adds one program of the distribution, one user, and its folders."""


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
    seen = set(re.findall(r"^\s+- [\"']?([^\s\"'\[\]]*:/[^\s\"'\[\]]*)", text, re.MULTILINE))
    seen |= {one for one in re.findall(r"^\s+device: (\S+)", text, re.MULTILINE) if one != "tmpfs"}
    require(seen <= MOUNTS, f"a container gets to see {sorted(seen - MOUNTS)[:1]}")
    for line, number in AT_LEAST.items():
        found = text.count(line)
        require(found >= number, f"of the containers {found} say “{line}”")
    require(
        re.search(r"^  front:\n    internal: true$", text, re.MULTILINE),
        "the network before the site leads elsewhere",
    )


def _image(_: str, text: str) -> None:
    """Read the last stage of the image, which is what runs."""
    plain = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    last = [line.partition(" ") for line in plain.rpartition("\nFROM ")[2].splitlines()[1:] if line]
    said = [(name, " ".join(words.split())) for name, _, words in last]
    for name, words in said:
        require(name in IMAGE, f"the image says {name} {words}")
        known = RUNS.fullmatch(words) if name == "RUN" else words == SAYS_ONCE.get(name, words)
        require(known, f"the image is told {name} {words}")
    told = Counter(one for name, words in said if name == "ENV" for one in words.split())
    require(told == IN_THE_IMAGE, f"the image’s environment differs in {_differing(told)}")
    once = Counter(name for name, _ in said if name in SAYS_ONCE)
    require(
        once == Counter(SAYS_ONCE.keys()), "the image does not say once as whom it runs, and what"
    )


def _differing(told: Counter[str]) -> list[str]:
    return sorted(((told - IN_THE_IMAGE) + (IN_THE_IMAGE - told)).elements())[:1]


READ_BY = {
    "Dockerfile": (_image,),
    "systemd/*.service": (_unit,),
    "postgresql-roles.sql": (_roles,),
    "compose.yaml": (_containers, containers_are_told_no_secret),
}
