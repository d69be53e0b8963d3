"""One small layer in every format that is read: two squares of Donetsk oblast, a status each.

The held square is 37.6 to 37.7 E, 48.0 to 48.1 N (82.897 km2 on WGS84), the contested one the next
to the east (the same area).
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas
import shapely

HELD = shapely.box(37.6, 48.0, 37.7, 48.1)
CONTESTED = shapely.box(37.7, 48.0, 37.8, 48.1)
LABELS = ("Occupied", "Grey zone")
DAY = "2024-05-06"


def frame(crs: str | None = "EPSG:4326", **columns: Any) -> geopandas.GeoDataFrame:
    """The two squares with their labels in `status`, and more columns."""
    data = {"status": list(LABELS), **columns}
    made = geopandas.GeoDataFrame(data, geometry=[HELD, CONTESTED], crs="EPSG:4326")
    if crs is None:
        return made.set_crs(None, allow_override=True)
    # An edge is straight in the system that a file is in: short ones are so in both.
    return made if crs == "EPSG:4326" else made.set_geometry(made.segmentize(0.001)).to_crs(crs)


def geojson(made: geopandas.GeoDataFrame | None = None) -> bytes:
    """A FeatureCollection."""
    made = frame() if made is None else made
    return json.dumps(made.to_geo_dict(drop_id=True)).encode()


def geopackage(made: geopandas.GeoDataFrame | None = None) -> bytes:
    """A GeoPackage of one layer."""
    return _written(made, "layer.gpkg", driver="GPKG")["layer.gpkg"]


def geopackage_with(*statements: str) -> bytes:
    """A GeoPackage of one layer after these statements of SQL."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(geopackage())
        database.execute("PRAGMA legacy_alter_table = ON")  # rename without a look at triggers
        for statement in statements:
            database.execute(statement)
        database.commit()
        return bytes(database.serialize())


def shapefile(made: geopandas.GeoDataFrame | None = None, *without: str) -> bytes:
    """A zipped Shapefile, without the parts of these endings."""
    parts = _written(made, "layer.shp", driver="ESRI Shapefile")
    return zipped({n: d for n, d in parts.items() if not n.endswith(without or ("!",))})


def geoparquet(made: geopandas.GeoDataFrame | None = None, **options: Any) -> bytes:
    """A GeoParquet file."""
    out = io.BytesIO()
    (frame() if made is None else made).to_parquet(out, **options)
    return out.getvalue()


def _written(made: geopandas.GeoDataFrame | None, name: str, driver: str) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        (frame() if made is None else made).to_file(Path(folder, name), driver=driver)
        return {p.name: p.read_bytes() for p in sorted(Path(folder).iterdir())}


def kml(before: str = "", names: tuple[str, str] = LABELS, prolog: str = "") -> bytes:
    """A KML document: a folder a status, a style by colour, one of the polygons in a collection."""

    def placemark(name: str, style: str, square: shapely.Polygon) -> str:
        ring = " ".join(f"{x},{y},120" for x, y in square.exterior.coords)
        polygon = (
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
            f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        )
        return (
            f"<Folder><name>{name}</name><Placemark><name>Area 1</name>"
            f"<styleUrl>#{style}</styleUrl><MultiGeometry>{polygon}</MultiGeometry>"
            "</Placemark></Folder>"
        )

    styles = "".join(
        f'<Style id="{name}"><PolyStyle><color>7f{colour}</color></PolyStyle></Style>'
        for name, colour in (("red", "1427a5"), ("grey", "bdbdbd"))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{before}{styles}'
        f"{placemark(names[0], 'red', HELD)}{placemark(names[1], 'grey', CONTESTED)}"
        "</Document></kml>"
    ).encode()


def kmz(document: bytes | None = None, **more: bytes) -> bytes:
    """A KMZ of a document and more files."""
    return zipped({"doc.kml": kml() if document is None else document, **more})


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()


def viina(*rows: tuple[int, str, str]) -> bytes:
    """A VIINA table: GeoNames number, day, and what every opinion says of the holder."""
    header = "geonameid,date,status_wiki,status_boost,status_dsm,status_isw,status\n"
    told = "".join(f"{place},{day},{s},{s},{s},{s},{s}\n" for place, day, s in rows)
    return (header + told).encode()


def unzipped(data: bytes) -> dict[str, bytes]:
    """The files in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


FORMATS: dict[str, Callable[[], bytes]] = {
    f"layer {DAY}.geojson": geojson,
    f"layer {DAY}.kml": kml,
    f"layer {DAY}.kmz": kmz,
    f"layer {DAY}.gpkg": geopackage,
    f"layer {DAY}.zip": shapefile,
    f"layer {DAY}.parquet": geoparquet,
}
