"""Building a record out of files, and measuring how far it is from them.

A file's way: a member is read (`Intake`), its snapshot completed and added to the drawings; these
become a coverage, without what cannot be true (`_plausible`), which is measured and written.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from controlmap import sources
from controlmap.core import isolated
from controlmap.core.model import InputError, Snapshot, SnapshotInfo, Status
from controlmap.record import (
    archive,
    coverage,
    extender,
    generalise,
    inputs,
    overlay,
    plausibility,
    revisions,
    supplement,
)
from controlmap.record.archive import Record
from controlmap.record.coverage import Coverage
from controlmap.record.drawings import Drawings
from controlmap.record.inputs import Member
from controlmap.record.plausibility import KeptOut, Measured
from controlmap.record.revisions import Revision
from controlmap.sources.polygons import Memo
from controlmap.words.catalog import as_given
from controlmap.words.catalog import gettext as _

Notify = Callable[[str], None]
"""What is called with a line that says what is being done."""
Key = tuple[str, float]
"""A snapshot's reader and instant: `SnapshotInfo.key`."""
MEASURED = (Status.RUSSIAN_HELD, Status.CONTESTED, Status.LIBERATED)
_MEASURED_ON_NOTHING: Mapping[str, Any] = {"measured_error_km2": 0.0, "measured_on_snapshots": 0}


def build_file(
    source: str,
    paths: Iterable[Path | Member],
    output: Path,
    cells_m: int | None,
    progress: Notify,
    *,
    strict: bool = False,
    limited: bool = True,
) -> Record:
    """Build a record out of files, folders and archives, and write it with its provenance.

    The error is measured against plain overlays of the first snapshot of every quarter. What
    cannot be read, or cannot be true (`plausibility`), is kept out and listed in the provenance.
    `limited` has files read within limits, by another process.

    Raises
    ------
    InputError
        Where nothing can be read; with `strict`, where anything would be kept out.
    """
    paths = list(paths)
    _check_output(output, paths)
    generalise.check_size(cells_m)
    intake = Intake(source, progress, strict=strict, limited=limited)
    intake.take(paths)
    progress(_("noding and classifying"))
    whole, implausible = _plausible(
        lambda without: coverage.of_drawings(
            source, intake.drawings, readers=intake.readers, without=without
        ),
        strict=strict,
    )
    progress(_("measuring the error"))
    figures = _figures(whole, intake) | _listed([*intake.kept_out, *implausible])
    built = whole if cells_m is None else generalise.generalise(whole, cells_m)
    return _write(built, inputs.entries(paths), figures, output, progress)


@dataclass(frozen=True)
class Extension:
    """An extended record: its new snapshots, those that changed, what of the input was kept out."""

    record: Record
    added: tuple[SnapshotInfo, ...]
    revised: tuple[Revision, ...]
    kept_out: tuple[KeptOut, ...]


