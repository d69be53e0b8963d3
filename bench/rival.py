"""What everyone does: read a file, overlay it with the oblasts, measure each part."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas
import numpy as np
import shapely
from pyproj import Geod

from controlmap.geo.oblasts import ISO_CODES
from controlmap.geo.oblasts import load as load_oblasts
from controlmap.record.inputs import Member

WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Rival:
    """What it took, and what it found.

    Attributes
    ----------
    numbers
        Which of the files were measured.
    read_s, overlay_s
        Processor seconds a file: to read it; to overlay it with the oblasts and measure the parts.
    held_km2
        Geodesic areas on WGS84 in km2; shape (files, oblasts).
    """

    numbers: list[int]
    read_s: list[float]
    overlay_s: list[float]
    held_km2: np.ndarray

    @classmethod
    def run(cls, members: Sequence[Member], numbers: list[int]) -> Rival:
        """Measure these files; unpacking them is not counted, which favours the rival."""
        isos = [o.iso for o in load_oblasts()]
        frames = [o.polygon for o in load_oblasts()]
        oblasts = geopandas.GeoDataFrame({"iso": isos}, geometry=frames, crs="EPSG:4326")
        read_s, overlay_s, held_km2 = [], [], []
        for member in members:
            start = time.process_time()
            drawn = geopandas.read_file(io.BytesIO(member.data)).to_crs("EPSG:4326")
            read = time.process_time()
            held_km2.append(overlaid_km2(drawn, oblasts))
            overlay_s.append(time.process_time() - read)
            read_s.append(read - start)
        return cls(numbers, read_s, overlay_s, np.array(held_km2))

    def scaled(self, files: int, *, reading: bool) -> float:
        """Processor seconds for so many files at the mean of those measured."""
        each = statistics.mean(self.overlay_s) + (statistics.mean(self.read_s) if reading else 0)
        return each * files


def overlaid_km2(drawn: geopandas.GeoDataFrame, oblasts: geopandas.GeoDataFrame) -> list[float]:
    """Geodesic area on WGS84 in km2 of what is drawn in each oblast, by geopandas.overlay."""
    parts = geopandas.overlay(drawn, oblasts, how="intersection")
    outlines = shapely.orient_polygons(parts.geometry.to_numpy())
    km2 = [WGS84.geometry_area_perimeter(outline)[0] / 1e6 for outline in outlines]
    return [sum(a for a, iso in zip(km2, parts["iso"], strict=True) if iso == i) for i in ISO_CODES]
