"""The promise that tampering shows: the chains are worked out again here, and held against copies.

The formulas stand here word by word (they are published, and readers use them), beside the site's
own verification: a verification that was hollowed out would else say that all is well.
"""

import base64
import hashlib
import logging
import re
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.utils import timezone

from outbox.jobs import registered_jobs
from outbox.models import OutboxMail
from privacy.consent.models import ConsentReceipt, NoticeSnapshot
from privacy.datamap.stored_mail import mail_text
from privacy.policy.kept_heads import KeptError, kept_here
from privacy.policy.verification import verify
from privacy.promises.history import append_run
from privacy.promises.registry import Evidence, Look, NotCarriedOut, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.models import RequestEvent, RequestSeal
from sens_site.promises.recomputed_chains import (
    TWO_DAYS,
    all_rows,
    promise_runs,
    receipts,
    requests,
    versions,
)

CHAINS = {"promises", "receipts", "requests"}
"""Besides those of the policies that a site has."""
WORK = {
    "seal consent receipts": 60,
    "log heads at once": 60,
    "close the day of the chains": 600,
}
"""What the worker has to do, and after how many seconds again at the latest."""


@promise("security.against-change", look=Look.ROWS)
def the_chains_are_whole(site: RunningSite) -> Evidence:
    """Every hash is worked out again, twice, and compared with what others have kept."""
    heads = {
        "policy-privacy": versions("privacy"),
        "policy-terms": versions("terms"),
        "receipts": receipts(),
        "requests": requests(),
        "promises": promise_runs(),
    }
    _nothing_waits()
    try:
        report = verify(kept=kept_here())
    except KeptError as error:
        raise NotCarriedOut(f"What others have kept could not be compared: {error}.") from error
    require(not report.faults, str(report.faults[0]) if report.faults else "")
    chains = {name: dict(enumerate(hashes, 1)) for name, hashes in heads.items()}
    _log_fits(chains)
    kept = _kept_fits(chains)
    require(not kept or report.comparison.witnesses, "what others have kept was not compared")
    return Evidence(
        "The chains of policies, consents and requests show no tampering: every link was worked out "
        f"again, and they were {report.comparison.words}.",
        {
            "links": sum(map(len, heads.values())),
            "heads kept elsewhere": report.comparison.heads,
            "witnesses": report.comparison.witnesses,
        },
    )


@promise("security.against-change", look=Look.REHEARSAL)
def the_worker_seals_and_logs(site: RunningSite) -> Evidence:
    """Each job is there, runs often enough, and does it: sealing, logging, sending it out."""
    jobs = {job.name: job for job in registered_jobs()}
    for name, at_most in WORK.items():
        require(name in jobs, f"the worker has no job “{name}”")
        every = jobs[name].every_seconds
        require(every <= at_most, f"the worker does “{name}” only every {every:.0f} s")
    with site.rehearsal():
        notice = NoticeSnapshot.objects.create(digest="c" * 64, content="{}")
        ConsentReceipt.objects.create(
            at=timezone.now() - TWO_DAYS,
            keep_until=timezone.localdate() + timedelta(days=1000),
            document="{}",
            digest="d" * 64,
            notice=notice,
        )
        append_run({}, gone=(), found={}, at=timezone.now())
        OutboxMail.objects.all().delete()
        OutboxMail.objects.create(
            dedupe_key="checkpoint-x", message=b"", created_at=timezone.now() - timedelta(hours=31)
        )
        require(jobs["close the day of the chains"].when(), "heads never leave the house")
        logging.disable(logging.INFO)  # whoever reads the log is told of no head that is none
        try:
            for name in WORK:
                jobs[name].run()
        finally:
            logging.disable(logging.NOTSET)
        unsealed = ConsentReceipt.objects.unsealed().filter(digest="d" * 64).exists()
        require(not unsealed, "the worker does not seal a consent")
        logged = {chain for (chain,) in all_rows("SELECT chain FROM policy_headlogentry")}
        wanted = CHAINS | {f"policy-{slug}" for slug in ("privacy", "terms") if versions(slug)}
        missing = wanted - logged
        require(not missing, f"the worker does not log the heads of {sorted(missing)}")
        to_desk = OutboxMail.objects.to_address(settings.WEBMASTER_EMAIL)
        mailed = [mail_text(mail.message).replace("\r\n", "\n") for mail in to_desk]
        signed = site.get("/privacy/log/checkpoint").text
        went = any(signed in text for text in mailed)
        require(went or not settings.LOG_SIGNING_KEY, "no checkpoint is mailed to the officers")
        feed = site.get("/privacy/feed.atom").text
        told = escape(signed) in feed
        require(told or not settings.LOG_SIGNING_KEY, "the feed bears no checkpoint")
    return Evidence(
        "Played through for this check: the worker sealed a consent, logged the heads of all "
        "chains, and wrote the mail with the checkpoint.",
        {"chains logged": len(logged), "jobs": len(WORK)},
    )


