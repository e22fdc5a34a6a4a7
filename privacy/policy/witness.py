"""Being a witness for another installation: keep what its log says, and refuse another past.

The witness fetches the log of heads, the hashes of the policies and the records behind them. It
compares all of it with what it saw before, and only then signs for having seen it (C2SP
tlog-cosignature). An owner who writes the past anew, however consistently, cannot make what a
witness has in its file fit again.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from privacy.policy.chains import START
from privacy.policy.kept_heads import Line, read_lines
from privacy.policy.verification import read_anchors
from sens_site.lib.canonical_json import digest_of
from sens_site.lib.merkle import root_of
from sens_site.lib.signed_note import (
    LOG,
    Checkpoint,
    NoteError,
    PublicKey,
    SigningKey,
    find_checkpoints,
    read_checkpoint,
    read_key,
    signed_at,
)

SECONDS = 15
MOST_BYTES = 20_000_000
POLICIES = {"privacy": "/privacy/", "terms": "/legal/"}

Fetch = Callable[[str], str | None]
"""Given a path, return what stands there: nothing where there is no such page."""


class RefusedError(Exception):
    """The log does not continue what was seen before, or is not whole. The message says how."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a witness has seen of a log, and keeps in its file."""

    key: PublicKey
    checkpoint: Checkpoint
    lines: tuple[Line, ...]
    versions: tuple[str, ...]
    """The lines of the logs of the policies' hashes, in the order of `POLICIES`."""


