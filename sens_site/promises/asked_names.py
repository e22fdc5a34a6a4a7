"""The names after a question mark that code of ours reads: whoever is not let in might be by one of them."""

import ast
import re
from collections.abc import Iterator

from sens_site.promises.source_code import sources

OF_THE_DESK = frozenset({"_popup", "all", "o", "q"})
"""What Django's own pages of the desk are asked, and answer whatever stands there."""


def read_in_code() -> frozenset[str]:
    """Return the names that code of ours reads after a question mark, as they are written there."""
    found = set()
    for _, text in sources():
        if ".GET" in text:
            found |= {name for node in ast.walk(ast.parse(text)) for name in _read_by(node)}
    return frozenset(found)


def _read_by(node: ast.AST) -> Iterator[str]:
    """Yield the names in `request.GET.get("name")`, `request.GET["name"]` and `"name" in request.GET`."""
    if isinstance(node, ast.Call | ast.Subscript | ast.Compare):
        said = ast.unparse(node)
        yield from re.findall(r"""\.GET(?:\.get(?:list)?\(|\[)'([\w-]+)'""", said)
        yield from re.findall(r"""'([\w-]+)' (?:not )?in [\w.]+\.GET\b""", said)
