"""A year of VIINA 2.0 as a Document: the holder of each populated place by day, a CSV.

Columns `geonameid, date, status_wiki, status_boost, status_dsm, status_isw, status`; the values are
RU, UA and CONTESTED. Places are those of `geo.places` (GeoNames, four oblasts); the others in the
file are passed over. It is read in pieces and never held whole.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from controlmap.core import limits
from controlmap.core.model import Ground, InputError
from controlmap.geo import places
from controlmap.sources import containers
from controlmap.sources.document import Document
from controlmap.words.catalog import as_given

OPINIONS = {
    "viina": "status",
    "viina_wiki": "status_wiki",
    "viina_boost": "status_boost",
    "viina_dsm": "status_dsm",
    "viina_isw": "status_isw",
}
"""Readers to columns: VIINA's own conclusion, and the four opinions beside it."""
HOLDERS = {"RU": Ground.OCCUPIED, "CONTESTED": Ground.CONTESTED, "UA": Ground.UNMARKED}
UNKNOWN = -1
"""In the place of a holder: the file does not say who holds it."""
_NO_PLACE = -1
_HEADER = b"geonameid,date,"
_BY_CODE = b"kod,date,"
"""The same by the codes of Ukraine's register (KATOTTH), of whose places nothing is at hand."""
_DATE = re.compile(r"\d{4}(-?)\d\d\1\d\d", re.ASCII)
_BLOCK = 2**20


@dataclass(frozen=True, kw_only=True)
class Year(Document):
    """A file's places in the four oblasts.

    Attributes
    ----------
    days
        In order.
    place
        GeoNames numbers, those of `cells`; shape (places,).
    holder
        By column, of shape (days, places): the number of the `Ground`, or `UNKNOWN`.
    """

    days: tuple[date, ...]
    place: NDArray[np.int64]
    holder: dict[str, NDArray[np.int8]]

    def index(self, day: date | None) -> int:
        """Return the number of a day, of the last one for None; an InputError names the span."""
        if day is None:
            return len(self.days) - 1
        if day not in self.days:
            raise InputError(
                "{name}: has no {day}; it is of {days}",
                self.name,
                day,
                f"{self.days[0]} to {self.days[-1]}",
            )
        return self.days.index(day)


def recognises(data: bytes, name: str) -> bool:
    """Return whether bytes, zipped or not, are such a file."""
    if not containers.is_zip(data):
        return _plain_head(data).startswith((_HEADER, _BY_CODE))
    inside = containers.names_in(data, name)
    if len(inside) != 1 or not inside[0].casefold().endswith(".csv"):
        return False
    with containers.only_member(data, name, ".csv") as (opened, _):
        return _plain_head(opened.read(len(_HEADER) + 32)).startswith((_HEADER, _BY_CODE))


def _plain_head(data: bytes) -> bytes:
    return data[:64].removeprefix(b"\xef\xbb\xbf").replace(b'"', b"").replace(b" ", b"")


