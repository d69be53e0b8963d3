"""Files that mean harm, or are broken in ways that are met: `python tests/hostile.py FOLDER`.

Each has what its refusal says, or "" where it is to be read like any other, its text inert.
"""

from __future__ import annotations

import argparse
import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

import layer_files as files
from controlmap import sources
from controlmap.core.model import Snapshot
from controlmap.sources import legends

DAY = files.DAY
SCRIPT = "Occupied </script><script>alert(1)</script> {{ 7*7 }} {% raw %} ${7*7} <img src=x>"
OVER = "took more than"
BOMB = (
    '<!DOCTYPE kml [<!ENTITY a "occupied">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1 or str()};" * 10}">' for i in range(1, 10))
    + "]>"
)


@dataclass(frozen=True)
class Case:
    """A file by its name, how it is made, and what its refusal says."""

    name: str
    make: Callable[[], bytes]
    told: str


def collection(*geometries: object, **properties: object) -> bytes:
    """A FeatureCollection of these geometries, each called occupied."""
    told = {"status": "Occupied", **properties}
    features = [{"type": "Feature", "properties": told, "geometry": g} for g in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def polygon(ring: object) -> dict[str, object]:
    """A polygon of one ring."""
    return {"type": "Polygon", "coordinates": [ring]}


def many_vertices() -> bytes:
    """A circle of a million positions round the centre of Donetsk oblast."""
    turn = np.linspace(0, 2 * np.pi, 1_000_001)
    ring = np.column_stack([37.8 + 0.5 * np.cos(turn), 48.0 + 0.3 * np.sin(turn)]).round(7)
    ring[-1] = ring[0]
    return collection(polygon(ring.tolist()))


def star() -> bytes:
    """A ring that crosses itself 32 million times."""
    turns = np.arange(8002) * 4000 % 8001 * 2 * np.pi / 8001
    ring = np.column_stack([37.8 + 0.1 * np.cos(turns), 48.0 + 0.1 * np.sin(turns)])
    return collection(polygon(ring.tolist()))


def bow_tie() -> bytes:
    """A ring that crosses itself once: it is repaired."""
    ring = [[37.6, 48.0], [37.7, 48.1], [37.7, 48.0], [37.6, 48.1], [37.6, 48.0]]
    return collection(polygon(ring))


def with_link() -> bytes:
    """A KMZ whose document is a symbolic link."""
    entry = zipfile.ZipInfo("doc.kml")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, b"/etc/passwd")
    return out.getvalue()


def with_path(name: str) -> bytes:
    """A KMZ with a file of that name besides."""
    return files.zipped({"doc.kml": files.kml(), name: b"x"})


def encrypted() -> bytes:
    """A KMZ that says it is encrypted."""
    data = bytearray(files.kmz())
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def lying_parquet() -> bytes:
    """GeoParquet that says its geometry is no WKB."""
    table = pq.read_table(io.BytesIO(files.geoparquet()))
    told = {k: v.replace(b'"WKB"', b'"wkt"') for k, v in table.schema.metadata.items()}
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(told), out)
    return out.getvalue()


def mixed() -> bytes:
    """Points, lines and polygons with and without heights, in collections and without."""
    square = shapely.geometry.mapping(files.HELD)
    lifted = shapely.geometry.mapping(shapely.force_3d(files.CONTESTED, 200.0))
    line = {"type": "LineString", "coordinates": [[37.6, 48.0], [37.7, 48.1]]}
    point = {"type": "Point", "coordinates": [37.6, 48.0]}
    return collection(square, lifted, line, point, {"type": "GeometryCollection",
                      "geometries": [line, square]}, None)  # fmt: skip


def shared_text() -> bytes:
    """GeoParquet of 3,000 squares that share a text of a megabyte, stored once: 3 GB as read."""
    rows = 3000
    made = geopandas.GeoDataFrame(
        {"status": ["Occupied"] * rows}, geometry=[files.HELD] * rows, crs="EPSG:4326"
    )
    table = pq.read_table(io.BytesIO(files.geoparquet(made)))
    text = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 2**20])
    table = table.append_column("text", text)
    out = io.BytesIO()
    with pq.ParquetWriter(
        out, table.schema, dictionary_pagesize_limit=2**22, write_statistics=False,
        store_schema=False,
    ) as writer:  # fmt: skip
        writer.add_key_value_metadata({"geo": table.schema.metadata[b"geo"]})
        writer.write_table(table)
    return out.getvalue()


