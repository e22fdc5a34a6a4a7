"""The chains as their rows make them: each hash is worked out again, by the formulas that are published."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from privacy.promises.registry import require

ZEROS = "0" * 64
TWO_DAYS = timedelta(days=2)
BEFORE_ITS_TIME = timedelta(days=185)
"""A consent lasts 182 days and may end at once; by so much its receipt may be over earlier."""


def versions(slug: str) -> list[str]:
    """Work out the chain of a policy, and return its hashes."""
    columns = (
        "number", "kind", "reason", "summary", "renderer", "source_text", "rendered_html",
        "claims_json", "posted_at", "posted_on", "effective_on", "imported", "origin", "previous_hash",
        "hash",
    )  # fmt: skip
    rows = all_rows(
        f"SELECT {', '.join(f'v.{name}' for name in columns)} FROM policy_policyversion v"  # noqa: S608 - names from above
        " JOIN policy_policy p ON p.id = v.policy_id WHERE p.slug = %s ORDER BY v.number",
        slug,
    )
    hashes = list[str]()
    for row in rows:
        said = dict(zip(columns, row, strict=True))
        of = f"version {said['number']} of the {slug} policy"
        require(said["number"] == len(hashes) + 1, f"before {of} one is missing")
        before = hashes[-1] if hashes else ZEROS
        require(said["previous_hash"] == before, f"{of} does not continue the one before")
        claims, hashed = json.loads(said.pop("claims_json")), said.pop("hash")
        record = said | {
            "format": 1,
            "policy": slug,
            "claims": claims,
            "source": said.pop("source_text"),
            "html": said.pop("rendered_html"),
            "posted_at": moment(said["posted_at"]).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "posted_on": str(said["posted_on"])[:10],
            "effective_on": str(said["effective_on"])[:10],
            "imported": bool(said["imported"]),
        }
        left_out = ("source_text", "rendered_html", *(() if said["origin"] else ("origin",)))
        record = {k: v for k, v in record.items() if k not in left_out}
        require(digest_of_value(record) == hashed, f"{of} has been changed since it was sealed")
        hashes.append(hashed)
    return hashes


def receipts() -> list[str]:
    """Work out the chain of the receipts, and return its hashes."""
    stored = {
        hexed(pk): (document, digest, str(until)[:10])
        for pk, document, digest, until in all_rows(
            "SELECT id, document, digest, keep_until FROM consent_consentreceipt"
        )
    }
    hashes, today = list[str](), timezone.localdate()
    for number, pk, digest, until, previous, hashed in all_rows(
        "SELECT number, receipt_id, digest, keep_until, previous_hash, hash"
        " FROM consent_receiptseal ORDER BY number"
    ):
        of, day = f"link {number} of the chain of consents", str(until)[:10]
        before = hashes[-1] if hashes else ZEROS
        require((number, previous) == (len(hashes) + 1, before), f"the chain breaks before {of}")
        name = hexed(pk)
        uuid = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
        link = f"{number}|{uuid}|{digest}|{day}|{previous}"
        require(hashlib.sha256(link.encode()).hexdigest() == hashed, f"{of} has been changed")
        receipt = stored.pop(name, None)
        over = day < (today + BEFORE_ITS_TIME).isoformat()
        require(receipt is not None or over, f"the receipt of {of} is missing")
        require(receipt is None or receipt[1:] == (digest, day), f"{of} has another receipt")
        if receipt is not None:
            content = hashlib.sha256(receipt[0].encode()).hexdigest()
            require(content == digest, f"the receipt of {of} has been changed")
        hashes.append(hashed)
    return hashes


def requests() -> list[str]:
    """Work out the chain of the requests, and return its hashes."""
    columns = (
        "e.id", "e.request_id", "e.did", "e.at", "e.actor", "e.proof", "e.ground", "e.fact",
        "r.reference", "r.kind", "r.channel", "r.received_at",
    )  # fmt: skip
    stored = {
        row[0]: digest_of_value([moment(v).isoformat(timespec="microseconds") if n in (3, 11) else v
                         for n, v in enumerate(row)])
        for row in all_rows(
            f"SELECT {', '.join(columns)} FROM rights_requestevent e"  # noqa: S608 - names from above
            " JOIN rights_subjectrequest r ON r.id = e.request_id"
        )
    }  # fmt: skip
    hashes, held, over = list[str](), list[list[Any]](), set[int]()
    tomorrow = (timezone.localdate() + TWO_DAYS).isoformat()
    for number, day, salt, content, previous, hashed in all_rows(
        "SELECT number, sealed_on, salt, content, previous_hash, hash"
        " FROM rights_requestseal ORDER BY number"
    ):
        of = f"link {number} of the chain of requests"
        before = hashes[-1] if hashes else ZEROS
        require((number, previous) == (len(hashes) + 1, before), f"the chain breaks before {of}")
        link = [number, str(day)[:10], salt, content, previous]
        require(digest_of_value(link) == hashed, f"{of} has been changed")
        held += json.loads(content)
        hashes.append(hashed)
    over = {request for _, request, _, until in held if until and until < tomorrow}
    for event, request, digest, _ in held:
        require(event in stored or request in over, "what happened to a request is missing")
        require(stored.get(event, digest) == digest, "what happened to a request was changed")
    return hashes


def promise_runs() -> list[str]:
    """Work out the chain of the runs of the checks, and return its hashes."""
    hashes = list[str]()
    for number, record, previous, hashed in all_rows(
        "SELECT number, record, previous_hash, hash FROM promises_promiserun ORDER BY number"
    ):
        of, before = f"run {number} of the checks", hashes[-1] if hashes else ZEROS
        require((number, previous) == (len(hashes) + 1, before), f"the chain breaks before {of}")
        said = json.loads(record)
        same = (said["number"], said["previous_hash"]) == (number, previous)
        whole = hashlib.sha256(record.encode()).hexdigest() == hashed
        require(same and whole, f"{of} has been changed")
        hashes.append(hashed)
    return hashes


def all_rows(statement: str, *values: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from iter(cursor.fetchall())


def digest_of_value(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def hexed(value: Any) -> str:
    return str(value).replace("-", "")


def moment(value: Any) -> datetime:
    """Read a moment as either database gives it: SQLite's are UTC without saying so."""
    moment: Any = parse_datetime(str(value))
    aware: datetime = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC)
