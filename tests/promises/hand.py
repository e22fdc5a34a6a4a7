"""The hand that breaks the site: templates, functions, settings, rows, and everything back again."""

import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

import pytest
from django.template import engines
from django.template.loader import get_template
from django.template.loaders.filesystem import Loader

from sens_site.lib.cache.fragment_cache import forget_fragments
from tests.architecture.source import ROOMS

UNTOUCHED = ("privacy.policy.bundled", "privacy.promises.claims", "privacy.promises.page_reader")
"""What these remember depends on nothing that is broken here: on files, and on a page's own text."""


@lru_cache(maxsize=1)
def remembering(loaded: int) -> tuple[Any, ...]:
    """Return the functions of ours that remember what they have returned.

    Looked for anew when there are more modules.
    """
    ours = [m for name, m in sys.modules.items() if name.split(".")[0] in ROOMS]
    found = [value for m in ours for value in vars(m).values() if hasattr(value, "cache_clear")]
    # A function stands in each module that imports it; its own is the one where it was written.
    return tuple({id(one): one for one in found if one.__module__ not in UNTOUCHED}.values())


def forget_results() -> None:
    """Forget what was rendered and what functions have returned."""
    forget_fragments()
    for function in remembering(len(sys.modules)):
        function.cache_clear()


def forget_template(name: str) -> None:
    """Forget a compiled template: those that extend or include it look it up at each rendering."""
    django: Any = engines["django"]
    for loader in django.engine.template_loaders:
        for key in [k for k in loader.get_template_cache if f"{k}-".startswith(f"{name}-")]:
            del loader.get_template_cache[key]
    forget_results()


class Hand:
    """Breaks things. `monkeypatch` puts them back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        self.patch = monkeypatch
        self.settings = settings
        self.routes: frozenset[str] = frozenset()
        """Where a short walk is to lead; to the usual few where none are named."""
        self._undo: list[Callable[[], None]] = [forget_results]

    def template(self, name: str, *changes: tuple[str, str]) -> None:
        """Change the source of a template. Each thing to be replaced must be there."""
        read = Loader.get_contents
        template: Any = get_template(name)
        whole = template.template.source
        for old, _ in changes:
            assert old in whole, f"{name} has no {old!r} to break"

        def changed(loader: Loader, origin: Any) -> str:
            source: str = read(loader, origin)
            if origin.template_name == name:
                for old, new in changes:
                    source = source.replace(old, new)
            return source

        self.patch.setattr(Loader, "get_contents", changed)
        self.on_release(lambda: forget_template(name))
        forget_template(name)

    def every_page_holds(self, html: str) -> None:
        """Put something at the end of the main part of every page."""
        self.template("base.html", ("</main>", f"{html}</main>"))

    def policy_text(self, old: str, new: str) -> None:
        """Show the policy otherwise than it was sealed."""
        from privacy.policy.rendering import place_marks as place

        seen: list[bool] = []

        def altered(html: str, widget: Any) -> str:
            seen.append(old in html)
            return place(html.replace(old, new), widget)

        def was_there() -> None:
            assert any(seen) or not seen, f"the policy has no {old!r} to break"

        self.on_release(was_there)  # a check that shows no policy sees nothing of this

        self.patch.setattr("privacy.policy.views.place_marks", altered)
        forget_results()

    def replace(self, target: str, value: Any) -> None:
        """Replace a function, a class's method or a constant by its dotted name."""
        self.patch.setattr(target, value)
        forget_results()

    def wrap(self, target: str, wrapper: Callable[..., Any]) -> None:
        """Replace a function by one that is given the old one first."""
        owner, _, name = target.rpartition(".")
        module = import_module(owner)
        old = getattr(module, name)
        self.replace(target, lambda *args, **kwargs: wrapper(old, *args, **kwargs))

    def frozen(self, thing: Any, name: str, value: Any) -> None:
        """Change a field of something that is not to be changed."""
        old = getattr(thing, name)
        object.__setattr__(thing, name, value)
        self._undo.append(lambda: object.__setattr__(thing, name, old))
        forget_results()

    def item(self, mapping: Any, key: str, value: Any) -> None:
        """Change one item of a mapping."""
        self.patch.setitem(mapping, key, value)

    def on_release(self, undo: Callable[[], None]) -> None:
        """Do something when the test is over."""
        self._undo.append(undo)

    def release(self) -> None:
        """Put back what monkeypatch does not know of."""
        self.patch.undo()
        for undo in reversed(self._undo):
            undo()
