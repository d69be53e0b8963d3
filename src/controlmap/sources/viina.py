"""VIINA 2.0: the holder of each populated place by day, in yearly CSVs, four opinions side by side.

Columns `geonameid, date, status_wiki, status_boost, status_dsm, status_isw, status`; the values are
RU, UA and CONTESTED. Places are those of `controlmap.places` (GeoNames, four oblasts); the others
in the file are passed over. As areas they are the Voronoi cells of the places, each clipped to its
oblast: ground that is nearest to a place is given its holder, which is an approximation, and is
called one. A year is read in pieces and never held whole.
"""

from __future__ import annotations

import hashlib
import io
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

from controlmap import geodesy, limits, oblasts, places
from controlmap.geodesy import array_of
from controlmap.model import Ground, InputError, Polygons, Snapshot, Status
from controlmap.places import Place
from controlmap.sources import packed

OPINIONS = {
    "viina": "status",
    "viina_wiki": "status_wiki",
    "viina_boost": "status_boost",
    "viina_dsm": "status_dsm",
    "viina_isw": "status_isw",
}
"""Readers to columns: VIINA's own conclusion, and the four opinions beside it."""
REPORTS = frozenset({Status.RUSSIAN_HELD, Status.CONTESTED})
HOLDERS = {"RU": Ground.OCCUPIED, "CONTESTED": Ground.CONTESTED, "UA": Ground.REST}
APPROXIMATE = "areas are Voronoi cells of places, an approximation"
_HEADER = b"geonameid,date,"
_UNKNOWN = -1
_BLOCK = 2**22


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
    if not packed.is_zip(data):
        return _plain_head(data).startswith(_HEADER)
    inside = packed.names_in(data, name)
    if len(inside) != 1 or not inside[0].casefold().endswith(".csv"):
        return False
    with packed.only_member(data, name, ".csv") as (opened, _):
        return _plain_head(opened.read(len(_HEADER) + 32)).startswith(_HEADER)


def _plain_head(data: bytes) -> bytes:
    return data[:64].removeprefix(b"\xef\xbb\xbf").replace(b'"', b"").replace(b" ", b"")


def parse(data: bytes, name: str) -> Year:
    """A year's file; rows of other places than the four oblasts' are passed over.

    Raises
    ------
    InputError
        Where it is not such a CSV, has other values, or is beyond a limit.
    """
    if packed.is_zip(data):
        with packed.only_member(data, name, ".csv") as (opened, inside):
            return _parsed(opened, inside, hashlib.sha256(data).hexdigest())
    return _parsed(io.BytesIO(data), name, hashlib.sha256(data).hexdigest())


def _parsed(opened: IO[bytes], name: str, sha256: str) -> Year:
    numbers = np.array([p.geonameid for p in places.load()], dtype=np.int64)
    try:
        kept = pa.concat_tables(_pieces(opened, name, pa.array(numbers)))
    except pa.ArrowException as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{name}: is not VIINA's CSV, or is cut off ({reason})") from error
    if not kept.num_rows:
        raise InputError(f"{name}: has no place of the four oblasts")
    day, days = _days(kept.column("date"), name)
    place = np.searchsorted(order := np.sort(numbers), kept.column("geonameid").to_numpy())
    holder = {}
    for column in OPINIONS.values():
        table = np.full((len(days), len(order)), _UNKNOWN, dtype=np.int8)
        table[day, place] = _holders(kept.column(column), f"{name}: {column}")
        holder[column] = table
    return Year(name, sha256, days, order, holder)


def _pieces(opened: IO[bytes], name: str, wanted: pa.Array) -> Iterator[pa.Table]:
    columns = ["geonameid", "date", *OPINIONS.values()]
    types = {"geonameid": pa.int64(), **dict.fromkeys(columns[1:], pa.string())}
    reader = pyarrow.csv.open_csv(
        _Counted(opened, name),
        read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK, use_threads=False),
        convert_options=pyarrow.csv.ConvertOptions(column_types=types, include_columns=columns),
    )
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        if rows > limits.CSV_ROWS:
            raise InputError(f"{name}: has more than {limits.CSV_ROWS:,} rows, the limit")
        own = pc.is_in(batch.column("geonameid"), value_set=wanted)
        yield pa.Table.from_batches([batch.filter(own)])


class _Counted(io.RawIOBase):
    """A stream that ends with an InputError where it gives more than the limit."""

    def __init__(self, opened: IO[bytes], name: str) -> None:
        self._opened, self._name = opened, name
        self._left = limits.CSV_MB * 2**20

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._opened.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise InputError(f"{self._name}: unpacks to more than the limit of {limits.CSV_MB} MB")
        buffer[: len(data)] = data
        return len(data)


def _days(column: pa.ChunkedArray, name: str) -> tuple[NDArray[np.int64], tuple[date, ...]]:
    """For each row the number of its day, and the days in order; hyphens may stand or not."""
    packed_days = column.combine_chunks().dictionary_encode()
    try:
        told = [
            datetime.strptime((text or "").replace("-", ""), "%Y%m%d").replace(tzinfo=UTC).date()
            for text in packed_days.dictionary.to_pylist()
        ]
    except ValueError as error:
        raise InputError(f"{name}: has a date that is not YYYYMMDD or YYYY-MM-DD") from error
    days = tuple(sorted(set(told)))
    number = np.array([days.index(day) for day in told], dtype=np.int64)
    return number[packed_days.indices.to_numpy(zero_copy_only=False)], days


def _holders(column: pa.ChunkedArray, where: str) -> NDArray[np.int8]:
    packed_values = column.combine_chunks().dictionary_encode()
    values = [(text or "").strip().upper() for text in packed_values.dictionary.to_pylist()]
    for value in values:
        if value not in HOLDERS and value not in ("", "NA"):
            raise InputError(
                f"{where}: {value[:40]!r} is no holder; allowed: {', '.join(HOLDERS)} or nothing"
            )
    number = np.array([HOLDERS.get(v, _UNKNOWN) for v in values] or [_UNKNOWN], dtype=np.int8)
    indices = packed_values.indices.fill_null(0).to_numpy(zero_copy_only=False)
    told = number[indices]
    told[column.combine_chunks().is_null().to_numpy(zero_copy_only=False)] = _UNKNOWN
    return np.asarray(told, dtype=np.int8)


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
        reader=reader,
        name=year.name,
        observed=datetime(day.year, day.month, day.day, tzinfo=UTC),
        retrieved=None,
        sha256=hashlib.sha256(f"{year.sha256} {day}".encode()).hexdigest(),
        reports=REPORTS,
        layers={
            ground: array_of(
                part for cell in cells()[holder == ground] for part in geodesy.polygons_of(cell)
            )
            for ground in (Ground.OCCUPIED, Ground.CONTESTED)
        },
        warnings=tuple(warnings),
    )
