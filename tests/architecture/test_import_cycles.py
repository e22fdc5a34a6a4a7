"""No file imports, over however many others, itself: each can be read from what it stands on."""

import ast
import graphlib

import pytest

from tests.architecture.source import ROOMS, python_files, text


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(path: str, modules: set[str]) -> set[str]:
    """Return our modules that a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & modules or {str(node.module)}
    return found & modules - {module_of(path)}


def graph() -> dict[str, set[str]]:
    ours = {module_of(p): p for p in python_files() if p.split("/")[0] in ROOMS}
    return {module: imports_of(path, set(ours)) for module, path in ours.items()}


def test_no_file_imports_itself_over_others():
    graphlib.TopologicalSorter(graph()).prepare()


def test_the_check_sees_a_circle():
    found = graph()
    found["sens_site.lib.row_guards"].add("privacy.policy.models")
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(found).prepare()