def fetch_from(url: str) -> Fetch:
    """Return what fetches from a site, within limits of time and size."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedError(f"{url} is no address of a site")
    base = f"{parts.scheme}://{parts.netloc}"

    def fetch(path: str) -> str | None:
        try:
            with urllib.request.urlopen(base + path, timeout=SECONDS) as answer:  # noqa: S310 - http and https alone, see above
                content: bytes = answer.read(MOST_BYTES + 1)
            if len(content) > MOST_BYTES:
                raise RefusedError(f"{path} is larger than {MOST_BYTES} bytes")
            return content.decode()
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            raise RefusedError(f"{path} answers {error.code}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise RefusedError(f"{path} cannot be read ({type(error).__name__})") from error

    return fetch


def look(fetch: Fetch, before: Seen | None, *, key: PublicKey | None = None) -> Seen:
    """Look at a log, and return what is to be kept. `key` is the one that it has to be signed with.

    Raises RefusedError where it is not whole, or not what was seen before with something added.
    """
    checkpoint, signing = _checkpoint(fetch, key or (before.key if before else None))
    lines = _lines(fetch, checkpoint)
    versions = tuple(
        line for slug, base in POLICIES.items() for line in _versions(fetch, slug, base, lines)
    )
    if before is not None:
        _must_continue(before, checkpoint, lines, versions)
    return Seen(signing, checkpoint, lines, versions)


def countersigned(seen: Seen, key: SigningKey, *, at: int) -> Seen:
    """Sign for having seen it at this second."""
    line = key.line(seen.checkpoint.text, at=at)
    signatures = (*seen.checkpoint.signatures, line)
    return replace(seen, checkpoint=replace(seen.checkpoint, signatures=signatures))


def read_store(path: Path) -> Seen | None:
    """Read the file of a witness; nothing where there is none yet."""
    if not path.exists():
        return None
    try:
        text = path.read_text("utf-8")
        key = next(read_key(line) for line in text.splitlines() if line.count("+") >= 2)
        checkpoint = list(find_checkpoints(text))[-1]
        versions = tuple(line for line in text.splitlines() if read_anchors([line]))
    except (OSError, UnicodeDecodeError, NoteError, IndexError, StopIteration) as error:
        raise RefusedError(f"{path} is not the file of a witness") from error
    return Seen(key, checkpoint, read_lines(text), versions)


def store_text(seen: Seen, key: PublicKey | None) -> str:
    """Write the file of a witness. `manage.py verify_policy --heads` reads it, and people can."""
    parts = (
        [f"Seen of {seen.checkpoint.origin}. First its key and the witness's, then what it said."],
        [str(one) for one in (seen.key, key) if one],
        [str(line) for line in seen.lines],
        seen.versions,
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + f"\n\n{seen.checkpoint}"


def _checkpoint(fetch: Fetch, expected: PublicKey | None) -> tuple[Checkpoint, PublicKey]:
    try:
        key = read_key(_must_have(fetch, "/privacy/log/key"))
        checkpoint = read_checkpoint(_must_have(fetch, "/privacy/log/checkpoint"))
        if expected is not None and key != expected:
            raise RefusedError(f"its key was {expected} and is {key}")
        if key.kind != LOG or signed_at(checkpoint, key) is None:
            raise RefusedError("its checkpoint is not signed with its key")
    except NoteError as error:
        raise RefusedError(str(error)) from error
    if checkpoint.origin != key.name:
        raise RefusedError(f"the checkpoint is of {checkpoint.origin}, the key of {key.name}")
    return checkpoint, key


def _lines(fetch: Fetch, checkpoint: Checkpoint) -> tuple[Line, ...]:
    text = _must_have(fetch, "/privacy/log/heads")
    every = read_lines(text)
    if "".join(f"{line}\n" for line in every) != text:
        raise RefusedError("/privacy/log/heads holds something that is no line of a log")
    lines = every[: checkpoint.size]
    if len(lines) < checkpoint.size:
        raise RefusedError(
            f"its checkpoint is of {checkpoint.size} lines, and it shows {len(lines)}"
        )
    if root_of(str(line).encode() for line in lines) != checkpoint.root:
        raise RefusedError("its lines are not those that the checkpoint was made of")
    sizes = dict[str, int]()
    for line in lines:
        if line.size <= sizes.get(line.chain, 0):
            raise RefusedError(f"“{line}” comes after {sizes[line.chain]} links: it runs backwards")
        sizes[line.chain] = line.size
    return lines


def _versions(fetch: Fetch, slug: str, base: str, lines: tuple[Line, ...]) -> Iterator[str]:
    """Yield the lines of a policy's log, each compared with the heads and the record behind it."""
    text = fetch(f"{base}log.txt") or ""
    heads = {line.size: line.hash for line in lines if line.chain == f"policy-{slug}"}
    previous = START
    for number, line in enumerate(text.splitlines(), 1):
        found = read_anchors([line]).get((slug, number))
        if found is None:
            raise RefusedError(f"{base}log.txt has no line of version {number}, but “{line}”")
        if heads.get(number, found) != found:
            raise RefusedError(
                f"{slug} version {number} has the hash {found}, and its own log says {heads[number]}"
            )
        _record_must_fit(fetch(f"{base}v/{number}.json"), slug, number, found, previous)
        previous = found
        yield line


def _record_must_fit(text: str | None, slug: str, number: int, found: str, previous: str) -> None:
    """Hold a version against its hash. One that was withdrawn before its day is shown to nobody."""
    if text is None:
        return
    try:
        page = json.loads(text)
        record = page["record"]
        said = (page["hash"], digest_of(record), record["previous_hash"])
        of = (record["policy"], record["number"])
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(f"the record of {slug} version {number} cannot be read") from error
    if said != (found, found, previous) or of != (slug, number):
        raise RefusedError(
            f"the record of {slug} version {number} is not what its hash was made of"
        )


def _must_continue(
    before: Seen, checkpoint: Checkpoint, lines: tuple[Line, ...], versions: tuple[str, ...]
) -> None:
    if checkpoint.size < before.checkpoint.size:
        raise RefusedError(
            f"it had {before.checkpoint.size} lines and has {checkpoint.size}: it was rolled back"
        )
    for position, (was, now) in enumerate(zip(before.lines, lines, strict=False)):
        if was != now:
            raise RefusedError(f"line {position} was “{was}” and is “{now}”: its past is another")
    for line in before.versions:
        if line not in versions:
            raise RefusedError(f"“{line}” is no longer in the log of the policies")


def _must_have(fetch: Fetch, path: str) -> str:
    text = fetch(path)
    if text is None:
        raise RefusedError(f"{path} is not there")
    return text
