"""What the site's own words say of consent, keeping, sharing and rights, as somebody has read it.

The policy is not the only text that people are told: a banner that says “if you go on, you agree”, a
label by which a yes is to everything, a mail that says “we keep it for seven years”. No check of a
sentence reads them all. So `interface_words.toml` beside this file holds each sentence of a template
and of a string of the code that speaks of such a thing. Who writes another one compares it with the
policy and renews the list. What is said at the desk is for staff, and the company's own pages are
held by `checked_words.toml` of its content.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from sens_site.lib.content import read_toml

FILE = Path(__file__).with_suffix(".toml")
ROOMS = (
    *(
        "accounts",
        "audit_log",
        "contact",
        "downloads",
        "news",
        "newsletter",
        "outbox",
        "pages",
        "privacy",
    ),
    *("search", "sens_site", "visits"),
)
SPEAKS_OF_RIGHTS = re.compile(
    r"\b(?:(?:dis)?agree\w*|consent\w*|accept(?:s|ed|ing|ance)?|opt(?:s|ed|ing)?[ -](?:in|out)"
    r"|(?:signed|sign you) up|shar(?:e[ds]?|ing)|sells?|selling|sold|disclos\w+|third part(?:y|ies)"
    r"|partners?|affiliates?|track(?:s|ed|ing|ers?)?|profiling|cookies?|keep(?:s|ing)?|kept|retain\w*"
    r"|retention|stor(?:e[ds]?|ing)|delet\w+|remov\w+|eras(?:e[ds]?|ing|ure)|forg[eo]t\w*|anonym\w+"
    r"|rights?|withdr[ae]w\w*|object(?:s|ed|ion|ions)?|refus\w+|reject\w*|(?:un)?subscri\w+"
    r"|promotion\w*|marketing|advert\w+|collect(?:s|ed|ing|ion)?|ip address\w*|personal|by law|required"
    r"|obliged|mandatory|binding|fees?|charg(?:e[ds]?|ing)|you (?:must|need|have) (?:to )?"
    r"|(?:send|tell|write|call|mail|telephone)s? you|pass(?:es|ed)? (?:it |them |this )?(?:on|to)"
    r"|by (?:using|going|continuing|registering|sending|signing|logging|downloading|visiting)"
    r"|we|nobody else)\b",
    re.IGNORECASE,
)
"""Words by which a sentence may promise or ask what the policy does not."""
BESIDE = re.compile(
    r"(?:^|/)(?:migrations|management|promises|witness|bench|tests|deploy|importing)/"
    r"|(?:^|/)(?:\w*admin\w*|\w*promises\w*|\w*checks|rehearsal|settings|demo|doctor|set_up"
    r"|measures|interface_words|third_parties|\w*guards|browser_audit|audit_rules|stand_in|\w+_chain|kept_heads|\w*steps)\.py$"
)
"""Code that speaks to staff, to developers, or to nobody; what services of others do, the policy in force
has to say before one is switched on."""
DATABASE = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|CREATE|EXISTS)\b")
LITERALS = re.compile(
    r'^[ \t]*"""[\s\S]*?"""'  # what documents the code
    r"|#[^\n]*"
    r'|((?:[rfb]*"""[\s\S]*?"""|[rfb]*"(?!"")(?:\\.|[^"\\\n])*"|[rfb]*\'(?:\\.|[^\'\\\n])*\')'
    r'(?:\s*(?:[rfb]*"(?!"")(?:\\.|[^"\\\n])*"|[rfb]*\'(?:\\.|[^\'\\\n])*\'))*)',
    re.MULTILINE,
)
JOINTS = re.compile(r"[\"']\s+[rfb]*[\"']")
"""Between the parts of one string that is written on several lines."""
NOT_SHOWN = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}|<!--.*?-->", re.DOTALL)
TAGS = re.compile(r"{%.*?%}", re.DOTALL)
APART = re.compile(r"{%-?\s*(?:end)?block\b.*?%}", re.DOTALL)
IN_A_LINE = re.compile(
    r"</?(?:a|abbr|b|bdi|code|em|i|kbd|mark|q|small|span|strong|sup|time)\b[^>]*>"
)
READ_ALOUD = re.compile(r"\b(?:title|alt|aria-\w+|placeholder|value|content|label)=\"([^\"<>]*)\"")
QUOTED = re.compile(r"\"([^\"]*)\"")
SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|<[^>]*>")
FEWEST_WORDS = 2


def sentences_now() -> dict[str, list[str]]:
    """Return the sentences that speak of such a thing today, by file."""
    found = {}
    for file in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        name = file.relative_to(settings.BASE_DIR).as_posix()
        if file.suffix in {".html", ".txt"} and not name.startswith("templates/admin/"):
            found[name] = list(_spoken(_texts_of_template(file.read_text("utf-8"))))
    for file in sorted(one for room in ROOMS for one in (settings.BASE_DIR / room).rglob("*.py")):
        name = file.relative_to(settings.BASE_DIR).as_posix()
        if not BESIDE.search(name):
            found[name] = list(_spoken(_texts_of_code(file.read_text("utf-8"))))
    return {name: said for name, said in found.items() if said}


def written(sentences: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the lines of the file."""
    yield "# Read beside the policy: see `manage.py interface_words`."
    for name, said in sentences.items():
        yield from ("", f'"{name}" = [', *(f"    {_quoted(one)}," for one in said), "]")


@register()
def check_interface_words(**kwargs: Any) -> list[CheckMessage]:
    """E012: no template and no string speaks of such a thing otherwise than somebody has read it."""
    read, now = read_toml(FILE), sentences_now()
    return [
        Error(
            f"{name} {how}: “{sentence}”",
            hint="Compare it with the policy. If it says nothing else, note that you have read it: "
            f"manage.py interface_words > sens_site/{FILE.name}",
            id="sens_site.E012",
        )
        for name in sorted({*read, *now})
        for how, some, others in (
            ("says what nobody has compared with the policy", now, read),
            ("says no longer what was compared with the policy", read, now),
        )
        for sentence in _beyond(some.get(name, []), others.get(name, []))
    ]


def _beyond(some: list[str], others: list[str]) -> list[str]:
    """Return what one list has more often than the other."""
    rest = list(others)
    return [one for one in some if one not in rest or rest.remove(one)]  # type: ignore[func-returns-value]  # remove() says nothing, which is no


def _texts_of_template(source: str) -> Iterator[str]:
    source = NOT_SHOWN.sub("", source)
    for tag in TAGS.findall(source):
        yield from QUOTED.findall(tag)
    source = TAGS.sub(" ", APART.sub("\n\n", source))
    yield from READ_ALOUD.findall(source)
    yield IN_A_LINE.sub("", source)


def _texts_of_code(source: str) -> Iterator[str]:
    for found in LITERALS.finditer(source):
        if found[1] and not DATABASE.search(found[1]):
            yield JOINTS.sub("", found[1]).lstrip("rfb").strip("\"'").replace("\\n", "\n")


def _spoken(texts: Iterator[str]) -> Iterator[str]:
    for text in texts:
        for sentence in SENTENCE_END.split(text):
            words = " ".join(sentence.split())
            if len(words.split()) >= FEWEST_WORDS and SPEAKS_OF_RIGHTS.search(words):
                yield words


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
