"""Where sources publish, and what is there: the files of a feed, without their content.

An address is a setting: `CONTROLMAP_ADDRESS_` and the reader's id in capitals, in the environment;
empty, the feed is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import orjson

from controlmap import sources
from controlmap.core.model import InputError
from controlmap.sources import deepstate_daily
from controlmap.update.fetch import Fetched, Fetcher, FetchError, check_address

SETTING = "CONTROLMAP_ADDRESS_"


@dataclass(frozen=True)
class Item:
    """A file that a source has published: its reader, its name, where it is, what instant it is of.

    `observed` is the instant that the reader will find in the file; `updated`, when its source last
    changed it, where an index says so.
    """

    reader: str
    name: str
    address: str
    observed: datetime
    updated: datetime | None = None

    @property
    def key(self) -> tuple[str, float]:
        """What its snapshot will be known by in a record: `SnapshotInfo.key`."""
        return self.reader, self.observed.timestamp()


@dataclass(frozen=True)
class Feed:
    """Where one kind of file of a source is published.

    Attributes
    ----------
    reader
        The id of the reader of its files.
    default
        The address where no setting names another.
    begins
        The first day of which it has a file.
    terms
        Who may fetch, where that is more than the source's terms say.
    listed
        The files from an instant on up to another, oldest first; asks the server where there is an
        index.
    corrects
        Whether that index says when a file was changed under the same instant.
    """

    reader: str
    default: str
    begins: date
    terms: str
    listed: Callable[[Fetcher, str, datetime, datetime], Iterator[Item]]
    corrects: bool = False

    @property
    def setting(self) -> str:
        """The name of the setting of its address."""
        return SETTING + self.reader.upper()

    @property
    def address(self) -> str | None:
        """Where it is; None where the setting says not to ask it.

        Raises
        ------
        InputError
            Where the setting is no address that is allowed.
        """
        address = os.environ.get(self.setting, self.default).strip().rstrip("/")
        if not address:
            return None
        try:
            check_address(address)
        except InputError as error:
            raise InputError(f"{self.setting}: {error}") from error
        return address


def _daily_files(_: Fetcher, address: str, since: datetime, until: datetime) -> Iterator[Item]:
    """Yield DeepState's daily mirror: a file a day, there from 03:00 UTC; there is no index."""
    day = since.date()
    while datetime.combine(day, time(3), UTC) <= until:
        observed = deepstate_daily.observed(day)[0]
        if observed >= since:
            name = f"deepstatemap_data_{day:%Y%m%d}.geojson"
            yield Item("deepstate_daily", name, f"{address}/{name}", observed)
        day += timedelta(days=1)


def _map_snapshots(
    fetcher: Fetcher, address: str, since: datetime, until: datetime
) -> Iterator[Item]:
    """Yield DeepState's map snapshots: the last of each day in UTC that its index lists."""
    index = fetcher.get(f"{address}/public")
    last: dict[date, int] = {}
    updated = _updated(index.address, index.data)
    for second in sorted(updated):
        observed = datetime.fromtimestamp(second, UTC)
        if since <= observed <= until:
            last[observed.date()] = second
    for second in last.values():
        observed = datetime.fromtimestamp(second, UTC)
        where = f"{address}/{second}/geojson"
        yield Item("deepstate_api", f"{second}.geojson", where, observed, updated[second])


_SECOND_DIGITS = 10  # from 2001 to 2286, as the reader expects


def _updated(address: str, data: bytes) -> dict[int, datetime | None]:
    """Return the UTC epoch seconds that an index lists (`id`), and when each map was changed.

    The latter is `updatedAt`; None where that is no instant.
    """
    entries = orjson.loads(data)
    updated = {
        second: _instant(entry.get("updatedAt"))
        for entry in (entries if type(entries) is list else ())
        if isinstance(entry, dict)
        and type(second := entry.get("id")) is int
        and second > 0
        and len(str(second)) == _SECOND_DIGITS
    }
    if not updated:
        raise FetchError(
            "{address}: is no index of map snapshots; a list with ids is expected", address
        )
    return updated


def _instant(text: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


_LAYERS = (
    ("VIEW_RussiaCoTinUkraine_V3", 49),
    ("AssessedRussianAdvanceInUkraine_V2_view", 0),
    ("VIEW_ClaimedRussianTerritoryinUkraine_V2", 49),
    ("View_AssessedRussianInfiltrationAreasinUkraine_V4", 0),
)
"""ISW's services and the number of the layer in each, as they were in August 2026."""


def _live_layers(_: Fetcher, address: str, since: datetime, until: datetime) -> Iterator[Item]:
    """Yield ISW's layers as they are now: without a day: that of the retrieval."""
    observed = datetime.combine(until.date(), time(), UTC)
    if observed < since:
        return
    for service, layer in _LAYERS:
        query = f"{service}/FeatureServer/{layer}/query?where=1%3D1&outFields=*&f=geojson"
        yield Item("isw", f"{service}_{observed:%Y%m%d}.geojson", f"{address}/{query}", observed)


def check_layer(fetched: Fetched) -> None:
    """Raise a FetchError for JSON that is no layer: an error in its place, or a part of one."""
    document = orjson.loads(fetched.data)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise FetchError("{address}: is no GeoJSON FeatureCollection", fetched.address)
    for part in (document, document.get("properties")):
        if isinstance(part, dict) and part.get("exceededTransferLimit"):
            raise FetchError(
                "{address}: holds only the first {count} of its features",
                fetched.address,
                len(features),
            )


FEEDS: dict[str, tuple[Feed, ...]] = {
    "deepstate": (
        Feed(
            reader="deepstate_api",
            default="https://deepstatemap.live/api/history",
            begins=date(2022, 4, 3),
            terms="Its interface is free for volunteers and for defence; others ask DeepState "
            "first. controlmap asks for one file a second, and for none twice a day.",
            listed=_map_snapshots,
            corrects=True,
        ),
        Feed(
            reader="deepstate_daily",
            default="https://raw.githubusercontent.com/cyterat/deepstate-map-data/main/data",
            begins=date(2024, 7, 7),
            terms="",
            listed=_daily_files,
        ),
    ),
    "isw": (
        Feed(
            reader="isw",
            default="https://services5.arcgis.com/SaBe5HMtmnbqSWlu/arcgis/rest/services",
            begins=date(2022, 2, 24),
            terms="",
            listed=_live_layers,
        ),
    ),
}
"""By source, in order of precedence, as its readers are."""


def addresses(source: str) -> list[str]:
    """Return where a source is fetched from; nothing where controlmap knows no address of it."""
    return [feed.address for feed in FEEDS.get(source, ()) if feed.address is not None]


def of(source: str) -> tuple[Feed, ...]:
    """Return the feeds of a source that have an address.

    Raises
    ------
    InputError
        Where there is none; it says what to do instead.
    """
    if source not in FEEDS:
        sources.find_source(source)
        raise InputError(
            "source {source!r}: controlmap knows no address to fetch it from, only "
            "those of {listed}; files at hand go in with `controlmap build`",
            source,
            ", ".join(FEEDS),
        )
    used = tuple(feed for feed in FEEDS[source] if feed.address is not None)
    if not used:
        settings = ", ".join(feed.setting for feed in FEEDS[source])
        raise InputError("source {source!r}: every address is empty ({settings})", source, settings)
    return used