def parse(data: bytes, name: str, most_mb: int) -> Year:
    """Return a year's file, which unpacks to at most `most_mb`.

    Rows of other places than the four oblasts' are passed over.

    Raises
    ------
    InputError
        Where it is not such a CSV, has other values, gives a place two holders on a day, or is
        beyond a limit.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if containers.is_zip(data):
        with containers.only_member(data, name, ".csv") as (opened, inside):
            return _parsed(_Counted(opened, inside, most_mb), inside, sha256)
    return _parsed(_Counted(io.BytesIO(data), name, most_mb), name, sha256)


def _parsed(opened: io.RawIOBase, name: str, sha256: str) -> Year:
    order = np.array(sorted(p.geonameid for p in places.load()), dtype=np.int64)
    table = _Table(name, order)
    try:
        for batch in _batches(opened, name, pa.array(order)):
            table.add(batch)
    except pa.ArrowException as error:
        if "'geonameid'" in str(error):
            raise InputError(
                "{name}: has no column geonameid; of VIINA's files the `control_latest` are read. "
                "The `kontrol_latest` say the same by `kod`, and no list of its places is at hand",
                name,
            ) from error
        reason = " ".join(str(error).split())[:120]
        raise InputError("{name}: is not VIINA's CSV, or cut off ({why})", name, reason) from error
    if not table.days:
        raise InputError("{name}: has no place of the four oblasts", name)
    days = tuple(sorted(table.days))
    holders = table.holders[[table.days[day] for day in days]]
    holder = {column: holders[..., i].copy() for i, column in enumerate(OPINIONS.values())}
    return Year(name=name, sha256=sha256, days=days, place=order, holder=holder)


class _Table:
    """The holders read so far, of shape (days, places, opinions); days as they came."""

    def __init__(self, name: str, order: NDArray[np.int64]) -> None:
        self._name, self._order = name, order
        self.days: dict[date, int] = {}
        self.holders = np.empty((0, len(order), len(OPINIONS)), dtype=np.int8)
        self._seen = np.empty((0, len(order)), dtype=bool)

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows; an InputError for a place that has two holders on a day."""
        day = self._numbers(batch.column("date"))
        more = len(self.days) - len(self.holders)
        if more:
            wider = ((0, more), (0, 0), (0, 0))
            self.holders = np.pad(self.holders, wider, constant_values=UNKNOWN)
            self._seen = np.pad(self._seen, ((0, more), (0, 0)))
        place = np.searchsorted(self._order, batch.column("geonameid").to_numpy())
        holders = np.column_stack(
            [_holders(batch.column(c), f"{self._name}: {c}") for c in OPINIONS.values()]
        )
        unlike = self._seen[day, place] & (self.holders[day, place] != holders).any(axis=1)
        self.holders[day, place], self._seen[day, place] = holders, True
        unlike |= (self.holders[day, place] != holders).any(axis=1)
        if unlike.any():
            row = int(unlike.argmax())
            raise InputError(
                "{name}: gives place {number} on {day} two holders",
                self._name,
                self._order[place[row]],
                list(self.days)[day[row]],
            )

    def _numbers(self, column: pa.Array) -> NDArray[np.int64]:
        """Return the number of each row's day; hyphens may stand or not."""
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
            raise InputError("{name}: has more than {most:,} days", self._name, limits.CSV_DAYS)
        number = np.array(numbers, dtype=np.int64)
        return np.asarray(number[encoded.indices.to_numpy()])


def _batches(opened: io.RawIOBase, name: str, wanted: pa.Array) -> Iterator[pa.RecordBatch]:
    columns = ["geonameid", "date", *OPINIONS.values()]
    types = {"geonameid": pa.float64(), **dict.fromkeys(columns[1:], pa.string())}
    reader = pyarrow.csv.open_csv(
        opened,
        read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK, use_threads=False),
        convert_options=pyarrow.csv.ConvertOptions(column_types=types, include_columns=columns),
    )
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        if rows > limits.CSV_ROWS:
            raise InputError("{name}: has more than {most:,} rows", name, limits.CSV_ROWS)
        # Some copies have passed through a table that writes 709717.0.
        whole = batch.set_column(0, "geonameid", _whole(batch.column("geonameid")))
        yield whole.filter(pc.is_in(whole.column("geonameid"), value_set=wanted))


def _whole(numbers: pa.Array) -> pa.Array:
    """Return numbers as integers; those that are none, or none of a place, as -1."""
    values = numbers.fill_null(_NO_PLACE).to_numpy(zero_copy_only=False)
    fits = (np.abs(values) < 2**31) & (values == np.floor(values))
    return pa.array(np.where(fits, values, _NO_PLACE).astype(np.int64))


class _Counted(io.RawIOBase):
    """A stream that ends with an InputError where it gives more than the limit."""

    def __init__(self, opened: IO[bytes], name: str, most_mb: int) -> None:
        self._opened, self._name, self._most = opened, name, most_mb * 2**20
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._opened.read(len(buffer))
        self._size += len(data)
        limits.at_most_bytes(self._size, self._most, self._name)
        buffer[: len(data)] = data
        return len(data)


def _no_date(name: str) -> str:
    return as_given("{name}: has a date that is not YYYYMMDD or YYYY-MM-DD", name)


def _holders(column: pa.Array, where: str) -> NDArray[np.int8]:
    """Return the number of the `Ground` of each row, or `UNKNOWN`."""
    encoded = column.fill_null("").dictionary_encode()
    values = [text.strip().upper() for text in encoded.dictionary.to_pylist()]
    for value in values:
        if value not in HOLDERS and value not in ("", "NA"):
            raise InputError(
                "{where}: {value!r} is no holder; allowed: {listed} or nothing",
                where,
                value[:40],
                ", ".join(HOLDERS),
            )
    number = np.array([HOLDERS.get(v, UNKNOWN) for v in values], dtype=np.int8)
    return np.asarray(number[encoded.indices.to_numpy()])
