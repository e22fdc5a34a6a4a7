"""Files of a rehearsal: written to a folder of its own, and read from the real store below it."""

from datetime import datetime
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, storages


class OverlayStorage(FileSystemStorage):
    """A folder over another storage, which is never changed: what is deleted there counts as gone."""

    def __init__(self, *, below: dict[str, Any], location: str) -> None:
        super().__init__(location=location, base_url=None)
        self.below = storages.create_storage(below)
        self.gone: set[str] = set()

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Write over what is there: the storage below may do so, too."""
        super().delete(name)
        self.gone.discard(name)
        return name

    def _is_below(self, name: str) -> bool:
        return name not in self.gone and not super().exists(name)

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if name in self.gone:
            raise FileNotFoundError(name)
        if self._is_below(name):
            return self.below.open(name, mode)
        return super()._open(name, mode)  # type: ignore[misc,no-any-return]  # not in the stubs

    def exists(self, name: str) -> bool:
        return super().exists(name) or (name not in self.gone and self.below.exists(name))

    def delete(self, name: str) -> None:
        super().delete(name)
        self.gone.add(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return what lies in either, without what counts as gone."""
        folders: set[str] = set()
        files: set[str] = set()
        for listed in (super().listdir, self.below.listdir):
            try:
                found = listed(path)
            except FileNotFoundError:
                continue
            folders.update(found[0])
            files.update(name for name in found[1] if f"{path}/{name}".lstrip("/") not in self.gone)
        return sorted(folders), sorted(files)

    def size(self, name: str) -> int:
        return self.below.size(name) if self._is_below(name) else super().size(name)

    def get_modified_time(self, name: str) -> datetime:
        if self._is_below(name):
            return self.below.get_modified_time(name)
        return super().get_modified_time(name)
