"""The query of an address, which tells what views ask of it: so that each name can be tried."""

from collections.abc import MutableMapping
from typing import Any

from django.http import QueryDict


class _Said(str):
    """A value out of an address; tells with what it is compared, also in lower case."""

    __slots__ = ("compared",)

    compared: set[str]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            self.compared.add(str(other))
        return str.__eq__(self, other)

    __hash__ = str.__hash__

    def lower(self) -> "_Said":
        return _said(str.lower(self), self.compared)


def _said(value: str, compared: set[str]) -> _Said:
    said = _Said(value)
    said.compared = compared
    return said


class HeardQuery(QueryDict):
    """What stands after the question mark of an address; tells who asks for what."""

    def __init__(self, query: str, names: dict[str, set[str]] | None = None, **kwargs: Any) -> None:
        self._names: dict[str, set[str]] = {}  # what is asked while the query is read tells nothing
        super().__init__(query, **kwargs)
        self._names = {} if names is None else names

    def __getitem__(self, key: str) -> Any:
        compared = self._names.setdefault(key, set())
        return _said(str(super().__getitem__(key)), compared)

    def __contains__(self, key: object) -> bool:
        self._names.setdefault(str(key), set())
        return super().__contains__(key)

    def getlist(self, key: str, default: Any = None) -> list[Any]:
        compared = self._names.setdefault(key, set())
        if not super().__contains__(key):
            return super().getlist(key, default)
        return [_said(one, compared) for one in super().getlist(key)]

    def __deepcopy__(self, memo: MutableMapping[int, Any]) -> "HeardQuery":
        """Answer `copy()`: what is asked of a copy is heard, too."""
        return HeardQuery(self.urlencode(), self._names, mutable=True)
