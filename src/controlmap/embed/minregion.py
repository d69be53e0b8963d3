"""The four oblasts and Ukraine's outline out of Minregion's oblasts (2020)."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from controlmap.core import geoparquet
from controlmap.core.model import InputError, Polygons, Provenance
from controlmap.core.version import __version__
from controlmap.geo import oblasts
from controlmap.geo.geodesy import array_of, polygons_of, to_equal_area, to_lonlat
from controlmap.geo.oblasts import CREDIT, CREDIT_URL, FACTS, Oblast

GENERALISED_M = 50
_DIGITS = 5  # of a degree: the grid that sources are snapped to (geodesy.GRID_PER_DEGREE)


def read(path: Path) -> tuple[list[str], list[BaseGeometry]]:
    """Return the Ukrainian names and polygons (lon, lat) of oblasts in packed GeoJSON."""
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


def four(names: list[str], polygons: list[BaseGeometry]) -> tuple[Oblast, ...]:
    """Return the four oblasts out of a country's by their Ukrainian names, not generalised.

    Raises
    ------
    InputError
        Where one is missing, or its area cannot be the oblast's.
    """
    by_name = dict(zip(names, polygons, strict=True))
    missing = [uk for _, uk, _ in FACTS.values() if uk not in by_name]
    if missing:
        raise InputError(f"oblast polygons: no {', '.join(missing)} among {len(names)} features")
    return tuple(oblasts.of(iso, by_name[uk]) for iso, (_, uk, _) in FACTS.items())


def generalised(full: tuple[Oblast, ...]) -> tuple[Oblast, ...]:
    """Return the oblasts simplified to `GENERALISED_M` as a coverage: shared edges stay shared.

    Method: Visvalingam-Whyatt on a valid coverage (shapely.coverage_simplify), in equal area.
    """
    flat = to_equal_area(array_of(o.polygon for o in full))
    thin = to_lonlat(shapely.coverage_simplify(flat, GENERALISED_M))
    rounded = shapely.transform(thin, lambda xy: xy.round(_DIGITS))
    return tuple(oblasts.of(o.iso, p) for o, p in zip(full, rounded, strict=True))


def outline(parts: Polygons) -> BaseGeometry:
    """Return the union of polygons (lon, lat), its holes, splinters between them, filled."""
    united = polygons_of(shapely.union_all(parts))
    return shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in united])


def write(path: Path, four: tuple[Oblast, ...], source: dict[str, object]) -> None:
    """Write the embedded file with its provenance; `source` is the input's name, hash and size."""
    table = pa.table(
        {
            "iso": [o.iso for o in four],
            "name": [o.name for o in four],
            "name_uk": [o.name_uk for o in four],
            "official_km2": [o.official_km2 for o in four],
            "polygon_km2": [o.polygon_km2 for o in four],
        }
    )
    provenance = Provenance(
        title="Oblasts of Ukraine: Donetsk, Luhansk, Kherson, Zaporizhzhia (2020)",
        credit=CREDIT,
        terms="CC BY-SA: share and adapt, naming © Мінрегіон in the corner of electronic maps, "
        "under the same licence",
        url=CREDIT_URL,
        method=f"Generalised to {GENERALISED_M} m as a coverage (shapely.coverage_simplify) in "
        "Lambert azimuthal equal area; areas are geodesic on WGS84.",
        version=__version__,
        inputs=(source,),
        figures={"polygon_km2": {o.iso: round(o.polygon_km2, 3) for o in four}},
    )
    geoparquet.write(path, "oblasts", table, array_of(o.polygon for o in four), provenance)
