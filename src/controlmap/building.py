"""Building a record out of files, and measuring how far it is from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap import archive, cells, completing, coverage, sources
from controlmap.archive import Record
from controlmap.coverage import Coverage
from controlmap.geodesy import areas_km2
from controlmap.model import PRECEDENCE, Ground, InputError, Snapshot, Status

Progress = Callable[[str], None]
MEASURED = (Status.RUSSIAN_HELD, Status.CONTESTED, Status.LIBERATED)


def build_file(
    source: str, paths: Iterable[Path], output: Path, cells_m: int | None, progress: Progress
) -> Record:
    """Build a record out of files, folders and archives, and write it with its provenance.

    The error is measured against plain overlays of the first snapshot of every quarter.
    """
    paths = list(paths)
    if output.is_dir():
        raise InputError(f"{output}: is a folder; the output is a file")
    if not output.parent.is_dir():
        raise InputError(f"{output}: there is no folder {output.parent}")
    if output.exists() and any(output.samefile(p) for p in archive.files(paths)):
        raise InputError(f"{output}: is one of the inputs; write to another file")
    cells.check_size(cells_m)
    found = sources.find_source(source)
    sample: dict[tuple[str, int, int], Snapshot] = {}
    readers = [reader.id for reader in found.readers]
    completion = completing.Completion()
    read = completion.of(read_all(source, paths, progress))
    whole = coverage.build(source, _sampling(read, sample), readers=readers)
    progress("measuring the error")
    errors = [e for s in sample.values() if (e := error_km2(whole, s)) is not None]
    made = whole if cells_m is None else cells.generalise(whole, cells_m)
    thin = shapely.is_missing(made.face_geometry)
    figures = {
        "measured_error_km2": round(float(np.max(np.abs(errors))), 3),
        "measured_on_snapshots": len(errors),
        "exact_faces": len(whole.face_km2),
        "faces_without_geometry": int(thin.sum()),
        "faces_without_geometry_km2": round(float(made.face_km2[thin].sum()), 3),
        **completion.figures,
    }
    provenance = archive.provenance_of(made, archive.inputs_of(paths), figures)
    provenance = replace(provenance, method=f"{provenance.method} {completion.told}".strip())
    progress("writing")
    archive.save(output, made, provenance)
    return Record(made, provenance, output)


def read_all(source: str, paths: Iterable[Path], progress: Progress) -> Iterator[Snapshot]:
    """The snapshots in files, folders and archives, all of which must be the source's."""
    yield from sources.joined(source, _read_each(source, paths, progress))
    progress("noding and classifying")


def _read_each(source: str, paths: Iterable[Path], progress: Progress) -> Iterator[Snapshot]:
    for number, member in enumerate(archive.members(paths), start=1):
        for snapshot in sources.read_all(member.data, member.name):
            if sources.source_of(snapshot.reader).id != source:
                raise InputError(
                    f"{member.name}: is read by {snapshot.reader}, not a {source} file"
                )
            yield snapshot
        progress(f"{number} files read, {member.name}")


def of_one(snapshot: Snapshot) -> tuple[Coverage, str]:
    """One state as a record of its own, completed where it leaves ground out, and what was done."""
    if not snapshot.reports:
        raise InputError(f"{snapshot.name}: tells no status that controlmap has")
    completion = completing.Completion()
    (whole,) = completion.of([snapshot])
    source = sources.source_of(snapshot.reader).id
    return coverage.build(source, [whole]), completion.told


def _sampling(
    snapshots: Iterable[Snapshot], sample: dict[tuple[str, int, int], Snapshot]
) -> Iterator[Snapshot]:
    """Pass snapshots on, keeping the first in time of every reader and quarter."""
    for snapshot in snapshots:
        when = snapshot.observed
        key = (snapshot.reader, when.year, (when.month - 1) // 3)
        if key not in sample or when < sample[key].observed:
            sample[key] = snapshot
        yield snapshot


def error_km2(record: Coverage, snapshot: Snapshot) -> NDArray[np.float64] | None:
    """The record's areas less those of a plain overlay of the snapshot, in km2.

    Shape (oblasts, 3): Russian-held, contested, liberated; geodesic on WGS84. None where the
    record does not use the snapshot.
    """
    index = _index(record, snapshot.reader, snapshot.observed)
    if index is None:
        return None
    plain = overlay_km2(record, snapshot)
    ours = np.stack([record.areas[index][:, s.grounds].sum(axis=1) for s in MEASURED], axis=1)
    return ours - plain


def _index(record: Coverage, reader: str, observed: datetime) -> int | None:
    for index, info in enumerate(record.snapshots):
        if info.reader == reader and info.observed == observed:
            return index
    return None


def overlay_km2(record: Coverage, snapshot: Snapshot) -> NDArray[np.float64]:
    """Areas of a snapshot by plain overlay with each oblast's polygon; shape (oblasts, 3), km2."""
    taken: BaseGeometry = shapely.MultiPolygon()
    whole: dict[Ground, BaseGeometry] = dict.fromkeys(PRECEDENCE, taken)
    for ground in PRECEDENCE:
        if not len(snapshot.layers.get(ground, ())):
            continue
        drawn = shapely.union_all(snapshot.layers[ground])
        whole[ground] = shapely.difference(drawn, taken)
        taken = shapely.union(taken, drawn)
    frames = np.array([o.polygon for o in record.oblasts], dtype=object)
    return np.stack(
        [
            sum(areas_km2(shapely.intersection(frames, whole[g])) for g in status.grounds)
            for status in MEASURED
        ],
        axis=1,
    )
