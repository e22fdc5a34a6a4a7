"""Whether the texts still say what they said when somebody last read them against their checks.

A check knows its sentence by literals of its own: it sees a site that does something else, and never
a sentence that was written anew around it. So `checked_words.toml` of the company's content holds, of
each claim, its class, a digest of its sentences in the newest policy and one of what `claims.toml`
says of it; each passage that claims nothing, in full; each paragraph of pages and news, and each text
of the settings, that speaks of people's data or of what the company does with it; and a digest of each
version. Whoever changes one of them reads its checks and writes the new line. A company without this file is asked nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privacy.policy.bundled import PLAIN
from privacy.policy.models import PRIVACY
from privacy.policy.rendering import SOURCE_MARK
from sens_site.lib.canonical_json import digest_of
from sens_site.lib.content import read_claims, read_content, read_toml, read_versions

FILE = "checked_words.toml"
DIGITS = 12
MEANING = ("number", "section", "claim", "practice", "since", "until")
"""What `claims.toml` says of a claim, but for who answers and when: that changes with people."""
WHAT = ("class", "sentence", "meaning")
FOLDERS = ("pages", "news")
SETTINGS = ("company.toml", "topics.toml")
"""Whose texts stand on pages as well."""
SPEAKS_OF_PEOPLE = re.compile(
    r"\b(?:personal|privacy|cookies?|(?:un)?subscri\w+|delet\w+|eras(?:e|ed|es|ing|ure)|retain\w*"
    r"|third part\w+|visitors?|e-?mail address(?:es)?|your (?:data|information|details|messages?"
    r"|e-?mail|address|names?|photos?|requests?|accounts?))\b"
    r"|\b(?:accounts?|regist(?:er(?:s|ed|ing)?|rations?)|log(?:ged)? in|sign(?:ed|ing)?[- ]up"
    r"|e?newsletters?|downloads?|confirm\w*|consent\w*|receipts?|track\w*|analytics|forms?|typed"
    r"|(?:free|without) (?:of )?charge|opt\w*[- ](?:in|out))\b"
    r"|\b(?:we|us|our (?:staff|people|webmaster)|nobody|no one|this (?:web)?site)\b.*"
    r"\b(?:keeps?|kept|stor(?:e[ds]?|ing)|shar(?:e[ds]?|ing)|sells?|sold|sends?|pass(?:es)?|collects?"
    r"|logs?|records?|answers?|repl(?:y|ies)|charges?|never|always|will|do(?:es)? not|cannot)\b",
    re.IGNORECASE,
)
"""What a page says beside the policy that somebody could take for a promise of it."""
_PARAGRAPH_END = re.compile(r"\n\s*\n|\n(?=[-*#>|]|\d+\. )")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")


@dataclass(frozen=True, slots=True)
class CheckedWords:
    """What was read, or what stands there now: lines by claim, plain passages, digests by version."""

    claims: Mapping[str, str]
    plain: tuple[str, ...]
    beside: tuple[str, ...]
    versions: Mapping[str, str]


def words_read(folder: Path) -> CheckedWords | None:
    """Return what somebody has read, or None where a company has not begun to hold it."""
    if not (folder / FILE).is_file():
        return None
    rows = read_toml(folder / FILE)
    return CheckedWords(
        rows.get("claims", {}),
        tuple(rows.get("plain", ())),
        tuple(rows.get("beside", ())),
        rows.get("versions", {}),
    )


def words_now(folder: Path) -> CheckedWords:
    """Return what the company's texts say now."""
    versions = read_versions(folder)
    texts = {_name(row): read_content(folder / "policy" / row["file"]) for row in versions}
    own = [row for row in versions if row["policy"] == PRIVACY]
    said, plain = _passages(texts[f"{PRIVACY} {_newest(own)}"] if own else "")
    claims = {claim["id"]: claim for claim in read_claims(folder)}
    # A claim that no text makes yet waits for its version, and nobody has been told it.
    told = [one for one in claims if one in said or claims[one].get("since", 1) <= _newest(own)]
    return CheckedWords(
        {one: _line(claims[one], said.get(one, [])) for one in told},
        tuple(plain),
        tuple(_beside(folder)),
        {_name(row): _digest([_as_text(row), texts[_name(row)].split()]) for row in versions},
    )


