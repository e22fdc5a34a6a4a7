"""Whether a copy has the rows and columns of a table, with what stands in them."""

from collections.abc import Collection, Mapping
from typing import Any

from privacy.datamap.promises.played_people import is_a_moment
from privacy.promises.registry import require

AS_FILES = frozenset({"contact_messagephoto.content"})
"""What lies in the copy as a file, whose name stands in the row."""


def is_whole(
    table: str,
    held: list[dict[str, Any]],
    copied: list[dict[str, Any]],
    files: Mapping[str, str],
    *,
    left_out: Collection[str],
) -> None:
    """Require that the copy of a table has its rows and columns, with what stands in them."""
    require(len(held) == len(copied), f"{len(copied)} of {len(held)} rows of {table} are copied")
    for column in held[0]:
        if column in left_out:
            require(column not in copied[0], f"the copy holds {table}.{column}")
            continue
        name = column if column in copied[0] else column.removesuffix("_id")
        require(name in copied[0], f"the copy leaves {table}.{column} out")
        if f"{table}.{column}" in AS_FILES:
            whole = sorted(bytes(row[column]).decode(errors="replace") for row in held)
            lying = sorted(files.get(row[name], "") for row in copied)
            require(whole == lying, f"the copy does not hold the files of {table}.{column}")
        elif name == column:
            there = sorted(_plain(row[column]) for row in held)
            shown = sorted(_plain(row[name]) for row in copied)
            require(there == shown, f"the copy holds something else in {table}.{column}")
        else:
            require(all(row[name] for row in copied), f"the copy does not say {table}.{column}")


def _plain(value: Any) -> str:
    """Return what can be compared: how a moment is written differs, that it is there does not."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool | int):
        return str(int(value))
    if is_a_moment(value) or _looks_like_one(str(value)):
        return "moment"
    return "".join(letter for letter in str(value).lower() if letter not in " '\"")


def _looks_like_one(words: str) -> bool:
    return words[:4].isdigit() and words[4:5] == "-" and words[7:8] == "-"
