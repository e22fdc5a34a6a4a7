"""What a page's own style sheets and attributes say of an element, as far as meaning hangs on it.

Selectors of one element, class or id are understood; sheets that stand elsewhere are not read.
"""

import re
from collections import defaultdict

from privacy.policy.importing.html_tree import Node

Declarations = dict[str, str]
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?(?:([.#])([\w-]+))?", re.IGNORECASE)
_HIDING = (
    ("display", re.compile(r"none\b")),
    ("visibility", re.compile(r"hidden\b")),
    ("mso-hide", re.compile(r"all\b")),
    ("font-size", re.compile(r"0(?:\.0+)?(?:p[xt]|em|rem|%)?\s*(?:!important)?$")),
    ("opacity", re.compile(r"0(?:\.0+)?\s*(?:!important)?$")),
)


class Styles:
    """The rules of a page."""

    def __init__(self, root: Node) -> None:
        self._rules: dict[tuple[str, str], list[tuple[str, Declarations]]] = defaultdict(list)
        self.counters: list[Node] = []
        for node in root.walk():
            if node.tag == "style":
                sheet = _COMMENT.sub("", "".join(c for c in node.children if isinstance(c, str)))
                self._read(sheet)
                if "counter(" in sheet or "counters(" in sheet:
                    self.counters.append(node)

    def _read(self, sheet: str) -> None:
        for selectors, body in _RULE.findall(sheet):
            declarations = declarations_of(body)
            for selector in selectors.split(","):
                match = _SIMPLE.fullmatch(selector.strip())
                if match and match[0]:
                    key = (match[2], match[3]) if match[2] else ("", match[1].lower())
                    tag = match[1].lower() if match[1] else ""
                    self._rules[key].append((tag, declarations))

    def of(self, node: Node) -> Declarations:
        """Return what is declared for an element."""
        names = [(".", name) for name in node.attributes.get("class", "").split()]
        keys = [("", node.tag), *names, ("#", node.attributes.get("id", ""))]
        declared: Declarations = {}
        for key in keys:
            for tag, declarations in self._rules.get(key, ()):
                if tag in ("", node.tag):
                    declared |= declarations
        return declared | declarations_of(node.attributes.get("style", ""))


def declarations_of(body: str) -> Declarations:
    """Return the declarations of a rule or an attribute."""
    pairs = (one.partition(":") for one in body.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, colon, value in pairs if colon}


def hides(declared: Declarations) -> bool:
    """Tell whether an element so declared is seen by nobody."""
    return any(pattern.match(declared.get(name, "")) for name, pattern in _HIDING)
