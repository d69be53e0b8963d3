"""Files as people's tools write them: encodings, containers, links, formats, and damage."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import layer_files as files
from controlmap import sources
from controlmap.core.model import Ground, InputError
from controlmap.sources import formats, legends
from input_files import SQUARE_KM2
from often import often
from test_readers import km2

KM2 = SQUARE_KM2
UKRAINIAN = ["Окуповано", "Сіра зона"]


def expect_both(data: bytes, name: str, legend: legends.Legend | None = None) -> str:
    """Both squares are read, one held, one contested; return what was warned of."""
    snapshot = sources.read(data, name, legend=legend)
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(KM2, abs=0.01)
    assert km2(snapshot, Ground.CONTESTED) == pytest.approx(KM2, abs=0.01)
    return " ".join(snapshot.info.warnings)


def refuse(data: bytes, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        sources.read(data, name)
    assert "\n" not in str(caught.value)


# Encodings


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", [f"layer {files.DAY}.geojson", f"layer {files.DAY}.kml"])
def test_a_text_may_begin_with_the_mark_of_its_order(codec: str, name: str) -> None:
    text = files.FORMATS[name]().decode().replace("UTF-8", codec)
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(codec, b"")
    expect_both(mark + text.encode(codec), name)


def shapefile(encoding: str, language: int = 0, without: tuple[str, ...] = (".cpg",)) -> bytes:
    """A zipped Shapefile with Ukrainian statuses; `language` is what its .dbf says of them."""
    frame = files.frame().assign(status=UKRAINIAN)
    parts = files.unzipped(files.shapefile(frame))
    with TemporaryDirectory() as folder:
        frame.to_file(Path(folder, "layer.shp"), encoding=encoding)
        parts = {p.name: p.read_bytes() for p in sorted(Path(folder).iterdir())}
    dbf = parts["layer.dbf"]
    parts["layer.dbf"] = dbf[:29] + bytes([language]) + dbf[30:]
    return files.zipped({n: d for n, d in parts.items() if not n.endswith(without)})


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1251"])
@pytest.mark.parametrize("language", [0, 0x57])
def test_a_dbf_that_does_not_say_its_encoding(encoding: str, language: int) -> None:
    warned = expect_both(shapefile(encoding, language), f"layer {files.DAY}.zip")
    assert f"its texts are read as {encoding}" in warned


def test_a_dbf_that_says_its_encoding_is_believed() -> None:
    for data in (shapefile("windows-1251", 0xC9), shapefile("UTF-8", 0, ("!",))):
        assert "texts are read as" not in expect_both(data, f"layer {files.DAY}.zip")


def test_an_encoding_may_be_set_by_a_legend() -> None:
    data = shapefile("ISO-8859-5")
    legend = legends.from_toml(
        'column = "status"\nencoding = "ISO-8859-5"\n[statuses]\n"Окуповано" = "russian_held"\n'
        '"Сіра зона" = "contested"',
        "l.toml",
    )
    expect_both(data, f"layer {files.DAY}.zip", legend)
    with pytest.raises(InputError, match="encoding 'cp99': not known; allowed: UTF-8"):
        legends.from_toml('whole = "russian_held"\nencoding = "cp99"', "l.toml")


# Containers and links


def kml_parts() -> tuple[bytes, bytes]:
    """The document of the two squares as two documents, one a square."""
    text = files.kml().decode()
    early, folder, rest = text.partition("<Folder>")
    held, end, grey = (folder + rest).partition("</Folder>")
    contested, close, after = grey.partition("</Folder>")
    return (early + held + end + after).encode(), (early + contested + close + after).encode()


def link(*targets: str) -> bytes:
    links = "".join(
        f"<NetworkLink><name>layer</name><Link><href>{t}</href></Link></NetworkLink>"
        for t in targets
    )
    return f"<kml><Document>{links}</Document></kml>".encode()


@pytest.mark.parametrize(
    "inside",
    [
        {"doc.kml": link("layers/a.kml", "layers/b.kml"), "layers/a.kml": 0, "layers/b.kml": 1},
        {"doc.kml": link("./a%20b.kml"), "a b.kml": link("c.kml", "doc.kml", "d.kml"),
         "c.kml": 0, "d.kml": 1},
        {"a.kml": 0, "b.kml": 1},
        {"folder/doc.kml": link("../a.kml"), "a.kml": 0, "b.kml": 1},
    ],
)  # fmt: skip
def test_a_kmz_of_several_documents(inside: dict[str, Any]) -> None:
    parts = kml_parts()
    data = files.zipped({n: parts[d] if isinstance(d, int) else d for n, d in inside.items()})
    expect_both(data, f"layer {files.DAY}.kmz")


def test_a_document_of_a_kmz_that_nothing_links_is_named() -> None:
    one, other = kml_parts()
    data = files.zipped({"doc.kml": one, "icons/x.png": b"x", "more.kml": other})
    snapshot = sources.read(data, f"layer {files.DAY}.kmz")
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(KM2, abs=0.01)
    assert Ground.CONTESTED not in snapshot.layers
    assert "more.kml in it is not linked; left out" in snapshot.info.warnings[0]


@pytest.mark.parametrize("target", ["https://example.org/map.kml", "gone.kml", "../../etc/passwd"])
def test_what_is_only_a_link_is_refused_and_nothing_is_followed_abroad(target: str) -> None:
    for data, name in ((link(target), "a.kml"), (files.kmz(link(target)), "a.kmz")):
        refuse(data, name, f"is only a link to {target}; give that map, exported as KML")
    before = f"<NetworkLink><Link><href>{target}</href></Link></NetworkLink>"
    warned = expect_both(files.kml(before), f"layer {files.DAY}.kml")
    assert f"a link to {target} is not followed" in warned


def test_google_earths_cascading_styles_have_colours() -> None:
    text = files.kml().decode()
    head, styles, rest = text.partition("<Style ")
    body, end, after = (styles + rest).rpartition("</Style>")
    cascading = body.replace("<Style id=", "<gx:CascadingStyle kml:id=").replace(
        "</Style>", "</Style></gx:CascadingStyle>"
    )
    cascading = cascading.replace('">', '"><Style>', 1).replace('grey">', 'grey"><Style>')
    namespaces = (
        'xmlns="http://www.opengis.net/kml/2.2" xmlns:kml="http://www.opengis.net/kml/2.2" '
        'xmlns:gx="http://www.google.com/kml/ext/2.2"'
    )
    whole = f"{head}{cascading}{end}</gx:CascadingStyle>{after}".replace(
        'xmlns="http://www.opengis.net/kml/2.2"', namespaces
    )
    document = formats.parse(whole.encode(), "a.kml")
    assert [f.properties["fill"] for f in document.areas] == ["#a52714", "#bdbdbd"]


def test_a_shapefile_without_an_index_is_restored() -> None:
    expect_both(files.shapefile(None, ".shx"), f"layer {files.DAY}.zip")


@pytest.mark.parametrize("ending", often([".gpkg", ".zip"], lambda ending: ending == ".gpkg"))
def test_no_warning_of_gdals_reaches_a_person(ending: str, tmp_path: Path) -> None:
    name = f"layer {files.DAY}{ending}"
    path = tmp_path / name
    path.write_bytes(files.FORMATS[name]())
    done = subprocess.run(
        [sys.executable, "-m", "controlmap", "areas", "--input", path],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Warning" not in done.stderr


# Formats


def flatgeobuf() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "layer.fgb")
        files.frame().to_file(path, driver="FlatGeobuf")
        return path.read_bytes()


def esri(wkid: int | None = 4326, **members: Any) -> bytes:
    """Esri JSON: outer rings are clockwise; the held square has a hole that the grey one fills."""
    frame = files.frame() if wkid in (4326, None) else files.frame(f"EPSG:{wkid}")
    features = [
        {"attributes": {"status": status}, "geometry": {"rings": [ring(shape)]}}
        for status, shape in zip(frame["status"], frame.geometry, strict=True)
    ]
    reference = {} if wkid is None else {"spatialReference": {"wkid": wkid}}
    whole = {"geometryType": "esriGeometryPolygon", **reference, "features": features, **members}
    return json.dumps({k: v for k, v in whole.items() if v is not None}).encode()


def ring(shape: shapely.Polygon) -> list[list[float]]:
    return [list(p) for p in shapely.orient_polygons(shape, exterior_cw=True).exterior.coords]


def csv(
    delimiter: str = ",", form: str = "wkt", codec: str = "utf-8", column: str = "wkt"
) -> bytes:
    def write(shape: shapely.Polygon) -> str:
        if form == "ewkt":
            return f"SRID=4326;{shapely.MultiPolygon([shape]).wkt}"
        return str(shape.wkb_hex if form == "wkb" else shape.wkt)

    lines = [delimiter.join(["назва", column])]
    for title, shape in zip(UKRAINIAN, (files.HELD, files.CONTESTED), strict=True):
        lines.append(f'{title}{delimiter}"{write(shape)}"')
    return ("\n".join(lines) + "\n").encode(codec)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (flatgeobuf(), "layer.fgb"),
        (esri(), "layer.json"),
        (esri(3857), "layer.json"),
        (esri(geometryType=None), "layer.json"),
        (csv(), "layer.csv"),
        (csv(";", "ewkt"), "layer.csv"),
        (csv("\t", "wkb", column="geom"), "layer.tsv"),
        (csv(codec="utf-8-sig"), "layer.csv"),
        (csv(codec="utf-16"), "layer.csv"),
        (csv(codec="windows-1251"), "layer.csv"),
        (files.zipped({f"{files.DAY}.csv": csv()}), "layer.zip"),
        (files.zipped({f"{files.DAY}.fgb": flatgeobuf()}), "layer.zip"),
    ],
)
def test_formats_that_people_try(data: bytes, name: str) -> None:
    expect_both(data, f"{files.DAY} {name}")


def test_esri_json_with_a_hole_has_one() -> None:
    hole = [[37.62, 48.02], [37.68, 48.02], [37.68, 48.08], [37.62, 48.08], [37.62, 48.02]]
    content = json.loads(esri())
    content["features"][0]["geometry"]["rings"].append(hole)
    snapshot = sources.read(json.dumps(content).encode(), f"layer {files.DAY}.json")
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(KM2 * (1 - 0.36), abs=0.05)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<?xml version="1.0"?><gpx version="1.1"></gpx>', "is GPX, not any of GeoJSON"),
        (b"ARROW1\0\0" + b"\0" * 64, "is Feather"),
        (b"%PDF-1.7", "is PDF"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"II*\0", "is TIFF"),
        (b"<!DOCTYPE html><html></html>", "is a page of the web"),
        (b"<rss></rss>", "is XML"),
        (b'{"type": "Topology", "objects": {}}', "is 'Topology', not a GeoJSON"),
        (files.zipped({"xl/workbook.xml": b"x", "y.xml": b"y"}), "is .xlsx, not any of"),
        (b"kod,status\n1,RU\n", r"no column of polygons as WKT.*\(its columns: kod, status\)"),
        (b"hello", "is not JSON, KML or a layer that is known"),
        (b"a,wkt\n1,POLYGON ((0 0\n", "row 1: holds a geometry that cannot be read"),
        (b"a,wkt\n1,2,POLYGON ((0 0))\n", "row 1: 3 values for 2 columns"),
        (b"\0\1\2" * 99, "is of no format that is known"),
        (b" ", "the file is empty"),
        (esri(exceededTransferLimit=True), "is cut off"),
        (esri(None), "names no coordinate reference system"),
    ],
)
def test_what_is_not_read_is_named_with_what_is(data: bytes, said: str) -> None:
    refuse(data, f"layer {files.DAY}.bin", said)


def test_collections_within_collections_are_no_way_down_the_stack() -> None:
    nested = "GEOMETRYCOLLECTION(" * 9000 + "POLYGON((0 0,1 0,1 1,0 0))" + ")" * 9000
    refuse(f'a,wkt\n1,"{nested}"\n'.encode(), "a.csv", "holds collections in collections")


def test_a_date_beyond_the_calendar_and_a_deep_description_are_one_line() -> None:
    frame = files.frame()
    table = pq.read_table(io.BytesIO(files.geoparquet(frame)))
    far = pa.array([2**62, 0], pa.timestamp("us"))
    deep = {b"geo": b'{"columns": ' + b"[" * 100_000}
    for changed in (table.append_column("on", far), table.replace_schema_metadata(deep)):
        out = io.BytesIO()
        pq.write_table(changed, out)
        refuse(out.getvalue(), f"a {files.DAY}.parquet", "is not GeoParquet that can be read")


# Damage: GDAL leaves out what it cannot read


def parts() -> dict[str, bytes]:
    return files.unzipped(files.shapefile())


def with_shape(change: Any) -> bytes:
    """The Shapefile with the second record's content changed, of equal length."""
    whole = parts()
    shp = bytearray(whole["layer.shp"])
    second = 100 + 8 + 2 * struct.unpack_from(">i", shp, 104)[0] + 8
    change(shp, second)
    return files.zipped({**whole, "layer.shp": bytes(shp)})