@promise("security.against-change", look=Look.NOW)
def the_log_is_published(site: RunningSite) -> Evidence:
    """A stranger gets the lines of the log, and a root over them that is signed with the key."""
    lines = _text(site, "/privacy/log/heads").splitlines()
    stored = [
        f"{chain} {size} {head} {str(day)[:10]}"
        for chain, size, head, day in all_rows(
            "SELECT chain, size, head, logged_on FROM policy_headlogentry ORDER BY position"
        )
    ]
    require(lines == stored, "the log of heads that visitors get is not the one that is kept")
    if not settings.LOG_SIGNING_KEY:
        return Evidence(
            "The log of heads is published. No checkpoint of it is signed, as this site has no "
            "key for it.",
            {"lines": len(lines)},
        )
    text, _, signature = _text(site, "/privacy/log/checkpoint").partition("\n\n")
    origin, size, root = text.split("\n")
    require(int(size) == len(lines), f"the checkpoint is of {size} lines of {len(lines)}")
    fits = base64.b64decode(root) == _root([line.encode() for line in lines])
    require(fits, "the checkpoint is not of the lines that visitors get")
    name, _, key = _text(site, "/privacy/log/key").strip().split("+", 2)
    require(origin == name == f"{settings.SITE_HOST}/privacy/log", f"the log is that of {origin}")
    try:
        signed = base64.b64decode(signature.split()[2])[4:]
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:])
        public.verify(signed, f"{text}\n".encode())
    except InvalidSignature:
        require(False, "the checkpoint is not signed with the key that visitors get")
    return Evidence(
        "Anybody can fetch the log of all heads, and a checkpoint of it that is signed.",
        {"lines": len(lines)},
    )


def _text(site: RunningSite, path: str) -> str:
    answer = site.get(path)
    require(answer.status == 200, f"{path} answers {answer.status}")
    return answer.text


def _nothing_waits() -> None:
    """What was to be sealed within a minute, or within a night, is sealed after two days."""
    long_ago = timezone.now() - TWO_DAYS
    waiting = ConsentReceipt.objects.unsealed().filter(at__lt=long_ago).count()
    require(not waiting, f"{waiting} consents wait for more than two days to be sealed")
    if RequestEvent.objects.exclude(did="received").filter(at__lt=long_ago).exists():
        newest = RequestSeal.objects.order_by("-number").first()
        late = newest is None or newest.sealed_on < timezone.localdate(long_ago)
        require(not late, "what happened to requests waits for more than two days to be sealed")


def _log_fits(chains: dict[str, dict[int, str]]) -> None:
    """Compare the log's lines with the chains, and its length with its positions."""
    rows = all_rows("SELECT position, chain, size, head FROM policy_headlogentry ORDER BY position")
    for place, (position, chain, size, head) in enumerate(rows):
        require(place == position, "a line of the log of heads is missing")
        if chain in chains:
            now = chains[chain].get(size)
            require(now == head, f"the log says other of {chain} after {size} links")


def _kept_fits(chains: dict[str, dict[int, str]]) -> int:
    """Compare the chains and the log with every line and root in what others have kept."""
    files = [one for one in Path(settings.KEPT_HEADS).glob("*") if one.is_file()]
    leaves = [
        f"{chain} {size} {head} {str(day)[:10]}".encode()
        for chain, size, head, day in all_rows(
            "SELECT chain, size, head, logged_on FROM policy_headlogentry ORDER BY position"
        )
    ]
    for file in files:
        text = file.read_text("utf-8").replace("\r\n", "\n")
        for chain, size, head in re.findall(
            r"^(\S+) (\d+) ([0-9a-f]{64}) [\d-]{10}$", text, re.MULTILINE
        ):
            now = chains.get(chain, {}).get(int(size), head if chain not in chains else "")
            require(now == head, f"{file.name} has kept another head of {chain} after {size} links")
        origin = re.escape(f"{settings.SITE_HOST}/privacy/log")
        for size, root in re.findall(rf"^{origin}\n(\d+)\n(\S{{44}})\n\n—", text, re.MULTILINE):
            fits = base64.b64decode(root) == _root(leaves[: int(size)]) and int(size) <= len(leaves)
            require(fits, f"{file.name} has kept a checkpoint of another log of {size} lines")
    return len(files)


def _root(leaves: list[bytes]) -> bytes:
    """Make the root as RFC 6962 defines it."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\x00" + leaves[0] if leaves else b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()
