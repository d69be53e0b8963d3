"""Building a record out of files, and measuring how far it is from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap import sources
from controlmap.core.model import InputError, Snapshot, SnapshotInfo, Status
from controlmap.record import (
    archive,
    coverage,
    extender,
    generalise,
    overlay,
    plausibility,
    supplement,
)
from controlmap.record.archive import Member, Record
from controlmap.record.coverage import Coverage
from controlmap.record.drawings import Drawings
from controlmap.record.plausibility import KeptOut, Measured
from controlmap.sources.sparse import Texts

Progress = Callable[[str], None]
MEASURED = (Status.RUSSIAN_HELD, Status.CONTESTED, Status.LIBERATED)
_MEASURED_ON_NOTHING: Mapping[str, Any] = {"measured_error_km2": 0.0, "measured_on_snapshots": 0}


def build_file(
    source: str,
    inputs: Iterable[Path | Member],
    output: Path,
    cells_m: int | None,
    progress: Progress,
    *,
    strict: bool = False,
) -> Record:
    """Build a record out of files, folders and archives, and write it with its provenance.

    The error is measured against plain overlays of the first snapshot of every quarter. What
    cannot be read, or cannot be true (`sanity`), is kept out and listed in the provenance.

    Raises
    ------
    InputError
        Where nothing can be read; with `strict`, where anything would be kept out.
    """
    inputs = list(inputs)
    _check_output(output, inputs)
    generalise.check_size(cells_m)
    given = _gathered(source, inputs, progress, strict=strict)
    progress("noding and classifying")
    whole, doubted = believed(
        lambda without: coverage.of_drawings(
            source, given.drawings, readers=given.readers, without=without
        ),
        strict=strict,
    )
    progress("measuring the error")
    figures = _figures(whole, given) | _listed([*given.kept_out, *doubted])
    made = whole if cells_m is None else generalise.generalise(whole, cells_m)
    return _written(made, archive.inputs_of(inputs), figures, output, progress)


@dataclass(frozen=True)
class Extension:
    """An extended record, which snapshots are new in it, and what of the input was kept out."""

    record: Record
    added: tuple[SnapshotInfo, ...]
    kept_out: tuple[KeptOut, ...]


def extend_file(
    path: Path,
    inputs: Iterable[Path | Member],
    output: Path,
    progress: Progress,
    *,
    strict: bool = False,
) -> Extension:
    """Add snapshots, earlier or later ones, to a record at full detail, and write it.

    What cannot be read or be true is kept out as in `build_file`. What was kept out before is not
    forgotten: a snapshot that shows the same is believed; for the earlier one to come in as well,
    its file is to be given again. The error is measured on new snapshots that are the first of a
    reader in a quarter, and the record's own figure stands where it is larger.

    Parameters
    ----------
    path
        The record; it is replaced where `output` is the same.
    inputs
        Files, folders and archives, or files at hand.

    Raises
    ------
    InputError
        Where the record is generalised to cells; else as `build_file`.
    RecordError
        Where the record is damaged.
    """
    inputs = list(inputs)
    _check_output(output, inputs)
    if not path.is_file():
        raise InputError(f"{path}: no such file; --extend takes a record")
    record = archive.load(path)
    extender.check(record.coverage, path.name)
    known = record.coverage
    given = _gathered(known.source, inputs, progress, strict=strict, known=known)
    before = _kept_out_before(record, given)
    progress("noding and classifying")
    whole, doubted = believed(
        lambda without: extender.extend(
            known, given.drawings, readers=given.readers, without=without
        ),
        [kept.measured for kept in before if kept.measured is not None],
        strict=strict,
    )
    progress("measuring the error")
    figures = _figures(whole, given, record) | _listed([*before, *given.kept_out, *doubted])
    listed = [*record.provenance.inputs]
    listed += [told for told in archive.inputs_of(inputs) if told not in listed]
    listed.sort(key=lambda told: str(told["name"]))
    old = {info.key for info in known.snapshots}
    return Extension(
        record=_written(whole, listed, figures, output, progress),
        added=tuple(info for info in whole.snapshots if info.key not in old),
        kept_out=(*given.kept_out, *doubted),
    )


@dataclass(frozen=True)
class _Given:
    """What files tell, and by which readers, in order of precedence.

    Attributes
    ----------
    sample
        The first snapshot in time of every reader and quarter.
    """

    readers: Sequence[str]
    drawings: Drawings
    sample: Sequence[Snapshot]
    kept_out: Sequence[KeptOut]
    completion: supplement.Completion


def _gathered(
    source: str,
    inputs: Iterable[Path | Member],
    progress: Progress,
    *,
    strict: bool,
    known: Coverage | None = None,
) -> _Given:
    """Read files; what leaves ground out is completed, from `known` where that has it."""
    readers = [reader.id for reader in sources.find_source(source).readers]
    drawings, completion = Drawings(), supplement.Completion(known)
    kept_out: list[KeptOut] = []
    sample: dict[tuple[str, int, int], Snapshot] = {}
    read = read_all(source, inputs, progress, None if strict else kept_out)
    for snapshot in completion.of(read):
        first = sample.setdefault(_quarter(snapshot.info), snapshot)
        if snapshot.info.observed < first.info.observed:
            sample[_quarter(snapshot.info)] = snapshot
        drawings.add(snapshot)
    return _Given(readers, drawings, list(sample.values()), kept_out, completion)


def _kept_out_before(record: Record, given: _Given) -> list[KeptOut]:
    """What a record was built without, but for what is given again."""
    names = {info.name for info in given.drawings.infos} | {kept.name for kept in given.kept_out}
    told = map(KeptOut.of_told, record.provenance.figures.get("kept_out", ()))
    return [kept for kept in told if kept.name not in names]


def _figures(made: Coverage, given: _Given, extended: Record | None = None) -> dict[str, Any]:
    """What provenance tells: errors, on what is new and the first of a quarter, and of before."""
    old = {info.key for info in extended.coverage.snapshots} if extended else set()
    known = extended.provenance.figures if extended else _MEASURED_ON_NOTHING
    errors = [
        error
        for snapshot in given.sample
        if snapshot.info.key not in old
        and _is_first_of_its_quarter(made, snapshot)
        and (error := error_km2(made, snapshot)) is not None
    ]
    worst = float(np.max(np.abs(errors), initial=0.0))
    return {
        "measured_error_km2": max(known["measured_error_km2"], round(worst, 3)),
        "measured_on_snapshots": known["measured_on_snapshots"] + len(errors),
        "exact_faces": len(made.face_km2),
        **supplement.summed(known, given.completion.figures),
    }


def _is_first_of_its_quarter(record: Coverage, snapshot: Snapshot) -> bool:
    return not any(
        info.observed < snapshot.info.observed and _quarter(info) == _quarter(snapshot.info)
        for info in record.snapshots
    )


def _quarter(info: SnapshotInfo) -> tuple[str, int, int]:
    when = info.observed
    return info.reader, when.year, (when.month - 1) // 3


Key = tuple[str, float]
"""A snapshot's reader and instant: `SnapshotInfo.key`."""


