"""Files as they came from their source: kept by hash, with their address and both dates.

`READER/NAME.json` lists every retrieval of a file that brought something new, the last one last;
`bytes/AB/SHA256.gz` holds the content. A file is written whole or not at all.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controlmap.core import geoparquet
from controlmap.core.model import RecordError
from controlmap.record.inputs import Member
from controlmap.update.fetch import Fetched

FOLDER = "originals"


@dataclass(frozen=True)
class Original:
    """A kept file: its name, its two dates (UTC), and what its server knows it by.

    `checked` is when its server last said whether it had changed; `updated`, when its source had
    last changed it by then, where an index says so.
    """

    name: str
    path: Path
    sha256: str
    observed: datetime
    retrieved: datetime
    checked: datetime
    etag: str | None
    last_modified: str | None
    updated: datetime | None = None

    def read(self) -> bytes:
        """Return the bytes as they came; a RecordError where they are damaged."""
        try:
            data = gzip.decompress(self.path.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            raise RecordError("{path}: is missing or damaged", self.path) from error
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise RecordError("{path}: is damaged (its hash is another)", self.path)
        return data

    def as_member(self) -> Member:
        """Return the file as an input of a record; read when it is needed."""
        return Member(self.name, self.read, self.retrieved)


class Originals:
    """The files kept in a person's own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def has_any(self, reader: str) -> bool:
        """Return whether any file of a reader is kept."""
        return any((self._folder / reader).glob("*.json"))

    def members(self, reader: str) -> list[Member]:
        """Return the files of a reader as last retrieved, as inputs; read when they are needed."""
        names = sorted(path.stem for path in (self._folder / reader).glob("*.json"))
        listed = (self._retrievals(reader, name) for name in names)
        return [
            self._original(name, retrievals[-1]).as_member()
            for name, retrievals in zip(names, listed, strict=True)
        ]

    def find(self, reader: str, name: str) -> Original | None:
        """Return a file as last retrieved; None where it is not there whole."""
        original = self.last(reader, name)
        try:
            if original is not None:
                original.read()
        except RecordError:
            return None
        return original

    def last(self, reader: str, name: str) -> Original | None:
        """Return what is noted of a file as last retrieved; its bytes may be damaged."""
        try:
            return self._original(name, self._retrievals(reader, name)[-1])
        except (IndexError, KeyError, TypeError, ValueError):
            return None

    def keep(
        self,
        reader: str,
        name: str,
        observed: datetime,
        fetched: Fetched,
        updated: datetime | None = None,
    ) -> Original:
        """Keep a file that was fetched; `updated` as in `Original`."""
        retrieval = {
            "address": fetched.address,
            "sha256": hashlib.sha256(fetched.data).hexdigest(),
            "bytes": len(fetched.data),
            "observed": observed.isoformat(),
            "retrieved": fetched.retrieved.isoformat(),
            "asked": fetched.retrieved.isoformat(),
            "etag": fetched.etag,
            "last_modified": fetched.last_modified,
            **({"updated": updated.isoformat()} if updated else {}),
        }
        original = self._original(name, retrieval)
        _write(original.path, gzip.compress(fetched.data, mtime=0))
        try:
            before = self._retrievals(reader, name)
        except ValueError:  # damaged: what the file was before is lost, what it is now is not
            before = []
        self._list(reader, name, [*before, retrieval])
        return original

    def confirm(
        self, reader: str, original: Original, checked: datetime, updated: datetime | None = None
    ) -> None:
        """Note when a file's server said that the file had not changed."""
        *before, last = self._retrievals(reader, original.name)
        now = {"asked": checked.isoformat()}
        if updated:
            now["updated"] = updated.isoformat()
        self._list(reader, original.name, [*before, {**last, **now}])

    def _retrievals(self, reader: str, name: str) -> list[dict[str, Any]]:
        path = self._folder / reader / f"{name}.json"
        listed: list[dict[str, Any]] = json.loads(path.read_bytes()) if path.is_file() else []
        return listed

    def _list(self, reader: str, name: str, retrievals: list[dict[str, Any]]) -> None:
        text = json.dumps(retrievals, ensure_ascii=False, indent=1) + "\n"
        _write(self._folder / reader / f"{name}.json", text.encode())

    def _original(self, name: str, retrieval: Mapping[str, Any]) -> Original:
        sha256 = str(retrieval["sha256"])
        observed, retrieved, checked = (
            datetime.fromisoformat(retrieval[key]).astimezone(UTC)
            for key in ("observed", "retrieved", "asked")
        )
        path = self._folder / "bytes" / sha256[:2] / f"{sha256}.gz"
        etag, last_modified = retrieval["etag"], retrieval["last_modified"]
        updated = retrieval.get("updated")
        return Original(
            name,
            path,
            sha256,
            observed,
            retrieved,
            checked,
            etag,
            last_modified,
            updated and datetime.fromisoformat(updated).astimezone(UTC),
        )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with geoparquet.replacing(path) as out:
        out.write(data)
