"""What a file of DeepState's draws as Russian-held anywhere: all Ukraine, as its totals are."""

from __future__ import annotations

import shapely

from controlmap.core.model import InputError, Status
from controlmap.geo import land
from controlmap.geo.geodesy import area_km2
from controlmap.sources import deepstate_api, deepstate_daily, formats
from controlmap.sources.document import Feature


def held_km2(data: bytes, name: str) -> float:
    """Return the Russian-held area of a file in km2 (geodesic on WGS84), overlaps counted once.

    Only of polygons within Ukraine: the map shades land of other countries, too.

    Raises
    ------
    InputError
        Where the file is none of DeepState's, or cannot be parsed.
    """
    document = formats.parse(data, name)
    if deepstate_daily.recognises(document):
        held = list(document.areas)
    elif deepstate_api.recognises(document):
        held = [feature for feature in document.areas if _is_held(feature)]
    else:
        raise InputError("{name}: is no file of DeepState's", name)
    polygons = shapely.make_valid(
        [shapely.Polygon(rings[0], rings[1:]) for feature in held for rings in feature.polygons]
    )
    ukraine = next(country.polygon for country in land.load() if country.code == "UA")
    shapely.prepare(ukraine)
    inside = shapely.contains_properly(ukraine, shapely.point_on_surface(polygons))
    return area_km2(shapely.union_all(polygons[inside]))


def _is_held(feature: Feature) -> bool:
    fill, label = feature.properties.get("fill"), feature.properties.get("name")
    return deepstate_api.decide(str(fill), str(label or ""))[0] in Status.RUSSIAN_HELD.grounds
