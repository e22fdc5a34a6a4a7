"""What stops a draft from being sealed: sentences without a promise, and promises without a check.

A mark covers the words from the mark before it, or from the start of its block, up to itself. Words
that stand after the last mark of a block are unmarked. Headings, and lead-ins that end in a colon,
say nothing by themselves. A sentence that is no claim carries `{promise:plain}`.

All of these may be overridden by a privacy officer with a written reason: a company that brings its
lawyers' unmarked text can publish it today and mark it sentence by sentence.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone
from markdown_it.token import Token

from privacy.policy.addresses import PRIVACY
from privacy.policy.bundled import PLAIN
from privacy.policy.models import PolicyDraft, PolicyVersion
from privacy.policy.obstacles import Heading, Obstacle, register
from privacy.policy.rendering import (
    SOURCE_MARK,
    normalised,
    parse_markdown,
    promise_ids,
    strip_source_marks,
)
from privacy.promises.claims import Claim, all_claims, draft_claims
from privacy.promises.models import PromiseResult, State
from privacy.promises.registry import Look, discover, registered_checks

FRESH = timedelta(days=2)
"""How long a result counts. The worker looks every night."""
EXCERPT_CHARACTERS = 90
UNMARKED = Heading("sentence is not marked", "sentences are not marked")
TWICE = Heading("claim is named twice", "claims are named twice")
UNKNOWN = Heading("mark names no claim", "marks name no claim")
OVERDUE = Heading("statement waits for its review", "statements wait for their review")
UNCHECKED = Heading("claim is not checked", "claims are not checked")
STALE = Heading("claim was not checked lately", "claims were not checked lately")
BROKEN = Heading("claim is not kept", "claims are not kept")
BLIND = Heading("claim could not be checked", "claims could not be checked")
LOST = Heading("promise of the version before is gone", "promises of the version before are gone")


@register
def promises_stand(draft: PolicyDraft) -> Iterator[Obstacle]:
    """Ask for a promise beside each sentence, and for a check that holds behind each promise."""
    if draft.policy.slug != PRIVACY:
        return
    yield from obstacles_to_sealing(draft.source_text, today=timezone.localdate())
    before = PolicyVersion.objects.of(PRIVACY).not_withdrawn().first()
    for claim in lost_promises(draft.source_text, before.source_text if before else ""):
        if claim.id not in draft.summary:
            yield _obstacle(
                LOST,
                called(claim),
                "The text no longer promises this.",
                f"Say so in the summary, naming {claim.id}.",
            )


def called(claim: Claim) -> str:
    """Name a claim to an officer, who knows the policy and no ids."""
    return f"Claim {claim.number}, “{claim.claim}”"


def unmarked_passages(source: str) -> list[str]:
    """Return the passages of a Markdown source that no mark covers, in their order."""
    return [words for words in map(_uncovered, _blocks(normalised(source))) if words]


def obstacles_to_sealing(source: str, *, today: date) -> list[Obstacle]:
    """Return what stands in the way of sealing this text, as far as promises go."""
    return [*_unmarked(source), *_of_claims(source, today)]


def lost_promises(source: str, previous: str) -> list[Claim]:
    """Return the claims that the previous text made and this one does not."""
    now, claims = set(promise_ids(source)), all_claims()
    gone = dict.fromkeys(one for one in promise_ids(previous) if one not in now)
    return [claims[one] for one in gone if one in claims]


def _obstacle(heading: Heading, where: str, problem: str, remedy: str) -> Obstacle:
    return Obstacle(problem, where=where, remedy=remedy, overridable=True, heading=heading)


def _unmarked(source: str) -> Iterator[Obstacle]:
    for words in unmarked_passages(source):
        excerpt = words if len(words) <= EXCERPT_CHARACTERS else words[:EXCERPT_CHARACTERS] + "…"
        yield _obstacle(
            UNMARKED,
            f"“{excerpt}”",
            "Nothing says what this claims.",
            "Mark it on the page “Mark”: with a claim, or as plain if it claims nothing.",
        )


def _of_claims(source: str, today: date) -> Iterator[Obstacle]:
    claims, ids = draft_claims(), promise_ids(source)
    for claim_id in dict.fromkeys(one for one in ids if ids.count(one) > 1 and one != PLAIN):
        where = called(claims[claim_id]) if claim_id in claims else claim_id
        yield _obstacle(TWICE, where, "This is named twice.", "Keep one of the two marks.")
    named = [one for one in dict.fromkeys(ids) if one != PLAIN]
    for claim_id in named:
        if claim_id not in claims:
            yield _obstacle(
                UNKNOWN,
                claim_id,
                "No claim has this name.",
                "Choose one from the list on the page “Mark”, or make a new claim there.",
            )
    known = [claims[one] for one in named if one in claims]
    for claim in known:
        if claim.kind == "O" and claim.review_on is not None and claim.review_on < today:
            yield _obstacle(
                OVERDUE,
                called(claim),
                f"This statement should have been reviewed by {claim.review_on:%B %-d, %Y}.",
                f"{claim.owner} reads it again, and the next day of review is entered.",
            )
    yield from _of_checks([claim for claim in known if claim.kind == "S"], timezone.now())


def _of_checks(claims: list[Claim], now: datetime) -> Iterator[Obstacle]:
    """Ask what the worker saw last: to look now would take seconds, and act beside visitors."""
    discover()
    checks = registered_checks()
    results = {(one.claim_id, one.check_name): one for one in PromiseResult.objects.all()}
    for claim in claims:
        inside = [one for one in checks.get(claim.id, ()) if one.look is not Look.OUTSIDE]
        seen = [results.get((claim.id, check.name)) for check in inside]
        newest = [one for one in seen if one is not None and one.checked_at >= now - FRESH]
        if not inside:
            yield _obstacle(
                UNCHECKED,
                called(claim),
                "No check shows that the site does this.",
                f"A developer can write one, for {claim.id}.",
            )
        elif len(newest) < len(inside):
            yield _obstacle(
                STALE,
                called(claim),
                "It has not been checked for two days.",
                "It is checked every night. Ask whoever runs the site why it was not.",
            )
        for result in newest:
            if result.state == State.BROKEN:
                yield _obstacle(
                    BROKEN,
                    called(claim),
                    f"The check fails: {result.words}",
                    "Have the site mended, or say in the text what it really does.",
                )
            elif result.state == State.NOT_CARRIED_OUT:
                yield _obstacle(
                    BLIND,
                    called(claim),
                    f"The check could not be carried out: {result.words}",
                    "Ask whoever runs the site to remove what is in its way.",
                )


def _blocks(source: str) -> Iterator[str]:
    """Yield the running text of each block that may claim something."""
    tokens = parse_markdown(source)
    row: list[str] | None = None
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield " ".join(row)
            row = None
        elif token.type in ("fence", "code_block"):
            yield " ".join(token.content.split())
        elif token.type == "inline":
            opener = tokens[index - 1].type
            if row is not None:
                if opener == "td_open":
                    row.append(_text_of(token))
            elif opener != "heading_open":
                yield _text_of(token)


def _text_of(inline: Token) -> str:
    """Return the words of an inline token with its marks, without link addresses."""
    parts = []
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.content:
            parts.append(child.content)
    return "".join(parts)


def _uncovered(block: str) -> str:
    """Return the words after a block's last mark, or nothing where the block needs none."""
    marks = list(SOURCE_MARK.finditer(block))
    rest = (block[marks[-1].end() :] if marks else block).strip().strip(".;,")
    return "" if strip_source_marks(rest).rstrip().endswith(":") else rest.strip()
