"""The image: small, nobody's, read-only, from the lock alone. Own checks, as there is no Docker here."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import NamedTuple

import pytest

from tests.architecture.source import PROJECT, ROOT, files, text
from tests.deploy.commands import parsed
from tests.deploy.variables import VARIABLES

DOCKERFILE, IGNORED = "deploy/Dockerfile", "deploy/Dockerfile.dockerignore"
COMPILERS = re.compile(r"\b(apt-get|apt|gcc|g\+\+|build-essential|clang|make|cargo|rustc)\b")
COPIES_THE_DATABASE = (
    "apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17"
    " && rm -rf /var/lib/apt/lists/*"
)
"""The one thing that is taken from the distribution."""
FROM_THE_LOCK = ("--require-hashes", "--no-deps", "--only-binary :all:")
SLIM = re.compile(r"[a-z]+:\d[\w.-]*-slim[\w-]*( AS \w+)?")
KNOWN = {
    "FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD",
}  # fmt: skip


class Step(NamedTuple):
    """One instruction, and the stage in which it stands."""

    stage: int
    name: str
    words: str


def steps(dockerfile: str) -> list[Step]:
    """Read the instructions; lines that go on are joined, comments are left out."""
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    stage, found = 0, []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, words = line.partition(" ")
            stage += name == "FROM"
            found.append(Step(stage, name, words))
    return found


def faults(dockerfile: str) -> Iterator[str]:
    """Yield what a container of this image could do that it should not."""
    found = steps(dockerfile)
    for step in found:
        yield from _faults_of(step)
    last = found[-1].stage
    if last < 2:
        yield "what builds is in the image"
    yield from _faults_of_stage([step for step in found if step.stage == last])


def _faults_of(step: Step) -> Iterator[str]:
    if step.name not in KNOWN:
        yield f"{step.name} is not used here"
    if step.name == "FROM" and not SLIM.fullmatch(step.words):
        yield f"{step.words}: not a slim image of a known version"
    if step.name == "RUN" and COMPILERS.search(step.words.replace(COPIES_THE_DATABASE, "")):
        yield f"a compiler or a package manager: {step.words}"
    if step.name == "RUN" and step.words.startswith("pip"):
        yield from (f"pip without {option}" for option in FROM_THE_LOCK if option not in step.words)
    if step.name == "ENV" and re.search(r"\w*(KEY|PASSWORD|TOKEN|SECRET)\w*=", step.words):
        yield f"a secret stands in the image: {step.words}"
    if step.name in ("CMD", "HEALTHCHECK") and "[" not in step.words:
        yield f"{step.name} goes through a shell, which hands on no signal"


def _faults_of_stage(final: list[Step]) -> Iterator[str]:
    names = [step.name for step in final]
    if not {"USER", "HEALTHCHECK", "CMD"} <= set(names):
        yield "no user, no health check or no command"
        return
    if next(step.words for step in final if step.name == "USER") in ("root", "0"):
        yield "it runs as root"
    after = names[names.index("USER") :]
    if "RUN" in after or "COPY" in after or any("--chown" in step.words for step in final):
        yield "the site could change its own code"


def test_the_image_is_slim_nobodys_and_from_the_lock():
    assert list(faults(text(DOCKERFILE))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("-slim-trixie\n#", ":latest\n#", "not a slim image"),
        ("USER website", "USER root", "runs as root"),
        ("USER website\n", "", "no user"),
        ("--require-hashes ", "", "pip without --require-hashes"),
        ("--only-binary :all:", "", "pip without --only-binary"),
        ("postgresql-client-17", "postgresql-client-17 gcc", "a package manager"),
        ("RUN useradd", "RUN apt-get install gcc && useradd", "a compiler"),
        ("    DEBUG=false", "    SECRET_KEY=x DEBUG=false", "a secret"),
        ("COPY --from=build", "COPY --chown=website --from=build", "change its own code"),
        ('CMD ["python", "manage.py", "run_site", "--production", "--only", "web", "--host", "0.0.0.0"]', "CMD run", "CMD goes through a shell"),
        (" AS build", " AS build\nADD https://example.com/x /", "ADD is not used"),
    ],
)  # fmt: skip
def test_the_check_of_the_image_sees_a_fault(old, new, fault):
    spoiled = text(DOCKERFILE).replace(old, new)
    assert spoiled != text(DOCKERFILE)
    assert [said for said in faults(spoiled) if fault in said] != []


def test_the_image_has_the_python_that_the_suites_run_on():
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    bases = {
        step.words.split(":")[1].split("-")[0]
        for step in steps(text(DOCKERFILE))
        if step.name == "FROM"
    }
    assert bases == {oldest}


def test_the_commands_of_the_image_are_ones_that_the_site_has():
    words = {step.name: step.words for step in steps(text(DOCKERFILE)) if step.stage == 2}
    options = parsed(json.loads(words["CMD"]))
    assert (options["only"], options["production"], options["host"]) == ("web", True, "0.0.0.0")  # noqa: S104 - compared, not bound
    check = json.loads(words["HEALTHCHECK"][words["HEALTHCHECK"].index("[") :])
    assert (ROOT / check[1]).is_file()


def test_its_static_files_are_collected_so_that_nobody_has_to_write_to_it_later():
    """The root is read-only, and nothing in it belongs to the user of the site."""
    (collects,) = [
        step for step in steps(text(DOCKERFILE)) if "ENV_FILE=" in step.words and step.stage == 1
    ]
    words = collects.words.split(" && ")[0].split()
    assert words[0] == "ENV_FILE=tests/deploy.env"
    options = parsed(words[1:])
    assert (options["name"], options["only"], options["production"]) == (
        "run_site",
        "collect",
        True,
    )


def test_what_the_image_sets_the_site_reads():
    env = " ".join(s.words for s in steps(text(DOCKERFILE)) if s.name == "ENV")
    names = set(re.findall(r"(\w+)=", env))
    assert names - VARIABLES == {
        "PATH",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
        "MALLOC_ARENA_MAX",
    }
    # On a read-only root, whatever the site writes lies on the volume.
    written = {
        "BACKUP_DIR",
        "DATABASE_URL",
        "ERASURE_LEDGER",
        "KEPT_HEADS",
        "OUTSIDE_STATE",
        "PRIVATE_ROOT",
        "MEDIA_ROOT",
        "DOCUMENTS_ROOT",
    }
    assert set(re.findall(r"(\w+)=(?:sqlite:///)?/data/", env)) == written


def test_nothing_of_this_machine_gets_into_an_image():
    patterns = [
        line for line in text(IGNORED).splitlines() if line and not line.startswith(("#", "!"))
    ]

    def stays_out(path: str) -> bool:
        parts = path.split("/")
        beginnings = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        return any(fnmatch(b, p.removeprefix("**/")) for b in beginnings for p in patterns)

    private = (
        ".env",
        ".env.production",
        "var/site.sqlite3",
        ".venv/bin/python",
        ".git/config",
        ".venv-audit/x",
    )
    assert [path for path in private if not stays_out(path)] == []
    needed = ("manage.py", "requirements.txt", "content/sens/company.toml", "tests/deploy.env")
    assert [path for path in needed if stays_out(path) or path not in files()] == []