def shared_shape() -> bytes:
    """GeoParquet of 1,000 rows that share a circle of 1,025 positions, stored once."""
    circle = files.HELD.centroid.buffer(0.05, quad_segs=256)
    made = geopandas.GeoDataFrame({"status": ["Occupied"] * 1000}, geometry=[circle] * 1000)
    return files.geoparquet(made.set_crs("EPSG:4326"))


def endless_view() -> bytes:
    """A GeoPackage whose layer is a view that never ends."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    return files.geopackage_with(
        "ALTER TABLE layer RENAME TO hidden",
        f"CREATE VIEW layer AS {endless} SELECT * FROM hidden WHERE (SELECT max(i) FROM n)",
    )


def generated() -> bytes:
    """A GeoPackage with a column that is made of each row as it is read, a gigabyte long."""
    return files.geopackage_with(
        "ALTER TABLE layer ADD COLUMN bomb TEXT AS (printf('%.*c', 1000000000, 'x')) VIRTUAL"
    )


def curved() -> bytes:
    """GeoParquet whose first area is a circle, drawn as one arc."""
    table = pq.read_table(io.BytesIO(files.geoparquet()))
    arc = struct.pack("<BIIBII6d", 1, 10, 1, 1, 8, 3, 37.6, 48.0, 37.7, 48.1, 37.6, 48.0)
    column = table.schema.get_field_index("geometry")
    drawn = pa.array([arc, table.column(column)[1].as_py()], pa.binary())
    out = io.BytesIO()
    pq.write_table(table.set_column(column, table.schema.field(column), drawn), out)
    return out.getvalue()


def disguised_table() -> bytes:
    """A GeoPackage with a virtual table that is named like one that computes nothing."""
    return files.geopackage_with('CREATE VIRTUAL TABLE "layer USING rtree" USING dbstat(main)')


def _varint(value: int, length: int) -> bytes:
    """A number as Parquet's footer has it, in as many bytes as wanted."""
    return bytes(
        [value >> 7 * i & 127 | 128 for i in range(length - 1)] + [value >> 7 * length - 7]
    )


def lying_sizes() -> bytes:
    """GeoParquet of 4 kB with a text of 101 MB, whose footer tells of a kilobyte."""
    table = pq.read_table(io.BytesIO(files.geoparquet()))
    table = table.append_column("text", pa.array(["x" * (101 * 2**20), ""]))
    out = io.BytesIO()
    with pq.ParquetWriter(
        out, table.schema, compression="zstd", use_dictionary=False, write_statistics=False,
        store_schema=False,
    ) as writer:  # fmt: skip
        writer.add_key_value_metadata({"geo": table.schema.metadata[b"geo"]})
        writer.write_table(table)
    data, group = out.getvalue(), pq.ParquetFile(out).metadata.row_group(0)
    told = group.column(group.num_columns - 1)
    begins = told.data_page_offset + told.total_compressed_size
    footer = data[begins:]
    for size in (told.total_uncompressed_size, group.total_byte_size):
        assert _varint(2 * size, 4) in footer
        footer = footer.replace(_varint(2 * size, 4), _varint(2 * 1024, 4))
    return data[:begins] + footer


def shared_record() -> bytes:
    """A Shapefile whose 500 rows all have the first one's circle of 1,025 positions."""
    circle = files.HELD.centroid.buffer(0.05, quad_segs=256)
    made = geopandas.GeoDataFrame(
        {"status": ["Occupied"] * 500}, geometry=[circle] + [files.HELD] * 499, crs="EPSG:4326"
    )
    parts = files.unzipped(files.shapefile(made))
    index = parts["layer.shx"]
    return files.zipped(parts | {"layer.shx": index[:100] + index[100:108] * 500})


def hole_alone() -> bytes:
    """KML whose squares are holes in nothing: their outer rings are empty."""
    empty = b"<outerBoundaryIs><LinearRing><coordinates/></LinearRing></outerBoundaryIs>"
    turned = files.kml().replace(b"outerBoundaryIs", b"innerBoundaryIs")
    return turned.replace(b"<Polygon>", b"<Polygon>" + empty)


