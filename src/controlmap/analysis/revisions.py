"""What a source changed afterwards of what it had published: where, how much, and when noticed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.render import Row, Rows, plain
from controlmap.core.model import Provenance
from controlmap.geo import places
from controlmap.record import revisions as kept
from controlmap.record.coverage import Coverage
from controlmap.words import notes

if TYPE_CHECKING:
    from controlmap.analysis.answer import Features

NAMES = (
    "observed",
    "iso",
    "name",
    "gained_km2",
    "lost_km2",
    "place",
    "place_km",
    "noticed",
    "lon",
    "lat",
)


def revisions(coverage: Coverage, provenance: Provenance) -> Answer:
    """Answer what a record's source changed afterwards of what the record had of it.

    A row a corrected snapshot and oblast, by the instant observed: what became Russian-held by the
    correction and what ceased to be, in km2, geodesic on WGS84; the settlement nearest to a point
    in the largest piece, how far that is in km, and when the correction was noticed (UTC).

    Parameters
    ----------
    provenance
        That of the record, which keeps them.
    """
    listed = kept.of(provenance)
    names = {oblast.iso: oblast.name for oblast in coverage.oblasts}
    rows = []
    for revision in listed:
        for change in revision.changes:
            place, place_km = places.nearest(change.lon, change.lat)
            rows.append(
                {
                    "observed": revision.observed,
                    "iso": change.iso,
                    "name": names[change.iso],
                    "gained_km2": change.gained_km2,
                    "lost_km2": change.lost_km2,
                    "place": place,
                    "place_km": round(place_km, 3),
                    "noticed": revision.noticed,
                    "lon": change.lon,
                    "lat": change.lat,
                }
            )
    unchanged = sum(not revision.changes for revision in listed)
    who = {"source": coverage.source, "record_sha256": coverage.sha256}
    return Answer(
        "revisions",
        notes.REVISIONS,
        rows,
        document={**who, "corrected": len(listed), "unchanged": unchanged, "revisions": rows},
        evidence=(Evidence.of(coverage, coverage.at(coverage.span[1])),),
        choices={},
        method=notes.REVISIONS_METHOD,
        notes=(
            notes.REVISIONS_SINCE(count=len(listed)) if listed else notes.NO_REVISIONS,
            *([notes.REVISIONS_UNCHANGED(count=unchanged)] if unchanged else []),
        ),
        shared=who,
        names=NAMES,
        without=frozenset({"lon", "lat"}),
        locate=partial(_features, rows, who),
    )


def _features(rows: Rows, who: Row) -> Features:
    """Return a point in the largest piece of each correction, with what it changed."""
    import geopandas

    named = [name for name in NAMES if name not in ("lon", "lat")]
    return geopandas.GeoDataFrame(
        {name: [plain(row[name]) for row in rows] for name in named},
        geometry=geopandas.points_from_xy(
            *([row[axis] for row in rows] for axis in ("lon", "lat"))
        ),
        crs="OGC:CRS84",
    ), dict(who)
