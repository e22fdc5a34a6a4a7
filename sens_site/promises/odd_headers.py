"""What a browser says of itself changes nothing about how a page is guarded.

Which headers our code reads is read in the code, and each is sent with what it is compared with.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite
from sens_site.promises.source_code import nodes, sources

PAGE = "/"
USUAL: Mapping[str, tuple[str, ...]] = {
    "Accept": ("application/json",),
    "DNT": ("1",),
    "Save-Data": ("on",),
    "Sec-Purpose": ("prefetch",),
    "User-Agent": ("curl/8.5.0", "Mozilla/5.0 (compatible; MSIE 9.0)"),
    "X-Requested-With": ("XMLHttpRequest",),
}
"""What other sites often go by, whether ours reads it or not."""
OF_THE_WAY = frozenset({
    "authorization", "content-length", "content-type", "cookie", "forwarded", "host",
    "transfer-encoding",
})  # fmt: skip
"""By these a request arrives at all; what comes of them when they are odd, other checks see."""
READ = (
    re.compile(r"request\.headers(?:\.get\(|\[)'([\w-]+)'"),
    re.compile(r"'([\w-]+)' (?:not )?in (?:\w+\.)*request\.headers\b"),
    re.compile(r"request\.META(?:\.get\(|\[)'HTTP_(\w+)'"),
)
ANYTHING = "1"


def no_header_makes_a_page_weaker(site: RunningSite, expected: Mapping[str, str]) -> int:
    """Require the protective headers whatever a browser sends; return how many requests were made."""
    asked = 0
    for name, values in sorted(headers_tried().items()):
        for value in sorted(values):
            visitor = site.visitor()
            visitor.headers[name] = value
            answer = visitor.get(PAGE)
            asked += 1
            for header, said in expected.items():
                kept = said in answer.header(header) or answer.status == 304
                require(kept, f"who sends “{name}: {value}” gets {PAGE} without {header}")
    return asked


def headers_tried() -> dict[str, set[str]]:
    """Return the headers that are usual, or that our code reads, each with what to send."""
    found = defaultdict[str, set[str]](set, {name: set(said) for name, said in USUAL.items()})
    for _, text in sources():
        if "request.headers" in text or "request.META" in text:
            for name, value in _read_in(text):
                found[name].add(value)
    return {name: said for name, said in found.items() if name.lower() not in OF_THE_WAY}


def _read_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield each header that is read, with the words beside it: what it is compared with."""
    for node in nodes(text):
        if not isinstance(node, ast.expr):
            continue
        said = ast.unparse(node) if isinstance(node, ast.Compare | ast.Call | ast.Subscript) else ""
        names = {one.replace("_", "-") for form in READ for one in form.findall(said)}
        words = {
            one.value
            for one in ast.walk(node)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        }
        for name in names:
            yield name.title(), ANYTHING
            for word in words - names:
                if word and word.isascii() and word.isprintable() and word[:5] != "HTTP_":
                    yield name.title(), word
