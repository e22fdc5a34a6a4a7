"""A promise about the signal that changes nothing: no code of ours reads it, so none can heed it."""

import ast
import re

from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.page_templates import page_templates_as_written
from sens_site.promises.source_code import nodes, scripts, sources

SIGNAL = re.compile(r"\b(?:HTTP_)?DNT\b|do_?not_?track", re.IGNORECASE)
"""How code, a template or a script names it. In words for readers it has spaces."""


def _names_it(node: ast.AST) -> bool:
    said = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    named = getattr(node, "attr", getattr(node, "id", getattr(node, "arg", None)))
    return any(isinstance(one, str | bytes) and SIGNAL.search(str(one)) for one in (said, named))


@promise("signals.do-not-track", look=Look.NOW, strength=Strength.LOOKED_UP)
def nothing_reads_the_signal(site: RunningSite) -> Evidence:
    """Whatever somebody does who sends it, also where no look does the same without it."""
    modules = list(sources())
    for path, text in modules:
        reads = SIGNAL.search(text) and any(map(_names_it, nodes(text)))
        require(not reads, f"{path} reads the signal")
    others = [*page_templates_as_written(), *scripts()]
    for name, text in others:
        require(not SIGNAL.search(text), f"{name} reads the signal")
    return Evidence(
        "No code, template or script of the site reads the signal, so none can act on it.",
        {"modules": len(modules), "templates and scripts": len(others)},
    )