def believed(
    made_without: Callable[[frozenset[Key]], Coverage],
    evidence: Sequence[Measured] = (),
    *,
    strict: bool,
) -> tuple[Coverage, list[KeptOut]]:
    """The coverage without the snapshots that cannot be true, and these.

    `evidence` is what snapshots outside of it showed. Leaving one out may bring others in.
    """
    doubted: dict[Key, KeptOut] = {}
    while True:
        made = made_without(frozenset(doubted))
        out = [kept.measured for kept in doubted.values() if kept.measured is not None]
        series = [*plausibility.series_of(made), *out, *evidence]
        used = {info.key for info in made.snapshots}
        found = [
            (kept.measured.info.key, kept)
            for kept in plausibility.doubted(series, made.oblasts)
            if kept.measured is not None and kept.measured.info.key in used
        ]
        if not found:
            return made, list(doubted.values())
        if strict:
            raise InputError(_first_of([kept for _, kept in found]))
        doubted.update(found)


def read_all(
    source: str,
    inputs: Iterable[Path | Member],
    progress: Progress,
    kept_out: list[KeptOut] | None = None,
) -> Iterator[Snapshot]:
    """The snapshots in files, folders and archives, all of which must be the source's.

    What cannot be read, or draws more than there can be, is added to `kept_out`.

    Raises
    ------
    InputError
        Where nothing can be read; without `kept_out`, where anything cannot.
    """
    refused: list[InputError] = []

    def keep_out(error: InputError) -> None:
        if kept_out is None:
            raise error
        refused.append(error)
        name, _, why = str(error).partition(": ")
        kept_out.append(KeptOut(name, why))

    read = 0
    each = _read_each(source, inputs, progress, keep_out)
    for snapshot in sources.joined(source, each, keep_out):
        read += 1
        yield snapshot
    if refused and not read:
        more = f" (nor can the other {len(refused) - 1} files be read)" if refused[1:] else ""
        raise InputError(f"{refused[0]}{more}")


