"""Records made by hand over two oblasts, each a square degree, whose figures can be worked out.

WEST is from 36 to 37 east, EAST from 37 to 38, both from 48 to 49 north. A tenth of a degree of
longitude from 48 to 49 north is a strip: each has ten, all of the same area.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import shapely
from hypothesis import settings
from hypothesis import strategies as st

from controlmap.core.model import PRECEDENCE, REPORTABLE, Ground, Snapshot, SnapshotInfo, Status
from controlmap.geo import geodesy
from controlmap.geo.oblasts import Oblast
from controlmap.record.coverage import Coverage, build

FIRST = date(2024, 1, 1)
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
EVERYTHING = frozenset(REPORTABLE)
HELD_ONLY = frozenset({Status.RUSSIAN_HELD})
STRIPS = 10
STRIP_KM2 = geodesy.area_km2(shapely.box(36.0, 48, 36.1, 49))

Box = tuple[float, float, float, float]
Boxes = Sequence[Box]
Layers = Mapping[Ground, Boxes]
TINY: Layers = {Ground.OCCUPIED: [(36.2, 48.2, 36.3, 48.3)]}
"""A square of a tenth of a degree in WEST."""


def make_oblast(iso: str, west: float, official_strips: float) -> Oblast:
    """A square degree of ten strips, whose official area is another number of strips."""
    square = shapely.box(west, 48, west + 1, 49)
    return Oblast(iso, iso.title(), iso, official_strips * STRIP_KM2, square, STRIPS * STRIP_KM2)


WEST_EAST = (make_oblast("WEST", 36, 8), make_oblast("EAST", 37, 12))


def make(
    *days: tuple[float, Mapping[Ground, float]], reports: frozenset[Status] = EVERYTHING
) -> Coverage:
    """Snapshots at 03:00 UTC of a day after 1 January 2024: strips of WEST, from the west on."""
    snapshots = []
    for day, strips in days:
        layers: dict[Ground, np.ndarray] = {}
        west = 0.0
        for ground, count in strips.items():
            box = shapely.box(36 + west / 10, 48, 36 + (west + count) / 10, 49)
            layers[ground] = geodesy.array_of([box])
            west += count
        observed = datetime(2024, 1, 1, 3, tzinfo=UTC) + timedelta(days=day)
        info = SnapshotInfo("r", f"{day}", observed, None, f"{day}", reports)
        snapshots.append(Snapshot(info, layers))
    return build("made", snapshots, oblasts=WEST_EAST)


def reporting(coverage: Coverage, *reports: frozenset[Status]) -> Coverage:
    """The record with other statuses reported, a set for each snapshot."""
    infos = tuple(
        SnapshotInfo(**{**asdict(s), "reports": r})
        for s, r in zip(coverage.snapshots, reports, strict=True)
    )
    return replace(coverage, snapshots=infos)


def strips(km2: float | None) -> float | None:
    """An area as a number of strips, to a hundred-thousandth: 0.008 km2."""
    return None if km2 is None else round(km2 / STRIP_KM2, 5)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def make_snapshot(
    day: float, layers: Layers, reader: str = "deepstate_api", name: str = ""
) -> Snapshot:
    """A snapshot of boxes, so many days after noon of 1 March 2024."""
    observed = NOON + timedelta(days=day)
    drawn = {g: geodesy.array_of(shapely.box(*b) for b in boxes) for g, boxes in layers.items()}
    told = repr((reader, observed, sorted(layers.items())))
    info = SnapshotInfo(
        reader=reader,
        name=name or f"{observed:%Y-%m-%dT%H:%M}",
        observed=observed,
        retrieved=None,
        sha256=hashlib.sha256(told.encode()).hexdigest(),
        reports=frozenset(REPORTABLE),
    )
    return Snapshot(info, drawn)


def of_boxes(*layers: Layers) -> Coverage:
    """The two square oblasts over days that follow each other."""
    return build(
        "made", [make_snapshot(day, drawn) for day, drawn in enumerate(layers)], oblasts=WEST_EAST
    )


# Whatever may be drawn

TENTHS = st.integers(0, 24).map(lambda i: 35.8 + i / 10)  # from outside of WEST to outside of EAST
ROWS = st.integers(0, 14).map(lambda i: 47.8 + i / 10)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    west, south = draw(TENTHS), draw(ROWS)
    shift = draw(st.sampled_from([0.0, 0.00001, 0.03333]))
    wide, high = draw(st.sampled_from([0.1, 0.25, 0.7])), draw(st.sampled_from([0.1, 0.333, 1.1]))
    return (round(west + shift, 5), south, round(west + shift + wide, 5), round(south + high, 5))


LAYERS = st.dictionaries(
    st.sampled_from(PRECEDENCE), st.lists(boxes(), min_size=1, max_size=3), max_size=4
)
DAYS = st.lists(LAYERS, min_size=1, max_size=5)
PROPERTY = settings(max_examples=60, deadline=None)


def same(one: Coverage, other: Coverage) -> bool:
    """Whether two coverages are the same to the last bit."""
    arrays = ("face_oblast", "face_km2", "run_face", "run_since", "run_ground", "areas")
    return (
        one.snapshots == other.snapshots
        and bool(shapely.equals_exact(one.face_geometry, other.face_geometry).all())
        and all(np.array_equal(getattr(one, a), getattr(other, a)) for a in arrays)
    )
