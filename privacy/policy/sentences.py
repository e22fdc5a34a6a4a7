"""The sentences of a policy's Markdown, each with its marks and the place where marks stand.

A mark covers the words from the mark before it, or from the start of its block, up to itself. So a
sentence without a mark is covered where one follows it in the same block.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from privacy.policy.bundled import PLAIN
from privacy.policy.rendering import (
    PROMISE_ID,
    SOURCE_MARK,
    normalised,
    parse_markdown,
    promise_ids,
    render,
    strip_source_marks,
)
from sens_site.lib.canonical_json import digest_of

MARKS = re.compile(r"(?:\{promise:" + PROMISE_ID + r"\})+")
# A full stop, what closes a quotation or stress, and then a space and no small letter.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]*(?=\s+[^\sa-zß-ÿ])")
_OPENING = re.compile(r"\A(?:\s*(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s)))*\s*")
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_SIGNS = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})
_TRIED = "{promise:tried}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. `start`, `marks_at` and `end` count characters of the normalised source.

    `key` names it by its words, so that it is found again where others came before it. `covered`
    says whether it needs no mark of its own.
    """

    block: int
    start: int
    marks_at: int
    end: int
    words: str
    ids: tuple[str, ...]
    heading: str = ""
    key: str = ""
    covered: bool = False

    @property
    def is_unmarked(self) -> bool:
        """Tell whether nothing says what it claims."""
        return not self.covered


def sentences_of(source: str) -> list[Sentence]:
    """Return the sentences of a text that may claim something, in their order."""
    text = normalised(source)
    lines = _starts_of_lines(text)
    blocks: list[tuple[str, list[Sentence]]] = []
    for heading, kind, (first, last) in _blocks(text):
        start, end = lines[first], lines[last] - 1
        blocks.append((heading, list(_split(text, len(blocks), kind, start, end))))
    if not _may_be_marked(text, [one for _, found in blocks for one in found]):
        blocks = [(heading, _as_far_as_it_goes(text, found)) for heading, found in blocks if found]
    every = [replace(one, heading=heading) for heading, found in blocks for one in found]
    return list(_named(every))


def set_marks(source: str, marks: Mapping[str, Sequence[str]]) -> str:
    """Return a source in which some sentences, by their keys, have these marks and no other."""
    text = normalised(source)
    for one in reversed(sentences_of(text)):
        if one.key in marks:
            text = text[: one.marks_at] + _written(marks[one.key]) + text[one.end :]
    return text


def keep_marks(source: str, before: str) -> str:
    """Return a source in which sentences that stayed have the marks that they had before.

    What is marked already stays as it is, and no promise is named a second time.
    """
    text, old = normalised(source), normalised(before)
    used = set(promise_ids(text)) - {PLAIN}
    bodies = {strip_source_marks(body): body for body in _bodies(old)}
    old_marks = defaultdict[str, list[tuple[str, ...]]](list)
    for one in sentences_of(old):
        old_marks[normal_words(one.words)].append(one.ids)
    for (start, end), group in reversed(list(_by_block(text))):
        body = text[start:end]
        same = bodies.get(body, "")
        if same and not used & set(promise_ids(same)):
            used |= set(promise_ids(same)) - {PLAIN}
            text = text[:start] + same + text[end:]
            continue
        for one in reversed(group):
            offered = old_marks.get(normal_words(one.words))
            if one.ids or not offered:
                continue
            ids = offered.pop()  # from the end, as the sentences come
            if not used & set(ids):
                used |= set(ids) - {PLAIN}
                text = text[: one.marks_at] + _written(ids) + text[one.end :]
    return text


def normal_words(words: str) -> str:
    """Return words as they are compared: signs and spaces in one form, and small letters."""
    plain = unicodedata.normalize("NFKC", words).translate(_SIGNS)
    return " ".join(plain.casefold().split()).strip(" .;,")


def _starts_of_lines(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text)), len(text) + 1]