def formulas() -> bytes:
    """A VIINA table whose values a spreadsheet would compute."""
    return files.viina((709717, "20240506", "=cmd|' /C calc'!A0"))


def swapped_crs() -> bytes:
    """Degrees that are called metres: a CRS that is not the file's."""
    return files.geopackage(files.frame().set_crs("EPSG:32637", allow_override=True))


def long_values() -> bytes:
    """A square whose values repeat the beginnings of words that tell a status, 48 KB of each."""
    words = ("russia", "ukrain", "україн", "former_", "колишн", "ex")
    values = {f"note {word}": word * (48_000 // len(word)) for word in words}
    return collection(shapely.geometry.mapping(files.HELD), **values)


def dense() -> bytes:
    """Coordinates 700,000 times, without a brace between them: 12 MB."""
    told = b",".join([b'"coordinates":[1]'] * 700_000)
    return b'{"type": "FeatureCollection", "features": [], "more": {%s}}' % told


def tiny_rings() -> bytes:
    """A million polygons of one position each: 10 MB."""
    return collection({"type": "MultiPolygon", "coordinates": [[[[1, 2]]]] * 1_000_000})


def deep_headers() -> bytes:
    """A legend of 6 MB in which each header has one part more than the one before."""
    return "\n".join(f"[{'a.' * parts}b]" for parts in range(2500)).encode()


def long_key() -> bytes:
    """A legend of less than a MB that is one key of 400,000 parts."""
    return b".".join([b"a"] * 400_000) + b" = 1"


CASES = [
    Case(f"script {DAY}.geojson", lambda: collection(
        shapely.geometry.mapping(files.HELD), status=SCRIPT, **{"{{x}}": "{% x %}"}), ""),
    Case(f"script {DAY}.kml", lambda: files.kml(
        names=(SCRIPT.replace("<", "&lt;"), "Grey zone {{ 7*7 }}")), ""),
    Case(f"mixed {DAY}.geojson", mixed, ""),
    Case(f"bow-tie {DAY}.geojson", bow_tie, ""),
    Case(f"entities {DAY}.kml", lambda: files.kml(prolog=BOMB, names=("&a9;", "x")), "entities"),
    Case(f"external {DAY}.kml", lambda: files.kml(
        prolog='<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', names=("&x;", "x")),
        "entities"),
    Case(f"dtd {DAY}.kml", lambda: files.kml(
        prolog='<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">'), "declares a DTD"),
    Case(f"deep {DAY}.kml", lambda: files.kml("<Folder>" * 100 + "</Folder>" * 100), "64 deep"),
    Case(f"hole {DAY}.kml", hole_alone, "a polygon has 0 outer rings"),
    Case(f"elements {DAY}.kmz", lambda: files.kmz(files.kml("<a/>" * 1_000_001)),
         "has over 1,000,000 elements"),
    Case(f"cut {DAY}.kml", lambda: files.kml()[:-60], "not well-formed"),
    Case(f"words {DAY}.kml", lambda: files.kml().replace(b"37.6,48.0", b"here,there"),
         "not LON,LAT"),
    Case(f"bomb {DAY}.kmz", lambda: files.kmz(bomb=bytes(300 * 2**20)), "larger than 100 MB"),
    Case(f"up {DAY}.kmz", lambda: with_path("../../evil.kml"), "leads out of the archive"),
    Case(f"root {DAY}.kmz", lambda: with_path("/etc/cron.d/evil"), "leads out of the archive"),
    Case(f"drive {DAY}.kmz", lambda: with_path("C:\\evil"), "leads out of the archive"),
    Case(f"link {DAY}.kmz", with_link, "holds a link"),
    Case(f"many {DAY}.zip", lambda: files.zipped({f"{i}.kml": b"" for i in range(1001)}),
         "holds more than 1,000 files"),
    Case(f"nested {DAY}.zip", lambda: files.zipped({"a.zip": files.kmz()}), "zip within the zip"),
    Case(f"encrypted {DAY}.kmz", encrypted, "encrypted"),
    Case(f"cut {DAY}.zip", lambda: files.shapefile()[:400], "damaged"),
    Case(f"no table {DAY}.zip", lambda: files.shapefile(None, ".dbf"), "has no .dbf"),
    Case(f"no system {DAY}.zip", lambda: files.shapefile(files.frame(None)), "has no .prj"),
    Case(f"no system {DAY}.gpkg", lambda: files.geopackage(files.frame(None)),
         "names no coordinate reference system"),
    Case(f"no system {DAY}.parquet", lambda: files.geoparquet(files.frame(None)),
         "names no coordinate reference system"),
    Case(f"wrong system {DAY}.gpkg", swapped_crs, "nothing in it lies within the four oblasts"),
    Case(f"wrong system {DAY}.geojson", lambda: files.geojson().replace(
        b'"features"', b'"crs": {"properties": {"name": "EPSG:32637"}}, "features"'),
        "only WGS84"),
    Case(f"metres {DAY}.geojson", lambda: files.geojson(files.frame("EPSG:32637")),
         "out of range"),
    Case(f"garbage {DAY}.gpkg", lambda: b"SQLite format 3\x00" + bytes(5000), "GeoPackage"),
    Case(f"garbage {DAY}.parquet", lambda: b"PAR1" + bytes(100) + b"PAR1", "GeoParquet"),
    Case(f"wkt {DAY}.parquet", lying_parquet, "has geometry in wkt; WKB is read"),
    Case(f"shared text {DAY}.parquet", shared_text, OVER),
    Case(f"shared shape {DAY}.parquet", shared_shape, "more than 750,000 positions"),
    Case(f"lying {DAY}.parquet", lying_sizes, ""),
    Case(f"endless {DAY}.gpkg", endless_view, OVER),
    Case(f"curved {DAY}.parquet", curved, "holds curves"),
    Case(f"generated {DAY}.gpkg", generated, ""),
    Case(f"disguised {DAY}.gpkg", disguised_table, ""),
    Case(f"million {DAY}.geojson", many_vertices, "more than 750,000 positions"),
    Case(f"star {DAY}.geojson", star, OVER),
    Case(f"nested {DAY}.geojson", lambda: b"[" * 100_000, "not JSON"),
    Case(f"not a number {DAY}.geojson", lambda: files.geojson().replace(b"37.6", b"NaN"), "NaN"),
    Case(f"infinite {DAY}.geojson", lambda: files.geojson().replace(b"37.6", b"-Infinity"),
         "infinite"),
    Case(f"infinite {DAY}.kml", lambda: files.kml().replace(b"37.6,", b"inf,"), "infinite"),
    Case(f"not a number {DAY}.kml", lambda: files.kml().replace(b"37.6,", b"nan,"), "NaN"),
    Case(f"empty ring {DAY}.geojson", lambda: collection(polygon([])), "ring"),
    Case(f"empty {DAY}.geojson", lambda: b"", "empty"),
    Case(f"formulas {DAY}.csv", formulas, "is no holder"),
    Case(f"long values {DAY}.geojson", long_values, ""),
    Case(f"dense {DAY}.geojson", dense, "has no polygon"),
    Case(f"tiny rings {DAY}.geojson", tiny_rings, "more than 750,000 positions"),
    Case("headers.toml", deep_headers, "larger than 1 MB"),
    Case("key.toml", long_key, "a key of more than 16 parts"),
    Case(f"page {DAY}.geojson", lambda: b"<!doctype html><html>not found</html>",
         "is a page of the web"),
]  # fmt: skip
"""Every file of the corpus."""
LARGE = f"large {DAY}.geojson"
LARGE_MB = 300


def read(name: str, data: bytes) -> Snapshot | legends.Legend:
    """What is made of a file, or of a legend."""
    return (
        legends.from_toml(data.decode(), name)
        if name.endswith(".toml")
        else sources.read(data, name)
    )


def write(folder: Path, cases: list[Case] = CASES) -> Mapping[str, str]:
    """Write the corpus into a folder; what is said of each file, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        (folder / case.name).write_bytes(case.make())
    with (folder / LARGE).open("wb") as out:  # sparse: it takes no room
        out.write(b'{"type": "FeatureCollection", "features": [')
        out.truncate(LARGE_MB * 2**20)
    return {case.name: case.told for case in cases} | {LARGE: "larger than 256 MB"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    for name, told in write(parser.parse_args().folder).items():
        print(f"{name}: {told or 'is read'}")
