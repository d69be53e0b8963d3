"""VIINA 2.0: the holder of each populated place by day, in yearly CSVs, four opinions side by side.

Columns `geonameid, date, status_wiki, status_boost, status_dsm, status_isw, status`; the values are
RU, UA and CONTESTED. Places are those of `geo.places` (GeoNames, four oblasts); the others in the
file are passed over. As areas they are the Voronoi cells of the places, each clipped to its oblast:
ground that is nearest to a place is given its holder, which is an approximation, and is called one.
A year is read in pieces and never held whole.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely
from numpy.typing import NDArray

from controlmap.core import limits
from controlmap.core.model import Ground, InputError, Polygons, Snapshot, SnapshotInfo, Status
from controlmap.geo import geodesy, oblasts, places
from controlmap.geo.geodesy import array_of
from controlmap.geo.places import Place
from controlmap.sources import containers

OPINIONS = {
    "viina": "status",
    "viina_wiki": "status_wiki",
    "viina_boost": "status_boost",
    "viina_dsm": "status_dsm",
    "viina_isw": "status_isw",
}
"""Readers to columns: VIINA's own conclusion, and the four opinions beside it."""
REPORTS = frozenset({Status.RUSSIAN_HELD, Status.CONTESTED})
HOLDERS = {"RU": Ground.OCCUPIED, "CONTESTED": Ground.CONTESTED, "UA": Ground.UNMARKED}
APPROXIMATE = "areas are Voronoi cells of places, an approximation"
_HEADER = b"geonameid,date,"
_UNKNOWN = -1
_DATE = re.compile(r"\d{4}(-?)\d\d\1\d\d", re.ASCII)
_BLOCK = 2**20


@dataclass(frozen=True)
class Year:
    """A file's places in the four oblasts.

    Attributes
    ----------
    days
        In order.
    place
        GeoNames numbers, those of `cells`; shape (places,).
    holder
        By column, of shape (days, places): the number of the `Ground`, -1 where it is not told.
    """

    name: str
    sha256: str
    days: tuple[date, ...]
    place: NDArray[np.int64]
    holder: dict[str, NDArray[np.int8]]

    def index(self, day: date | None) -> int:
        """The number of a day, of the last one for None; an InputError tells the span."""
        if day is None:
            return len(self.days) - 1
        if day not in self.days:
            raise InputError(
                f"{self.name}: has no {day}; it is of {self.days[0]} to {self.days[-1]}"
            )
        return self.days.index(day)


def recognises(data: bytes, name: str) -> bool:
    """Whether bytes, zipped or not, are such a file."""
    if not containers.is_zip(data):
        return _plain_head(data).startswith(_HEADER)
    inside = containers.names_in(data, name)
    if len(inside) != 1 or not inside[0].casefold().endswith(".csv"):
        return False
    with containers.only_member(data, name, ".csv") as (opened, _):
        return _plain_head(opened.read(len(_HEADER) + 32)).startswith(_HEADER)


def _plain_head(data: bytes) -> bytes:
    return data[:64].removeprefix(b"\xef\xbb\xbf").replace(b'"', b"").replace(b" ", b"")


def parse(data: bytes, name: str, most_mb: int | None = None) -> Year:
    """A year's file; rows of other places than the four oblasts' are passed over.

    It unpacks to at most `most_mb`, `limits.CSV_MB` for None.

    Raises
    ------
    InputError
        Where it is not such a CSV, has other values, tells of a place on a day in two ways, or is
        beyond a limit.
    """
    sha256, most_mb = hashlib.sha256(data).hexdigest(), most_mb or limits.CSV_MB
    if containers.is_zip(data):
        with containers.only_member(data, name, ".csv") as (opened, inside):
            return _parsed(_Counted(opened, inside, most_mb), inside, sha256)
    return _parsed(_Counted(io.BytesIO(data), name, most_mb), name, sha256)