def _blocks(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield the heading above each block that may claim something, its kind and its lines."""
    heading, head_of_table, row = "", False, None
    tokens = parse_markdown(text)
    for index, token in enumerate(tokens):
        place = (token.map[0], token.map[1]) if token.map else None
        if token.type == "heading_open":
            heading = strip_source_marks(tokens[index + 1].content).strip()
        elif token.type in ("thead_open", "thead_close"):
            head_of_table = token.type == "thead_open"
        elif token.type == "tr_open" and not head_of_table:
            row = place
        elif token.type == "tr_close" and row is not None:
            yield heading, "row", row
            row = None
        elif token.type in ("fence", "code_block") and place:
            yield heading, token.type, place
        elif token.type == "paragraph_open" and place:
            yield heading, "paragraph", place


def _split(text: str, block: int, kind: str, start: int, end: int) -> Iterator[Sentence]:
    body = text[start:end].rstrip()
    if kind == "fence":
        start += body.index("\n") + 1 if "\n" in body else len(body)
        body = text[start:end].rstrip().rstrip("`~").rstrip()
    elif kind == "row":
        body = body.rstrip("|").rstrip()
    ends = _ends(body) if kind == "paragraph" else [_marked_end(body)]
    at = 0
    for marks_at, after in ends:
        piece = body[at:marks_at]
        words = _words_of(piece)
        if words:
            ids = tuple(SOURCE_MARK.findall(body[marks_at:after]))
            yield Sentence(block, start + at, start + marks_at, start + after, words, ids)
        at = after


def _marked_end(body: str) -> tuple[int, int]:
    """Return where the marks at the end of a block begin and end."""
    last = None
    for last in MARKS.finditer(body):  # noqa: B007 - the last one is wanted
        pass
    return (last.start(), last.end()) if last and last.end() == len(body) else (len(body),) * 2


def _ends(body: str) -> list[tuple[int, int]]:
    """Return where each sentence of a paragraph ends, without its marks and with them."""
    found = {mark.start(): mark.end() for mark in MARKS.finditer(body)}
    for stop in _SENTENCE_END.finditer(body):  # none lies in a mark, which holds no white space
        found.setdefault(stop.end(), stop.end())
    if body and max(found.values(), default=0) < len(body):
        found[len(body)] = len(body)
    return sorted(found.items())


def _words_of(piece: str) -> str:
    plain = _LINK.sub(r"\1", _OPENING.sub("", strip_source_marks(piece)))
    if plain.count("[") != plain.count("]") or "](" in plain:  # a link that two sentences share
        plain = re.sub(r"\]\([^)]*\)|[\[\]]", "", plain)
    return " ".join(re.sub(r"[*_`\\|]", " ", plain).split()) if re.search(r"\w", plain) else ""


def _may_be_marked(text: str, found: Sequence[Sentence]) -> bool:
    """Tell whether a mark at the end of each sentence is read as one, and changes nothing else."""
    tried = text
    for one in reversed(found):
        tried = tried[: one.marks_at] + _TRIED + tried[one.end :]
    shown = render(tried)
    return (
        shown.html == render(text).html
        and promise_ids(tried) == ["tried"] * len(found)
        and len(shown.marks) == len(found)
        and not any(_is_in_a_tag(shown.html, mark.position) for mark in shown.marks)
    )


def _is_in_a_tag(html: str, position: int) -> bool:
    """Tell whether a mark would stand in an attribute, such as the title of a link."""
    return html.rfind("<", 0, position) > html.rfind(">", 0, position)


def _as_far_as_it_goes(text: str, found: list[Sentence]) -> list[Sentence]:
    """Return a block's sentences, or the block as one, or nothing where no mark would be read."""
    start, end = found[0].start, found[-1].end
    shift = [
        replace(one, start=one.start - start, marks_at=one.marks_at - start, end=one.end - start)
        for one in found
    ]
    body = text[start:end]
    if _may_be_marked(body, shift):
        return found
    whole = replace(found[-1], start=start, words=" ".join(one.words for one in found))
    inside = replace(whole, start=0, marks_at=whole.marks_at - start, end=end - start)
    before = SOURCE_MARK.search(body[: inside.marks_at]) is not None
    return [whole] if not before and _may_be_marked(body, [inside]) else []


def _named(every: Sequence[Sentence]) -> Iterator[Sentence]:
    last_mark = {one.block: at for at, one in enumerate(every) if one.ids}
    # Words that lead to a list say nothing by themselves.
    lead_ins = {one.block: one.words.endswith(":") for one in every}
    seen = Counter[str]()
    for at, one in enumerate(every):
        words = normal_words(one.words)
        seen[words] += 1
        covered = lead_ins[one.block] or at <= last_mark.get(one.block, -1)
        key = digest_of([words, seen[words]])[:12]
        yield replace(one, key=key, covered=covered)


def _by_block(text: str) -> Iterator[tuple[tuple[int, int], list[Sentence]]]:
    groups = defaultdict[int, list[Sentence]](list)
    for one in sentences_of(text):
        groups[one.block].append(one)
    for group in groups.values():
        yield (group[0].start, group[-1].end), group


def _bodies(text: str) -> list[str]:
    return [text[start:end] for (start, end), _ in _by_block(text)]


def _written(ids: Sequence[str]) -> str:
    return "".join(f"{{promise:{one}}}" for one in ids)
