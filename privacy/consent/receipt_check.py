"""What can be said about one receipt: to the browser that holds it, and to anybody who has its file.

A number alone tells nobody anything: whoever asks about a receipt brings the whole of it, and what
is answered is whether its SHA-256 is one of ours.
"""

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from privacy.consent.models import ConsentReceipt, ReceiptSeal
from privacy.consent.receipt_chain import link_hash
from privacy.consent.receipts import hash_of, says_given
from sens_site.lib.canonical_json import canonical_json, digest_of

QUOTES_OF_A_WORD_PROCESSOR = "\u201c\u201d\u201e"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Verdict(StrEnum):
    """What a look at a receipt that somebody brings has found."""

    SEALED = "sealed"
    WAITING = "waiting"
    DELETED = "deleted"
    ALTERED_HERE = "altered here"
    UNKNOWN = "unknown"


class UnreadableError(ValueError):
    """What was brought is no receipt; the message says why, to whoever brought it."""


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """Whether a receipt is known, as it was written, and in the chain."""

    receipt: ConsentReceipt | None
    seal: ReceiptSeal | None
    unchanged: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """A receipt as somebody brings it. `notice_fits` is None where none came with it.

    `as_sent` tells whether it is byte for byte as we hand it out; spaces and line ends between its
    words change nothing of what it says.
    """

    receipt: dict[str, Any]
    digest: str
    notice_fits: bool | None
    as_sent: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to whoever brings a receipt."""

    verdict: Verdict
    brought: Brought
    seal: ReceiptSeal | None = None
    receipt: ConsentReceipt | None = None


def number_in(text: str) -> UUID | None:
    """Return a receipt's number, or None where the text is none."""
    try:
        return UUID(text) if len(text) <= 36 else None
    except ValueError:
        return None


def report_on(receipt_id: UUID | None) -> ReceiptReport:
    receipt = ConsentReceipt.objects.filter(pk=receipt_id).first() if receipt_id else None
    seal = ReceiptSeal.objects.filter(receipt_id=receipt_id).first() if receipt_id else None
    return report_of(receipt, seal)


def report_of(receipt: ConsentReceipt | None, seal: ReceiptSeal | None) -> ReceiptReport:
    unchanged = receipt is not None and hash_of(receipt.document) == receipt.digest
    if receipt is not None and seal is not None:
        link = link_hash(
            seal.number, receipt.pk, receipt.digest, receipt.keep_until, seal.previous_hash
        )
        unchanged = unchanged and link == seal.hash
    return ReceiptReport(receipt=receipt, seal=seal, unchanged=unchanged)


def taken_back_by(receipt: ConsentReceipt) -> ConsentReceipt | None:
    """Return the receipt of the withdrawal of what another one proves, if it was withdrawn."""
    followers = ConsentReceipt.objects.filter(replaces=receipt.pk).order_by("at")
    return next((one for one in followers if not says_given(one.document)), None)


def check(brought: Brought) -> Finding:
    """Tell whether a receipt that somebody brings is ours, word for word. Writes nothing."""
    number = number_in(str(brought.receipt["receipt_id"]))
    receipt = ConsentReceipt.objects.filter(pk=number).first() if number else None
    seal = ReceiptSeal.objects.filter(receipt_id=number).first() if number else None
    known = {row.digest for row in (receipt, seal) if row is not None}
    if brought.digest not in known:
        return Finding(Verdict.UNKNOWN, brought)
    if receipt is None:
        return Finding(Verdict.DELETED, brought, seal)
    if not report_of(receipt, seal).unchanged or hash_of(receipt.document) != brought.digest:
        return Finding(Verdict.ALTERED_HERE, brought, seal, receipt)
    return Finding(Verdict.SEALED if seal else Verdict.WAITING, brought, seal, receipt)


def read(shown: bytes) -> Brought:
    """Read a receipt, or the file that holds one beside its notice.

    Raises UnreadableError for what is neither.
    """
    text = _decoded(shown).strip()
    if not text:
        raise UnreadableError("There is nothing in it.")
    whole = _parsed(text)
    receipt = whole.get("receipt", whole) if isinstance(whole, dict) else None
    if not isinstance(receipt, dict) or "receipt_id" not in receipt:
        raise UnreadableError("It holds something else than a receipt.")
    try:
        return Brought(
            receipt,
            digest_of(receipt),
            notice_fits=None if receipt is whole else _names(receipt, whole.get("notice")),
            as_sent=canonical_json(whole).encode() == shown,
        )
    except UnicodeEncodeError as error:
        raise UnreadableError("It holds characters that no text has.") from error


def _names(receipt: dict[str, Any], notice: object) -> bool:
    named = receipt.get("notice")
    return isinstance(named, dict) and named.get("snapshot") == digest_of(notice)


def _decoded(shown: bytes) -> str:
    encoding = next((name for mark, name in MARKS if shown.startswith(mark)), "utf-8")
    try:
        return shown.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "It is no text in UTF-8. Open the file that you downloaded with no other program, and "
            "choose it here as it is."
        ) from error


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_no_number)
    except UnreadableError:
        raise
    except (ValueError, RecursionError) as error:
        raise UnreadableError(_why_it_is_no_json(text, error)) from error


def _why_it_is_no_json(text: str, error: Exception) -> str:
    if any(mark in text for mark in QUOTES_OF_A_WORD_PROCESSOR):
        return (
            "It has quotation marks as a word processor sets them. Choose the file that you "
            "downloaded."
        )
    if "control character" in str(error):
        return (
            "There are line breaks or tabs inside its words, as mail programs put them there. "
            "Choose the file that you downloaded."
        )
    return "It is no JSON, or not the whole of it. Choose the file that you downloaded."


def _each_name_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("It says something twice, so that it could be read in two ways.")
    return found


def _no_number(name: str) -> Any:
    raise UnreadableError(f"It holds {name}, which is no number.")