def _read_each(
    source: str,
    inputs: Iterable[Path | Member],
    progress: Progress,
    keep_out: Callable[[InputError], None],
) -> Iterator[Snapshot]:
    texts = Texts()
    for number, member in enumerate(archive.members(inputs), start=1):
        progress(f"{number} files read, {member.name}")
        try:
            for snapshot in sources.read_all(member.data, member.name, texts):
                _check(source, member, snapshot)
                yield _dated(snapshot, member)
        except InputError as error:
            keep_out(error)


def _check(source: str, member: Member, snapshot: Snapshot) -> None:
    if sources.source_of(snapshot.info.reader).id != source:
        raise InputError(f"{member.name}: is read by {snapshot.info.reader}, not a {source} file")
    if why := plausibility.impossible(snapshot):
        raise InputError(f"{member.name}: {why}")


def _dated(snapshot: Snapshot, member: Member) -> Snapshot:
    """The snapshot with the instant at which its file was retrieved, where that is known."""
    if member.retrieved is None:
        return snapshot
    return replace(snapshot, info=replace(snapshot.info, retrieved=member.retrieved))


def _first_of(kept_out: Sequence[KeptOut]) -> str:
    more = f" (and {len(kept_out) - 1} more)" if len(kept_out) > 1 else ""
    return f"{kept_out[0].name}: {kept_out[0].why}{more}; --strict allows none"


def _listed(kept_out: Sequence[KeptOut]) -> dict[str, Any]:
    """What is kept out, as provenance lists it; nothing where nothing is."""
    listed = sorted((kept.told() for kept in kept_out), key=lambda told: told["name"])
    return {"kept_out": listed} if listed else {}


def _check_output(output: Path, inputs: Iterable[Path | Member]) -> None:
    if output.is_dir():
        raise InputError(f"{output}: is a folder; the output is a file")
    if not output.parent.is_dir():
        raise InputError(f"{output}: there is no folder {output.parent}")
    read = archive.files(i for i in inputs if isinstance(i, Path))
    if output.exists() and any(output.samefile(p) for p in read):
        raise InputError(f"{output}: is one of the inputs; write to another file")


def _written(
    made: Coverage,
    inputs: Iterable[Mapping[str, Any]],
    figures: dict[str, Any],
    output: Path,
    progress: Progress,
) -> Record:
    thin = shapely.is_missing(made.face_geometry)
    figures |= {
        "faces_without_geometry": int(thin.sum()),
        "faces_without_geometry_km2": round(float(made.face_km2[thin].sum()), 3),
    }
    provenance = archive.provenance_of(made, inputs, figures)
    progress("writing")
    archive.save(output, made, provenance)
    return Record(made, provenance, output)


def of_one(snapshot: Snapshot) -> tuple[Coverage, str]:
    """One state as a record of its own, completed where it leaves ground out, and what was done."""
    completion = supplement.Completion()
    (whole,) = completion.of([snapshot])
    return overlay.of(sources.source_of(snapshot.info.reader).id, whole), completion.told


def error_km2(record: Coverage, snapshot: Snapshot) -> NDArray[np.float64] | None:
    """The record's areas less those of a plain overlay of the snapshot, in km2.

    Shape (oblasts, 3): Russian-held, contested, liberated; geodesic on WGS84. None where the
    record does not use the snapshot.
    """
    index = _index(record, snapshot.info.reader, snapshot.info.observed)
    if index is None:
        return None
    plain = overlay_km2(record, snapshot)
    ours = np.stack([record.status_km2(s, index) for s in MEASURED], axis=1)
    return ours - plain


def _index(record: Coverage, reader: str, observed: datetime) -> int | None:
    for index, info in enumerate(record.snapshots):
        if info.reader == reader and info.observed == observed:
            return index
    return None


def overlay_km2(record: Coverage, snapshot: Snapshot) -> NDArray[np.float64]:
    """Areas of a snapshot by plain overlay (`state`); shape (oblasts, 3), km2."""
    km2 = overlay.ground_km2(snapshot, record.oblasts)
    return np.stack([km2[:, status.grounds].sum(axis=1) for status in MEASURED], axis=1)
