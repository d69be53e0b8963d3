"""A file comes back as it was written, or is refused by name."""

from __future__ import annotations

import json
import os
import stat
import zlib
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from controlmap.core import geoparquet
from controlmap.core.model import Provenance, RecordError

PROVENANCE = Provenance(
    title="Two squares",
    credit="nobody",
    terms="any",
    url="https://example.org",
    method="by hand",
    version="1",
    inputs=({"name": "a", "sha256": "00", "bytes": 1},),
    figures={"squares": 2},
)
SQUARES = np.array([shapely.box(0, 0, 1, 1), None, shapely.box(1, 1, 3, 2)])
TABLE = pa.table({"name": ["a", "b", "c"], "n": [1, 2, 3]})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A good file of the kind "squares"."""
    target = tmp_path / "squares.parquet"
    geoparquet.write(target, "squares", TABLE, SQUARES, PROVENANCE, {"grid": [1, 2]})
    return target


def refused(path: Path, kind: str = "squares") -> str:
    with pytest.raises(RecordError) as caught:
        geoparquet.read(path, kind)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_was_written_is_read(path: Path) -> None:
    file = geoparquet.read(path, "squares")
    assert file.table.to_pydict() == TABLE.to_pydict()
    assert list(file.geometry) == list(SQUARES)
    assert file.provenance == PROVENANCE
    assert file.extra == {"grid": [1, 2]}


def test_the_same_content_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.parquet"
    geoparquet.write(again, "squares", TABLE, SQUARES, PROVENANCE, {"grid": [1, 2]})
    assert again.read_bytes() == path.read_bytes()


def test_geopandas_opens_it(path: Path) -> None:
    frame = geopandas.read_parquet(path)
    assert list(frame["name"]) == ["a", "b", "c"]
    assert frame.crs == "OGC:CRS84"
    assert frame.geometry.iloc[2].equals(shapely.box(1, 1, 3, 2))


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(path: Path, part: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    refused(path)


def test_a_flipped_bit_in_the_data_is_noticed(path: Path) -> None:
    content = path.read_bytes()
    group = pq.ParquetFile(path).metadata.row_group(0)
    column = group.column(group.num_columns - 1)
    end = column.data_page_offset + column.total_compressed_size
    # The page's own header comes first; its last 30 bytes are geometry.
    for place in range(end - 30, end):
        path.write_bytes(flipped(content, place))
        refused(path)


def test_no_flipped_bit_in_the_metadata_passes_for_another_answer(path: Path) -> None:
    content = path.read_bytes()
    good = geoparquet.read(path, "squares")
    # Parquet's footer: schema, pages, metadata. Its length stands before the last four bytes.
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    noticed = 0
    for place in range(start, len(content), 3):
        path.write_bytes(flipped(content, place))
        try:
            file = geoparquet.read(path, "squares")
        except RecordError as error:
            assert path.name in str(error)
            noticed += 1
        else:
            assert file.provenance == good.provenance
            assert file.extra == good.extra
            assert file.table.equals(good.table)
    assert noticed > 100


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def rewritten(path: Path, **changes: object) -> None:
    """Write the file anew with other entries in its `controlmap` metadata."""
    table = pq.read_table(path)
    head = json.loads(table.schema.metadata[b"controlmap"]) | changes
    metadata = {**table.schema.metadata, b"controlmap": json.dumps(head).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_a_provenance_that_was_changed_fails_its_checksum(path: Path) -> None:
    rewritten(path, body=geoparquet._pack({"provenance": {}, "extra": {}}))
    assert "checksum" in refused(path)


def test_a_newer_format_is_refused(path: Path) -> None:
    rewritten(path, format=geoparquet.FORMAT + 1)
    message = refused(path)
    assert f"format {geoparquet.FORMAT + 1}" in message
    assert f"{geoparquet.FORMAT} is the newest read" in message


def test_another_kind_is_refused(path: Path) -> None:
    assert "holds squares, not circles" in refused(path, "circles")


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"{}", zlib.compress(b"x" * 500)]
)
def test_what_is_not_parquet_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path)


def test_parquet_of_others_is_refused(path: Path) -> None:
    pq.write_table(TABLE, path)
    refused(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "not found" in refused(tmp_path / "absent.parquet")


def test_a_failure_while_writing_leaves_the_old_content(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="power cut"), geoparquet.replacing(path) as out:
        out.write(b"half")
        raise RuntimeError("power cut")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_before_anything_was_there_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError), geoparquet.replacing(tmp_path / "new") as out:
        out.write("text")  # type: ignore[call-overload]
    assert list(tmp_path.iterdir()) == []


def test_a_file_has_the_permissions_that_the_umask_leaves_it_and_nothing_touches_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o027)
    monkeypatch.setattr("os.umask", lambda _: pytest.fail("the umask is the whole process's"))
    try:
        with geoparquet.replacing(tmp_path / "new") as out:
            out.write(b"whole")
    finally:
        monkeypatch.undo()
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_the_sidecar_tells_what_the_file_holds(path: Path) -> None:
    told = json.loads(geoparquet.write_sidecar(path).read_text(encoding="utf-8"))
    assert told["file"] == "squares.parquet"
    assert told["bytes"] == path.stat().st_size
    assert told["inputs"] == list(PROVENANCE.inputs)


def test_a_sidecar_of_a_file_that_holds_none_is_alike(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "squares.csv"
    other.write_text("name\na\n")
    theirs = json.loads(geoparquet.write_sidecar(path).read_text(encoding="utf-8"))
    own = json.loads(geoparquet.write_sidecar(other, PROVENANCE).read_text(encoding="utf-8"))
    assert list(own) == list(theirs)
    assert own["title"] == theirs["title"]
    assert own["bytes"] == len("name\na\n")