def _parsed(opened: io.RawIOBase, name: str, sha256: str) -> Year:
    order = np.array(sorted(p.geonameid for p in places.load()), dtype=np.int64)
    table = _Table(name, order)
    try:
        for batch in _pieces(opened, name, pa.array(order)):
            table.add(batch)
    except pa.ArrowException as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{name}: is not VIINA's CSV, or is cut off ({reason})") from error
    if not table.days:
        raise InputError(f"{name}: has no place of the four oblasts")
    days = tuple(sorted(table.days))
    told = table.told[[table.days[day] for day in days]]
    holder = {column: told[..., i].copy() for i, column in enumerate(OPINIONS.values())}
    return Year(name, sha256, days, order, holder)


class _Table:
    """What a file has told so far, of shape (days, places, opinions); days as they came."""

    def __init__(self, name: str, order: NDArray[np.int64]) -> None:
        self._name, self._order = name, order
        self.days: dict[date, int] = {}
        self.told = np.empty((0, len(order), len(OPINIONS)), dtype=np.int8)
        self._seen = np.empty((0, len(order)), dtype=bool)

    def add(self, batch: pa.RecordBatch) -> None:
        """More rows; an InputError for a place that is told of twice on a day, and not alike."""
        day = self._numbers(batch.column("date"))
        more = len(self.days) - len(self.told)
        if more:
            self.told = np.pad(self.told, ((0, more), (0, 0), (0, 0)), constant_values=_UNKNOWN)
            self._seen = np.pad(self._seen, ((0, more), (0, 0)))
        place = np.searchsorted(self._order, batch.column("geonameid").to_numpy())
        told = np.column_stack(
            [_holders(batch.column(c), f"{self._name}: {c}") for c in OPINIONS.values()]
        )
        unlike = self._seen[day, place] & (self.told[day, place] != told).any(axis=1)
        self.told[day, place], self._seen[day, place] = told, True
        unlike |= (self.told[day, place] != told).any(axis=1)
        if unlike.any():
            row = int(unlike.argmax())
            raise InputError(
                f"{self._name}: tells of place {self._order[place[row]]} on "
                f"{list(self.days)[day[row]]} in two ways; one is expected"
            )

    def _numbers(self, column: pa.Array) -> NDArray[np.int64]:
        """The number of each row's day; hyphens may stand or not."""
        encoded = column.fill_null("").dictionary_encode()
        numbers = []
        for text in encoded.dictionary.to_pylist():
            if _DATE.fullmatch(text) is None:
                raise InputError(_no_date(self._name))
            try:
                day = datetime.strptime(text.replace("-", ""), "%Y%m%d").replace(tzinfo=UTC).date()
            except ValueError as error:
                raise InputError(_no_date(self._name)) from error
            numbers.append(self.days.setdefault(day, len(self.days)))
        if len(self.days) > limits.CSV_DAYS:
            raise InputError(f"{self._name}: has more than {limits.CSV_DAYS:,} days, the limit")
        number = np.array(numbers, dtype=np.int64)
        return np.asarray(number[encoded.indices.to_numpy()])


def _pieces(opened: io.RawIOBase, name: str, wanted: pa.Array) -> Iterator[pa.RecordBatch]:
    columns = ["geonameid", "date", *OPINIONS.values()]
    types = {"geonameid": pa.int64(), **dict.fromkeys(columns[1:], pa.string())}
    reader = pyarrow.csv.open_csv(
        opened,
        read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK, use_threads=False),
        convert_options=pyarrow.csv.ConvertOptions(column_types=types, include_columns=columns),
    )
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        if rows > limits.CSV_ROWS:
            raise InputError(f"{name}: has more than {limits.CSV_ROWS:,} rows, the limit")
        yield batch.filter(pc.is_in(batch.column("geonameid"), value_set=wanted))


class _Counted(io.RawIOBase):
    """A stream that ends with an InputError where it gives more than the limit."""

    def __init__(self, opened: IO[bytes], name: str, most_mb: int) -> None:
        self._opened, self._name, self._most_mb = opened, name, most_mb
        self._left = most_mb * 2**20

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._opened.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise InputError(f"{self._name}: unpacks to more than the limit of {self._most_mb} MB")
        buffer[: len(data)] = data
        return len(data)


def _no_date(name: str) -> str:
    return f"{name}: has a date that is not YYYYMMDD or YYYY-MM-DD"


