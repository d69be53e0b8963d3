"""`make bench`: what controlmap costs in time and memory, beside its budgets; one readable table.

Nothing here is a test: a missed budget is shown as OVER, and the exit code stays 0. Figures are
medians of repeats with their spread. Rivals run in the same process on the same files; what one
thread computes is compared in its processor time, so that others on the machine favour neither. A
busy machine shows in the load average at the end of each row.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import page
import reading
import shapely
from rival import Rival

from controlmap.analysis import changes, figures, place_history
from controlmap.core import geoparquet
from controlmap.core.model import Status
from controlmap.draw import face_record, map_layers, maps
from controlmap.geo import places
from controlmap.geo.oblasts import Basis
from controlmap.record import archive, builder, coverage, inputs
from controlmap.record.coverage import Coverage
from controlmap.record.inputs import Member

SOURCE = "deepstate"
MAP = "deepstate_api"
"""The folder of the map's snapshots, beside that of the daily files."""
LIBRARIES = ("numpy", "shapely", "geopandas", "pyproj", "pyarrow", "streamlit", "streamlit-folium")
SAMPLE = 30
EVERY_DAYS = 15

_LOAD = """
import time
from controlmap.core import geoparquet
from controlmap.record import archive
start, used = time.perf_counter(), time.process_time()
archive.load(geoparquet.geodata("deepstate.parquet"))
print(time.perf_counter() - start, time.process_time() - used)
"""


@dataclass
class Table:
    """The table, printed row by row as it is measured."""

    missed: list[str] = field(default_factory=list)

    def row(self, what: str, measured: str, budget: str = "", ok: bool | None = None) -> None:
        """Print a row; `ok` is None where there is no budget."""
        verdict = {None: "", True: "ok", False: "OVER"}[ok]
        print(f"{what:<58} {measured:<42} {budget:<16} {verdict:<4}{_load():>5}", flush=True)
        if ok is False:
            self.missed.append(what)

    def most(self, what: str, values: Sequence[float], unit: str, limit: float) -> None:
        """Print the median of repeats, with their range, that is to be at most `limit`."""
        middle = statistics.median(values)
        self.row(what, spread(values, unit), f"at most {limit:g} {unit}", middle <= limit)

    def least(self, what: str, ratio: float, limit: float) -> None:
        """Print a ratio that is to be at least `limit`."""
        self.row(what, f"{ratio:,.1f}x", f"at least {limit:,g}x", ratio >= limit)

    def told(self, what: str, values: Sequence[float], unit: str) -> None:
        """Print what has no budget."""
        self.row(what, spread(values, unit))


def spread(values: Sequence[float], unit: str) -> str:
    """Median, and in brackets the range and the number of repeats."""
    middle = f"{statistics.median(values):,.3g} {unit}"
    if statistics.median(values) >= 1000:
        middle = f"{statistics.median(values):,.0f} {unit}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.3g} to {max(values):.3g}, n={len(values)})"