def differences(read: CheckedWords, now: CheckedWords) -> Iterator[tuple[str, str]]:
    """Yield what is not as it was read, and the line that says so once it is read again."""
    for claim_id in sorted(read.claims.keys() | now.claims.keys()):
        before, line = read.claims.get(claim_id, ""), now.claims.get(claim_id, "")
        if before != line:
            parts = zip(WHAT, before.split(), line.split(), strict=False)
            changed = [what for what, one, other in parts if one != other] or ["place on the list"]
            yield f"The {' and the '.join(changed)} of {claim_id}", f'"{claim_id}" = "{line}"'
    for words in sorted({*read.plain} ^ {*now.plain}):
        yield f"A passage that is to claim nothing, “{words}”,", f"plain, “{words}”"
    for words in sorted({*read.beside} ^ {*now.beside}):
        yield f"What is said beside the policy, “{words}”,", f"beside, “{words}”"
    for name in sorted(read.versions.keys() | now.versions.keys()):
        if read.versions.get(name) != now.versions.get(name):
            yield f"The version {name}", f'"{name}" = "{now.versions.get(name, "")}"'


def written(words: CheckedWords) -> Iterator[str]:
    """Yield the lines of the file."""
    yield from ("# What was read when the checks were written: see `manage.py checked_words`.", "")
    for name, passages in (("plain", words.plain), ("beside", words.beside)):
        yield from (f"{name} = [", *(f"    {_quoted(one)}," for one in passages), "]", "")
    yield "[versions]"
    yield from (f'"{name}" = "{digest}"' for name, digest in words.versions.items())
    yield from ("", "[claims]")
    yield from (f'"{claim_id}" = "{line}"' for claim_id, line in words.claims.items())


def _beside(folder: Path) -> Iterator[str]:
    """Yield what speaks of people, sentence by sentence, each with its file.

    A sentence says what it says with those around it: where one speaks of people, its paragraph is
    held, and where the title of a page does, the page.
    """
    for file in sorted(one for name in FOLDERS for one in (folder / name).glob("*.md")):
        paragraphs = [_sentences(one) for one in _PARAGRAPH_END.split(read_content(file))]
        whole = any(map(SPEAKS_OF_PEOPLE.search, paragraphs[0]))
        for sentences in paragraphs:
            if whole or any(map(SPEAKS_OF_PEOPLE.search, sentences)):
                yield from (f"{file.relative_to(folder).as_posix()}: {one}" for one in sentences)
    for name in SETTINGS:
        texts = _texts_in(read_toml(folder / name)) if (folder / name).is_file() else ()
        yield from (f"{name}: {one}" for one in texts if SPEAKS_OF_PEOPLE.search(one))


def _sentences(paragraph: str) -> list[str]:
    return [" ".join(one.split()) for one in _SENTENCE_END.split(paragraph) if one.strip()]


def _texts_in(value: Any) -> Iterator[str]:
    """Yield the texts in a settings file, but for single words: those are names."""
    if isinstance(value, str):
        yield from [" ".join(value.split())] if len(value.split()) > 1 else ()
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(one)


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _newest(versions: Iterable[Mapping[str, Any]]) -> int:
    return max((int(row["number"]) for row in versions), default=0)


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['policy']} {row['number']}"


def _as_text(row: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in row.items()}


def _digest(value: Any) -> str:
    return digest_of(value)[:DIGITS]


def _line(claim: Mapping[str, Any], said: list[str]) -> str:
    meaning = [claim.get(one) for one in MEANING]
    return f"{claim['class']} {_digest(said)} {_digest(meaning)}"


def _passages(text: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the words before the marks of each claim, headings and lead-ins too, and the others."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    start, plain = 0, []
    for mark in SOURCE_MARK.finditer(text):
        words = " ".join(text[start : mark.start()].split())
        start = mark.end()
        if mark[1] == PLAIN:
            plain.append(words)
        else:
            said[mark[1]].append(words)
    rest = " ".join(text[start:].split())
    return said, [*plain, rest] if rest else plain