def test_a_record_of_a_shapefile_that_gdal_gives_up_is_refused() -> None:
    """Its one part begins beyond its points."""
    data = with_shape(lambda shp, at: struct.pack_into("<i", shp, at + 44, 9999))
    refuse(data, f"a {files.DAY}.zip", "is damaged: row 2 cannot be read")


def test_a_record_that_has_no_shape_is_none() -> None:
    frame = files.frame()
    frame.loc[2] = ["Occupied", None]
    expect_both(files.shapefile(frame), f"a {files.DAY}.zip")


@pytest.mark.parametrize(
    ("part", "cut", "said"),
    [
        ("layer.shp", -40, "its .shp is cut off"),
        ("layer.shp", 60, "its .shp is cut off"),
        ("layer.dbf", -60, "its .dbf is cut off"),
        ("layer.dbf", 20, "its .dbf is cut off"),
        ("layer.shx", -8, "its .shx does not fit"),
        ("layer.shx", 40, "its .shx does not fit"),
    ],
)
def test_a_part_that_is_cut_off_is_refused(part: str, cut: int, said: str) -> None:
    whole = parts()
    data = files.zipped({**whole, part: whole[part][:cut]})
    refuse(data, f"a {files.DAY}.zip", f"is damaged: {said}")


def test_a_record_cut_off_within_is_named() -> None:
    whole = parts()
    shp = whole["layer.shp"][:-40]
    shp = shp[:24] + struct.pack(">i", len(shp) // 2) + shp[28:]
    refuse(files.zipped({**whole, "layer.shp": shp}), "a.zip", "record 2 is cut off")


def test_parts_of_other_files_are_refused() -> None:
    other = files.unzipped(files.shapefile(files.frame().iloc[:1]))
    data = files.zipped({**parts(), "layer.dbf": other["layer.dbf"]})
    refuse(data, "a.zip", "is damaged: 2 shapes, 1 rows")


@pytest.mark.parametrize("broken", ["X'0000'", "X'585800'", "zeroblob(64)"])
def test_a_row_of_a_geopackage_that_gdal_gives_up_is_refused(broken: str) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(files.geopackage())
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (trigger,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute(f"UPDATE layer SET geom = {broken} WHERE fid = 2")
        database.commit()
        data = bytes(database.serialize())
    refuse(data, f"a {files.DAY}.gpkg", "layer layer: is damaged: row 2 cannot")


def test_a_row_of_a_geopackage_without_a_geometry_is_none() -> None:
    frame = files.frame()
    frame.loc[2] = ["Occupied", None]
    expect_both(files.geopackage(frame), f"a {files.DAY}.gpkg")