def _holders(column: pa.Array, where: str) -> NDArray[np.int8]:
    """The number of the `Ground` of each row, -1 where it is not told."""
    encoded = column.fill_null("").dictionary_encode()
    values = [text.strip().upper() for text in encoded.dictionary.to_pylist()]
    for value in values:
        if value not in HOLDERS and value not in ("", "NA"):
            raise InputError(
                f"{where}: {value[:40]!r} is no holder; allowed: {', '.join(HOLDERS)} or nothing"
            )
    number = np.array([HOLDERS.get(v, _UNKNOWN) for v in values], dtype=np.int8)
    return np.asarray(number[encoded.indices.to_numpy()])


@lru_cache(maxsize=1)
def cells() -> Polygons:
    """The Voronoi cell of each place in its oblast, by rising GeoNames number; lon, lat.

    Nearest is meant in `geodesy.EQUAL_AREA`; a cell whose oblast cuts it is a MultiPolygon.
    """
    known = sorted(places.load(), key=lambda p: p.geonameid)
    out = np.full(len(known), None, dtype=object)
    for oblast in oblasts.load():
        own = [i for i, p in enumerate(known) if p.iso == oblast.iso]
        points = geodesy.to_equal_area(
            array_of(shapely.Point(known[i].lon, known[i].lat) for i in own)
        )
        frame = geodesy.to_equal_area(oblast.polygon)
        drawn = shapely.voronoi_polygons(
            shapely.multipoints(points), extend_to=shapely.box(*frame.bounds), ordered=True
        )
        out[own] = geodesy.to_lonlat(shapely.intersection(shapely.get_parts(drawn), frame))
    return out


def counts(year: Year, day: date | None) -> dict[str, tuple[int, int, int, int]]:
    """The opinions of a day side by side: places by `HOLDERS` in their order, and not told of.

    By reader; the last day for None.
    """
    told = {reader: year.holder[column][year.index(day)] for reader, column in OPINIONS.items()}
    kinds = (*HOLDERS.values(), _UNKNOWN)
    return {
        reader: tuple(int((holder == kind).sum()) for kind in kinds)  # type: ignore[misc]
        for reader, holder in told.items()
    }


def placed(year: Year, reader: str, day: date) -> list[tuple[Place, Ground]]:
    """The places that an opinion tells of on a day, each with its holder."""
    known = {p.geonameid: p for p in places.load()}
    told = zip(year.place.tolist(), year.holder[OPINIONS[reader]][year.index(day)], strict=True)
    return [(known[number], Ground(holder)) for number, holder in told if holder != _UNKNOWN]


def read(year: Year, reader: str, day: date | None) -> Snapshot:
    """A day of a year as areas, by one opinion; the last day for None."""
    return _snapshot(year, reader, year.index(day))


def read_all(year: Year, reader: str) -> Iterator[Snapshot]:
    """Every day of a year as areas, by one opinion."""
    for index in range(len(year.days)):
        yield _snapshot(year, reader, index)


def _snapshot(year: Year, reader: str, index: int) -> Snapshot:
    holder = year.holder[OPINIONS[reader]][index]
    day = year.days[index]
    unknown = int((holder == _UNKNOWN).sum())
    warnings = [f"{year.name}: {APPROXIMATE}"]
    if unknown == len(holder):
        raise InputError(f"{year.name}: {OPINIONS[reader]} tells nothing of {day}")
    if unknown:
        warnings.append(f"{year.name}: {unknown} of {len(holder)} places are not told of on {day}")
    return Snapshot(
        SnapshotInfo(
            reader=reader,
            name=year.name,
            observed=datetime(day.year, day.month, day.day, tzinfo=UTC),
            retrieved=None,
            sha256=hashlib.sha256(f"{year.sha256} {day}".encode()).hexdigest(),
            reports=REPORTS,
            warnings=tuple(warnings),
        ),
        {
            ground: array_of(
                part for cell in cells()[holder == ground] for part in geodesy.polygons_of(cell)
            )
            for ground in (Ground.OCCUPIED, Ground.CONTESTED)
        },
    )
