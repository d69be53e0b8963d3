"""What a source changed afterwards of what it had published: where, how much, and when noticed."""

from __future__ import annotations

from controlmap.analysis.answer import Answer, Evidence
from controlmap.core.model import Provenance
from controlmap.geo import places
from controlmap.record import revisions as kept
from controlmap.record.coverage import Coverage
from controlmap.words import notes

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
    )