def seconds(
    action: Callable[[], object],
    repeats: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Seconds that an action took, each time, by the clock on the wall or another."""
    out = []
    for _ in range(repeats):
        start = clock()
        action()
        out.append(clock() - start)
    return out


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


@dataclass(frozen=True)
class Setting:
    """What is measured against what: the source's daily files, and the embedded record."""

    daily: Path
    whole: bool

    @property
    def present(self) -> bool:
        """Whether the source's files are there; a clone does not have them."""
        return self.daily.is_dir()

    @cached_property
    def embedded(self) -> Coverage:
        """The record that comes with controlmap."""
        return archive.load(geoparquet.geodata(f"{SOURCE}.parquet")).coverage

    @cached_property
    def members(self) -> list[Member]:
        """The daily files, unpacked."""
        return list(inputs.members([self.daily]))

    def build(self, files: int | None = None) -> Coverage:
        """The record of the first so many daily files, or of all: read, node, classify."""
        snapshots = builder.Intake(SOURCE, _quiet).snapshots([self.daily])
        return coverage.build(SOURCE, itertools.islice(snapshots, files))

    def build_twice(self) -> Coverage:
        """The record of all daily files, and of as many of the map's snapshots."""
        folders = [self.daily, self.daily.parent / MAP]
        snapshots = builder.Intake(SOURCE, _quiet).snapshots(folders)
        return coverage.build(SOURCE, itertools.islice(snapshots, 2 * len(self.members)))

    @cached_property
    def built(self) -> tuple[Coverage, float]:
        """The record of all daily files, and the processor seconds that building it took."""
        start = time.process_time()
        record = self.build()
        return record, time.process_time() - start

    @cached_property
    def rival(self) -> Rival:
        """Overlay and area of a sample of the daily files, or of all."""
        count = len(self.members) if self.whole else min(SAMPLE, len(self.members))
        chosen = np.linspace(0, len(self.members) - 1, count).round().astype(int).tolist()
        Rival.run(self.members[:1], [0])  # what the first file alone pays: imports, projections
        return Rival.run([self.members[i] for i in chosen], chosen)


def _quiet(_: str) -> None:
    """No progress."""


def building_and_rival(table: Table, setting: Setting) -> None:
    """Build the record of the daily files, against overlay and area file by file."""
    if not setting.present:
        table.row("build, and areas against overlay", f"not measured: no {setting.daily}")
        return
    count = len(setting.members)
    seconds(partial(setting.build, 2))  # what the first build alone pays: imports, the oblasts
    half_s = seconds(partial(setting.build, count // 2), clock=time.process_time)[0]
    record, first_s = setting.built
    rival = setting.rival
    # Before and after what it is held against: the machine's pace changes with its load.
    again_s = seconds(setting.build, 2, time.process_time)
    whole = [first_s, *again_s]
    whole_s = statistics.median(whole)
    twice_s = seconds(setting.build_twice, clock=time.process_time)[0]
    rival_s = rival.scaled(count, reading=True)
    measured = len(rival.numbers)
    how = "all measured" if measured == count else f"{measured} measured, scaled to {count}"
    table.told(f"build of {count // 2} daily files, reading included", [half_s], "s CPU")
    table.told(f"build of {count} daily files, reading included", whole, "s CPU")
    table.told(f"build of these and {count} of the map's snapshots", [twice_s], "s CPU")
    growth = f"{whole_s / half_s:.2f}x, then {twice_s / whole_s:.2f}x"
    table.row("  cost of twice the files, and of twice again", growth)
    each = [1000 * (r + o) for r, o in zip(rival.read_s, rival.overlay_s, strict=True)]
    table.told("  rival: read, geopandas.overlay and area, a file", each, "ms CPU")
    table.row(f"  rival: {count} files", f"{rival_s:.0f} s CPU ({how})")
    table.row("  largest difference between the two, an oblast and day", apart(record, rival))
    table.least("build is faster than the rival", rival_s / whole_s, 10)


def extending(table: Table, setting: Setting) -> None:
    """Extend a record of all files but the last day's by that one: read, node, measure, write."""
    if not setting.present:
        table.row("extend", f"not measured: no {setting.daily}")
        return
    *most, last = setting.members
    _extending(table, "daily files", most, last, None)
    of_the_map = setting.daily.parent / MAP
    if of_the_map.is_dir():
        _extending(table, "files of both kinds", [of_the_map, *most], last, 5)


def _extending(
    table: Table, what: str, most: Sequence[Path | Member], last: Member, limit: float | None
) -> None:
    clock = time.process_time
    with tempfile.TemporaryDirectory() as folder:
        record, grown = Path(folder) / "record", Path(folder) / "grown"
        build_s = seconds(partial(_build_of, most, record), clock=clock)[0]
        extend = partial(builder.extend_file, record, [last], grown, _quiet)
        extend_s = seconds(extend, 5, clock)
    table.told(f"build and write the {what} but the last", [build_s], "s CPU")
    table.told("  extend by the last day, and write", extend_s, "s CPU")
    percent = [100 * value / build_s for value in extend_s]
    if limit is None:
        table.told("  of a build", percent, "%")
    else:
        table.most("  of a build", percent, "%", limit)


def _build_of(files: Sequence[Path | Member], output: Path) -> None:
    """Build and write a record."""
    builder.build_file(SOURCE, files, output, None, _quiet)


def two_dates(table: Table, setting: Setting) -> None:
    """What changed between two days: areas by oblast, and the faces."""
    record = setting.embedded
    last = record.known(record.span[1])
    for days in (7, 365, 1500):
        then = record.known(record.span[1] - timedelta(days=days))
        if last is None or then is None:
            continue
        times = seconds(partial(_compare, record, then, last), 15)
        what = f"two-date comparison, {days} days apart: table and faces"
        table.most(what, [1000 * s for s in times], "ms", 50)


def _compare(record: Coverage, start: coverage.DaySnapshot, end: coverage.DaySnapshot) -> None:
    changes.by_oblast(record, start, end)
    figures.changed_faces(record, start, end)


def a_place(table: Table, setting: Setting) -> None:
    """A place's record and distances, each of many places once."""
    record = setting.embedded
    listed = places.load()
    chosen = listed[:: max(len(listed) // 150, 1)]
    first = seconds(partial(place_history.record_of, record, chosen[0].lon, chosen[0].lat))
    table.told("a place's record, the first since the record was loaded", [1000 * first[0]], "ms")
    each = [seconds(partial(place_history.record_of, record, p.lon, p.lat))[0] for p in chosen]
    table.most("a place's record, of places asked for once", [1000 * s for s in each], "ms", 5)


def apart(record: Coverage, rival: Rival) -> str:
    """How far the two are apart in what is Russian-held, so that the race is a fair one."""
    grounds = list(Status.RUSSIAN_HELD.grounds)
    ours = record.areas[rival.numbers][:, :, grounds].sum(axis=2)
    return f"{np.abs(ours - rival.held_km2).max():.3f} km2"


def areas_of_all(table: Table, setting: Setting) -> None:
    """Areas of all dates and oblasts from a loaded record, against overlay."""
    record, measured = setting.embedded, vars(Coverage)["areas"].func  # measured anew each time
    first = seconds(partial(measured, record))
    what = f"areas, {len(record.snapshots)} dates x {len(record.oblasts)} oblasts, embedded record"
    table.told(f"{what}, first", [1000 * s for s in first], "ms")
    table.most(what, [1000 * s for s in seconds(partial(measured, record), 25)], "ms", 5)
    if setting.present:
        anew = partial(measured, setting.built[0])
        ours = statistics.median(seconds(anew, 25, time.process_time))
        theirs = setting.rival.scaled(len(setting.members), reading=False)
        table.told("areas of the daily files' record, full detail", [1000 * ours], "ms CPU")
        table.least("areas are faster than by overlay (reading not counted)", theirs / ours, 1000)


def snapshot_at_a_date(table: Table, setting: Setting) -> None:
    """The faces of a date, and their outlines oblast by oblast."""
    record = setting.embedded
    dates = np.linspace(0, len(record.snapshots) - 1, 25).round().astype(int).tolist()
    select = [1000 * seconds(partial(record.ground, i))[0] for i in dates]
    table.most("snapshot at a date: selection of faces", select, "ms", 20)
    dissolve = [1000 * seconds(partial(outlines, record, i))[0] for i in dates]
    table.told("snapshot at a date: held outline by oblast besides", dissolve, "ms")


def outlines(record: Coverage, index: int) -> None:
    """Select and dissolve what is held in a snapshot."""
    record.dissolved(record.held(index))


def loading(table: Table, _: Setting) -> None:
    """Load the embedded record in fresh processes, imports not counted."""
    command = [sys.executable, "-c", _LOAD]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(5)]
    wall, used = zip(*([1000 * float(v) for v in r.stdout.split()] for r in runs), strict=True)
    table.most("load the embedded record, in a fresh process", wall, "ms", 300)
    table.told("  of it processor time", used, "ms CPU")


def payload(table: Table, setting: Setting) -> None:
    """What a date sends to the map, gzipped, and what making it takes."""
    record = setting.embedded
    sizes, times = [], []
    for snapshot in snapshots(record):
        start = time.perf_counter()
        text = maps.payload_json(
            f"{SOURCE} {snapshot.day}", map_layers.day_features(record, snapshot, Basis.POLYGON)
        )
        times.append(1000 * (time.perf_counter() - start))
        sizes.append(len(gzip.compress(text.encode(), 6)) / 1024)
    table.told(f"map's payload, gzipped, every {EVERY_DAYS}th day", sizes, "KB")
    table.most("  the largest", [max(sizes)], "KB", 80)
    table.told("  making it", times, "ms")


def player(table: Table, setting: Setting) -> None:
    """The file that plays the whole embedded record, and what making it takes."""
    times = seconds(lambda: face_record.encode(setting.embedded), 5)
    table.told("player's file of the embedded record: making it", [1000 * t for t in times], "ms")
    size = len(face_record.encode(setting.embedded)) / 1000
    table.most("  its size, gzipped", [size], "KB", 700)


def snapshots(record: Coverage) -> Iterator[coverage.DaySnapshot]:
    """Every fifteenth day of the record, and its last."""
    first, last = record.span
    for days in [*range(0, (last - first).days, EVERY_DAYS), (last - first).days]:
        if (snapshot := record.known(first + timedelta(days=days))) is not None:
            yield snapshot


def dashboard(table: Table, _: Setting) -> None:
    """The page in a headless Chromium, and the server's memory."""
    program = page.chromium()
    if program is None:
        table.row("dashboard", f"not measured: no {', '.join(page.PROGRAMS)}")
        return
    found = page.measure(program)
    table.told("dashboard: start of the server", found.start_s, "s")
    table.told("navigation to first figure, cold (fresh server)", found.figures_cold_s, "s")
    table.most("navigation to first figure, warm (new visitor)", found.figures_warm_s, "s", 1.0)
    table.most("navigation to visible map, cold (fresh server)", found.cold_s, "s", 2.5)
    table.most("navigation to visible map, warm (new visitor)", found.warm_s, "s", 1.4)
    table.told("navigation to visible map, same browser again", found.again_s, "s")
    for since, times in found.change_ms.items():
        table.most(f"date change until repainted, back from {since}", times, "ms", 33)
    for speed, times in found.frame_ms.items():
        table.most(f"play: frame to frame at {speed} days a second", times, "ms", 1000 / 30)
        worst = statistics.quantiles(times, n=20)[-1]
        table.most("  the slowest of twenty (95th percentile)", [worst], "ms", 1000 / 30)
    if found.first_mb:
        table.most("server memory after the first page (RSS)", found.first_mb, "MB", 320)
        table.told("server memory after all these visits (RSS)", [found.last_mb], "MB")


def reading_formats(table: Table, _: Setting) -> None:
    """Each format of a person's own file, against plain geopandas reading; no budget."""
    for name, (mb, ours, plain) in reading.reading(reading.drawn(100_000)).items():
        each = f"{1000 * ours / mb:,.0f} ms CPU/MB, {ours / plain:.1f}x plain geopandas"
        table.row(f"read {name}, {mb:.1f} MB: parsed, repaired, told apart", each)


def sources_on_a_day(table: Table, _: Setting) -> None:
    """Three sources set against each other on a day."""
    sampled, times = reading.agreeing()
    table.told("agreement: sampling three records, once", [sampled], "s")
    table.most("agreement of three sources on a day", [1000 * t for t in times], "ms", 100)


def dropped_file(table: Table, _: Setting) -> None:
    """A file that is dropped on the page of sources."""
    mb, times = reading.upload()
    table.most(f"a file of {mb:.1f} MB read, measured, compared, drawn", times, "s", 2)


PARTS: dict[str, Callable[[Table, Setting], None]] = {
    "build": building_and_rival,
    "extend": extending,
    "areas": areas_of_all,
    "snapshot": snapshot_at_a_date,
    "changes": two_dates,
    "place": a_place,
    "load": loading,
    "payload": payload,
    "player": player,
    "formats": reading_formats,
    "agreement": sources_on_a_day,
    "upload": dropped_file,
    "page": dashboard,
}
"""Every part, by its name on the command line, in the order of the table."""


def machine() -> str:
    """Cores, Python and library versions, and whether others use the machine."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"GEOS {shapely.geos_version_string}, {libraries}; load average {_load()} at the start"
    )


def main() -> None:
    """Measure the parts asked for, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with data/")
    parser.add_argument(
        "--whole", action="store_true", help=f"overlay every file, not a sample of {SAMPLE}"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    asked = parser.parse_args()
    setting = Setting(asked.shared / "data" / "deepstate_daily", asked.whole)
    print(machine())
    table = Table()
    header = f"{'what':<58} {'median (range, repeats)':<42} {'budget':<16} {'':<4}{'load':>5}"
    print(f"{header}\n{'-' * len(header)}")
    for name in asked.only:
        PARTS[name](table, setting)
    print(f"over budget: {', '.join(table.missed).strip() or 'none'}")


if __name__ == "__main__":
    main()