def extend_file(
    path: Path,
    paths: Iterable[Path | Member],
    output: Path,
    progress: Notify,
    *,
    strict: bool = False,
    limited: bool = True,
    revised: Container[Key] = (),
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
    paths
        Files, folders and archives, or files at hand.
    revised
        The keys of snapshots that their source corrected: what the files show takes the place of
        what the record has, and its provenance keeps what that changes.

    Raises
    ------
    InputError
        Where the record is generalised to cells; else as `build_file`.
    RecordError
        Where the record is damaged.
    """
    paths = list(paths)
    _check_output(output, paths)
    if not path.is_file():
        raise InputError("{path}: no such file; --extend takes a record", path)
    record = archive.load(path)
    known = record.coverage
    extender.check(known, path.name)
    intake = Intake(known.source, progress, strict=strict, limited=limited, known=known)
    intake.take(paths)
    before = _kept_out_before(record, intake)
    progress(_("noding and classifying"))
    whole, implausible = _extended(known, intake, before, revised, strict=strict)
    progress(_("measuring the error"))
    figures = _figures(whole, intake, record) | _listed([*before, *intake.kept_out, *implausible])
    changed = revisions.between(known, whole)
    figures |= revisions.listed([*revisions.of(record.provenance), *changed])
    files = [*record.provenance.inputs]
    files += [file for file in inputs.entries(paths) if file not in files]
    files.sort(key=lambda file: str(file["name"]))
    old = {info.key for info in known.snapshots}
    return Extension(
        record=_write(whole, files, figures, output, progress),
        added=tuple(info for info in whole.snapshots if info.key not in old),
        revised=tuple(changed),
        kept_out=(*intake.kept_out, *implausible),
    )


def _extended(
    known: Coverage,
    intake: Intake,
    before: Sequence[KeptOut],
    revised: Container[Key],
    *,
    strict: bool,
) -> tuple[Coverage, list[KeptOut]]:
    """Return a record with what was read, and what cannot be true of that.

    A correction that cannot be true leaves what the record has of its instant.
    """

    def built(refused: Sequence[KeptOut]) -> tuple[Coverage, list[KeptOut]]:
        return _plausible(
            lambda without: extender.extend(
                known, intake.drawings, readers=intake.readers, without=without, revised=revised
            ),
            [kept.measured for kept in (*before, *refused) if kept.measured is not None],
            strict=strict,
        )

    whole, implausible = built(())
    sha256 = {info.key: info.sha256 for info in known.snapshots}
    refused = {
        info.key: kept
        for kept in implausible
        if kept.measured is not None
        and (info := kept.measured.info).sha256 != sha256.get(info.key, info.sha256)
    }
    if not refused:
        return whole, implausible
    intake.drawings.leave_out(refused)
    whole, others = built(tuple(refused.values()))
    return whole, [*refused.values(), *others]


@dataclass
class Intake:
    """Files of a source on their way into a record.

    Attributes
    ----------
    strict
        Whether a file that cannot be read is an error; else it is kept out.
    limited
        Whether files are read within limits, by another process.
    known
        The record that they are for, where there is one: what files leave out is completed from it.
    drawings
        What the files draw.
    sample
        The first snapshot in time of every reader and quarter.
    kept_out
        What cannot be read, or draws more than there can be.
    """

    source: str
    progress: Notify
    strict: bool = True
    limited: bool = True
    known: Coverage | None = None
    drawings: Drawings = field(default_factory=Drawings)
    sample: dict[tuple[str, int, int], Snapshot] = field(default_factory=dict)
    kept_out: list[KeptOut] = field(default_factory=list)
    completion: supplement.Completion = field(init=False)

    def __post_init__(self) -> None:
        self.completion = supplement.Completion(self.known)

    @property
    def readers(self) -> list[str]:
        """The ids of the source's readers, in order of precedence."""
        return [reader.id for reader in sources.find_source(self.source).readers]

    def take(self, paths: Iterable[Path | Member]) -> None:
        """Read files, complete what leaves ground out, and add it all to the drawings.

        Raises
        ------
        InputError
            Where nothing can be read, or two snapshots contradict each other; where `strict`, for
            the first file that cannot be read.
        """
        for snapshot in self.completion.of(self.snapshots(paths)):
            first = self.sample.setdefault(quarter(snapshot.info), snapshot)
            if snapshot.info.observed < first.info.observed:
                self.sample[quarter(snapshot.info)] = snapshot
            self.drawings.add(snapshot)

    def snapshots(self, paths: Iterable[Path | Member]) -> Iterator[Snapshot]:
        """Yield the snapshots in files, folders and archives; the layers of an instant as one."""
        read = 0
        for snapshot in sources.joined(self.source, self._each(paths), self._refuse):
            read += 1
            yield snapshot
        if self.kept_out and not read:
            first, *others = self.kept_out
            more = f" (nor can the other {len(others)} files be read)" if others else ""
            raise InputError(f"{first.name}: {first.why}{more}")

    def _each(self, paths: Iterable[Path | Member]) -> Iterator[Snapshot]:
        for number, member in enumerate(inputs.members(paths), start=1):
            self.progress(as_given("{number} files read, {name}", number, member.name))
            try:
                for snapshot in self._read(member):
                    self._check(member, snapshot)
                    info = snapshot.info
                    if member.retrieved is not None:
                        info = replace(info, retrieved=member.retrieved)
                    yield replace(snapshot, info=info)
            except InputError as error:
                self._refuse(error)

    def _read(self, member: Member) -> list[Snapshot]:
        if self.limited:
            return isolated.call(member.name, _snapshots, member.data, member.name)
        return _snapshots(member.data, member.name)

    def _check(self, member: Member, snapshot: Snapshot) -> None:
        if sources.source_of(snapshot.info.reader).id != self.source:
            raise InputError(
                "{name}: is read by {reader}, not a {source} file",
                member.name,
                snapshot.info.reader,
                self.source,
            )
        if why := plausibility.impossible(snapshot):
            raise InputError(f"{member.name}: {why}")

    def _refuse(self, error: InputError) -> None:
        if self.strict:
            raise error
        name, _, why = str(error).partition(": ")
        self.kept_out.append(KeptOut(name, why))


def _snapshots(data: bytes, name: str) -> list[Snapshot]:
    return list(sources.read_all(data, name, _memo()))


@lru_cache(maxsize=1)
def _memo() -> Memo:
    """Return what the process that reads remembers of the file before."""
    return Memo()


def _kept_out_before(record: Record, intake: Intake) -> list[KeptOut]:
    """Return what a record was built without, but for what is given again."""
    again = {info.name for info in intake.drawings.infos} | {kept.name for kept in intake.kept_out}
    listed = map(KeptOut.from_json, record.provenance.figures.get("kept_out", ()))
    return [kept for kept in listed if kept.name not in again]


def _figures(built: Coverage, intake: Intake, extended: Record | None = None) -> dict[str, Any]:
    """Return the errors, on what is new and the first of a quarter, and those of before."""
    old = {info.key for info in extended.coverage.snapshots} if extended else set()
    known = extended.provenance.figures if extended else _MEASURED_ON_NOTHING
    errors = [
        error
        for snapshot in intake.sample.values()
        if snapshot.info.key not in old
        and _is_first_of_its_quarter(built, snapshot)
        and (error := error_km2(built, snapshot)) is not None
    ]
    worst = float(np.max(np.abs(errors), initial=0.0))
    return {
        "measured_error_km2": max(known["measured_error_km2"], round(worst, 3)),
        "measured_on_snapshots": known["measured_on_snapshots"] + len(errors),
        "exact_faces": len(built.face_km2),
        **supplement.summed(known, intake.completion.figures),
    }


def _is_first_of_its_quarter(record: Coverage, snapshot: Snapshot) -> bool:
    return not any(
        info.observed < snapshot.info.observed and quarter(info) == quarter(snapshot.info)
        for info in record.snapshots
    )


def quarter(info: SnapshotInfo) -> tuple[str, int, int]:
    """Return a snapshot's reader, year and quarter."""
    when = info.observed
    return info.reader, when.year, (when.month - 1) // 3


def _plausible(
    build: Callable[[frozenset[Key]], Coverage],
    evidence: Sequence[Measured] = (),
    *,
    strict: bool,
) -> tuple[Coverage, list[KeptOut]]:
    """Return the coverage without the snapshots that cannot be true, and these.

    `build` takes the keys to leave out; `evidence` is what snapshots outside of the coverage
    showed. Leaving one out may bring others in.
    """
    without: dict[Key, KeptOut] = {}
    while True:
        built = build(frozenset(without))
        out = [kept.measured for kept in without.values() if kept.measured is not None]
        used = {(info.key, info.sha256) for info in built.snapshots}
        more = {
            kept.measured.info.key: kept
            for kept in plausibility.implausible(
                [*plausibility.series_of(built), *out, *evidence], built.oblasts
            )
            if kept.measured is not None
            and (kept.measured.info.key, kept.measured.info.sha256) in used
        }
        if not more:
            return built, list(without.values())
        if strict:
            first, *others = more.values()
            and_more = f" (and {len(others)} more)" if others else ""
            raise InputError(
                "{name}: {why}{and_more}; --strict allows none", first.name, first.why, and_more
            )
        without |= more


def _listed(kept_out: Sequence[KeptOut]) -> dict[str, Any]:
    """Return what is kept out as provenance lists it; nothing where nothing is."""
    listed = sorted((kept.to_json() for kept in kept_out), key=lambda entry: str(entry["name"]))
    return {"kept_out": listed} if listed else {}


def _check_output(output: Path, paths: Iterable[Path | Member]) -> None:
    if output.is_dir():
        raise InputError("{output}: is a folder; the output is a file", output)
    if output.exists() and not output.is_file():
        raise InputError("{path}: is no plain file; the output is one", output)
    if not output.parent.is_dir():
        raise InputError("{output}: there is no folder {parent}", output, output.parent)
    read = inputs.files(path for path in paths if isinstance(path, Path))
    if output.exists() and any(output.samefile(path) for path in read):
        raise InputError("{output}: is one of the inputs; write to another file", output)


def _write(
    built: Coverage,
    files: Iterable[Mapping[str, Any]],
    figures: dict[str, Any],
    output: Path,
    progress: Notify,
) -> Record:
    thin = shapely.is_missing(built.face_geometry)
    figures |= {
        "faces_without_geometry": int(thin.sum()),
        "faces_without_geometry_km2": round(float(built.face_km2[thin].sum()), 3),
    }
    provenance = archive.provenance_of(built, files, figures)
    progress(_("writing"))
    archive.save(output, built, provenance)
    return Record(built, provenance, output)


def of_snapshot(snapshot: Snapshot) -> tuple[Coverage, str]:
    """Return one snapshot as a record, completed where it leaves ground out, and what was done.

    That ground is as the source's own record has it, so that both say the same; a file that is in
    the record is answered by it.
    """
    source = sources.source_of(snapshot.info.reader).id
    known = None
    record = archive.open_beside(source) if snapshot.lacks else None
    if isinstance(record, Record):
        known = record.coverage
        for index, info in enumerate(known.snapshots):
            if info.sha256 == snapshot.info.sha256:
                return known.only([index]), record.provenance.figures.get("completed", "")
    completion = supplement.Completion(known)
    (whole,) = completion.of([snapshot])
    return overlay.of(source, whole), completion.note


def error_km2(record: Coverage, snapshot: Snapshot) -> NDArray[np.float64] | None:
    """Return the record's areas less those of a plain overlay of the snapshot, in km2.

    Shape (oblasts, 3): Russian-held, contested, liberated; geodesic on WGS84. None where the
    record does not use the snapshot.
    """
    key = snapshot.info.key
    index = next((i for i, info in enumerate(record.snapshots) if info.key == key), None)
    if index is None:
        return None
    ours = np.stack([record.status_km2(s, index) for s in MEASURED], axis=1)
    return ours - overlay_km2(record, snapshot)


def overlay_km2(record: Coverage, snapshot: Snapshot) -> NDArray[np.float64]:
    """Return areas of a snapshot by plain overlay (`overlay`), in km2; shape (oblasts, 3)."""
    km2 = overlay.ground_km2(snapshot, record.oblasts)
    return np.stack([km2[:, status.grounds].sum(axis=1) for status in MEASURED], axis=1)
