"""Where sources publish, and what is there: the files of a feed, without their content.

An address is a setting: `CONTROLMAP_ADDRESS_` and the reader's id in capitals, in the environment;
empty, the feed is left alone.
"""

from __future__ import annotations

import os
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import orjson

from controlmap import sources
from controlmap.core.model import InputError
from controlmap.sources import deepstate_daily
from controlmap.update import arcgis
from controlmap.update.arcgis import Layer
from controlmap.update.fetch import (
    JSON,
    ZIP,
    Content,
    Fetched,
    Fetcher,
    FetchError,
    Known,
    MissingError,
    RefusedError,
    UnavailableError,
    check_address,
)

SETTING = "CONTROLMAP_ADDRESS_"


@dataclass(frozen=True)
class Item:
    """A file that a source has published: its reader, its name, where it is, what instant it is of.

    `observed` is the instant that the reader will find in the file, or the last one that it may
    (`Feed.dated`); `updated`, when its source last changed it, where an index says so.
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
    """Where one kind of file of a source is published, and how.

    Attributes
    ----------
    reader
        The id of the reader of its files.
    default
        The address where no setting names another.
    begins
        The day of its first file.
    terms
        Who may fetch, where that is more than the source's terms say.
    listed
        The files from an instant on up to another, oldest first, and what could not be listed of
        them; asks the server where there is an index.
    content
        What a file is.
    paged
        Whether a file may come in several pages.
    dated
        Whether a file's day is known before it is read; else it is of this day at the latest.
    """

    reader: str
    default: str
    begins: date
    terms: str
    listed: Callable[[Fetcher, str, datetime, datetime], Iterator[Item | FetchError]]
    content: Content = JSON
    paged: bool = False
    dated: bool = True

    def fetch(self, fetcher: Fetcher, item: Item, known: Known | None) -> Fetched | None:
        """Fetch a file, whole; None where it is the one that is known.

        Raises
        ------
        FetchError
            Where it does not come, or is none of this feed.
        """
        if self.paged:
            return arcgis.fetch(fetcher, item.address, known)
        fetched = fetcher.get(item.address, self.content, known)
        if fetched is not None and self.content is JSON:
            _check_map(fetched)
        return fetched

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


def _check_map(fetched: Fetched) -> None:
    """Raise a FetchError for JSON that is no map, or a part of one."""
    document = orjson.loads(fetched.data)
    inside = document.get("value", document) if isinstance(document, dict) else document  # NZZ's
    features = arcgis.features_of(inside, fetched.address)
    if arcgis.is_cut(inside):
        raise arcgis.cut(fetched.address, len(features))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _named(
    reader: str,
    name: str,
    begins: date,
    following: Callable[[date], date],
    observed: Callable[[date], datetime],
) -> Callable[[Fetcher, str, datetime, datetime], Iterator[Item | FetchError]]:
    """Return the listing of files that are named for their days; there is no index.

    Parameters
    ----------
    name
        With the day as `strftime` takes it.
    begins, following
        The day of the first file, and that of the file after one; each is there from 03:00 UTC.
    observed
        What instant a file is of at the latest.
    """

    def listed(fetcher: Fetcher, address: str, begin: datetime, until: datetime) -> Iterator[Item]:
        day, now = begins, fetcher.clock.now()
        while _start_of(day) + timedelta(hours=3) <= now:
            instant = min(observed(day), _start_of(now.date()))
            if instant >= begin and min(observed(day), _start_of(day)) <= until:
                yield Item(reader, f"{day:{name}}", f"{address}/{day:{name}}", instant)
            day = following(day)

    return listed


def _map_snapshots(
    fetcher: Fetcher, address: str, begin: datetime, until: datetime
) -> Iterator[Item]:
    """Yield DeepState's map snapshots: the last of each day in UTC that its index lists.

    Where the index is not for us but the last map is, that one, unless days before it would then
    never be asked for.
    """
    try:
        index = fetcher.get(f"{address}/public")
        updated = _updated(index.address, orjson.loads(index.data))
    except (MissingError, RefusedError) as error:
        for item in _last_snapshot(fetcher, address):
            if item.observed.date() <= begin.date() + timedelta(days=1) and item.observed <= until:
                yield item
        raise type(error)(
            "{error}; {setting} is to be the address below which /public, /last and /ID/geojson "
            "lie. A bare one, without these, is not for everybody",
            error,
            f"{SETTING}DEEPSTATE_API",
        ) from error
    last: dict[date, int] = {}
    for second in sorted(updated):
        observed = datetime.fromtimestamp(second, UTC)
        if observed <= until:
            last[observed.date()] = second
    for second in last.values():
        yield _snapshot(address, second, updated[second])


def _last_snapshot(fetcher: Fetcher, address: str) -> Iterator[Item]:
    try:
        last = fetcher.get(f"{address}/last")
        for second, updated in _updated(last.address, [orjson.loads(last.data)]).items():
            yield _snapshot(address, second, updated)
    except FetchError:  # the error of the index says it all
        return


def _snapshot(address: str, second: int, updated: datetime | None) -> Item:
    observed = datetime.fromtimestamp(second, UTC)
    where = f"{address}/{second}/geojson"
    return Item("deepstate_api", f"{second}.geojson", where, observed, updated)


_SECOND_DIGITS = 10  # from 2001 to 2286, as the reader expects


def _updated(address: str, entries: object) -> dict[int, datetime | None]:
    """Return the UTC epoch seconds that an index lists (`id`), and when each map was changed.

    The latter is `updatedAt`; None where that is no instant.
    """
    updated = {
        second: _instant(entry.get("updatedAt"))
        for entry in (entries if isinstance(entries, list) else ())
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


_NOW = (
    Layer("VIEW_RussiaCoTinUkraine_V3", 49, "EditDate"),
    Layer("AssessedRussianAdvanceInUkraine_V2_view", 0, "EditDate"),
    Layer("VIEW_ClaimedRussianTerritoryinUkraine_V2", 49, ""),
    Layer("View_AssessedRussianInfiltrationAreasinUkraine_V4", 0, "EditDate"),
)
"""ISW's layers of now, as they were in August 2026."""


def _month(year: int, month: int, service: str, number: int, field: str = "datetime") -> Layer:
    last = date(year, month, monthrange(year, month)[1])
    return Layer(service, number, field, date(year, month, 1), last)


_PAST = (
    Layer(
        "UkrainianCoTTimelapse_FEB_2022_to_DEC_2024_view",
        0,
        "datetime",
        date(2022, 2, 24),
        date(2024, 12, 31),
    ),
    _month(2025, 1, "JAN2025Timelapse_Ukraine_Russia_War", 1),
    _month(2025, 3, "March_PreppedTimelapse", 31),
    _month(2025, 4, "Ukraine_COT_Timelapse_April_2025", 110),
    _month(2025, 5, "May_2025_Timelapse", 3),
    _month(2025, 6, "June_2025_Timelapse", 3),
    _month(2025, 7, "July_2025_Timelapse", 3),
    _month(2025, 8, "August_2025_Timelapse", 2),
    _month(2025, 9, "SEP2025RUCoT", 5),
    _month(2025, 10, "Russo_Ukraine_War_October_2025_Timelapse", 3),
    _month(2025, 11, "Russo_Ukraine_War_November_2025_Timelapse", 33),
    _month(2025, 12, "Ukraine_Time_Lapse_December_2025_WFL1", 9),
    _month(2026, 1, "COT_Merge_Jan_2026_view", 37),
    _month(2026, 2, "Ukraine_Timelapse_Feb_2026_WFL1_view", 28),
    _month(2026, 3, "Export_March_2026_V4", 33),
    _month(2026, 4, "Ukraine_Timelapse_April_2026_WFL1", 33),
    _month(2026, 5, "May_CoT_view", 0, "pub_date"),
)
"""ISW's control by day, in order: a service for 2022 to 2024, then one a month; as they were in
August 2026. February 2025 and the months since June 2026 have none."""


def _layers(
    fetcher: Fetcher, address: str, begin: datetime, until: datetime
) -> Iterator[Item | FetchError]:
    """Yield ISW's control by day, then its layers as they are now.

    A service that is gone or has another shape by now is passed over, and named.
    """
    listed = set()
    for layer in _PAST:
        if layer.last < begin.date() or layer.first > until.date():
            continue
        try:
            days = layer.days(fetcher, address)
        except UnavailableError:
            raise
        except FetchError as error:
            yield error
            continue
        for day, where in days.items():
            observed = _start_of(day)
            if day not in listed and begin <= observed <= until:
                listed.add(day)
                name = f"AssessedRussianControl_{day:%Y%m%d}.geojson"
                yield Item("isw", name, layer.query(address, where), observed)
    if until.date() == fetcher.clock.now().date() and until.date() not in listed:
        observed = _start_of(_last_edit(fetcher, address) or until.date())
        if observed >= begin and observed.date() not in listed:
            for layer in _NOW:
                name = f"{layer.service}_{observed:%Y%m%d}.geojson"
                yield Item("isw", name, layer.query(address), observed)


def _last_edit(fetcher: Fetcher, address: str) -> date | None:
    """Return the day on which ISW last changed a layer; None where none of them says.

    A day that is still to come is none.
    """
    edits: list[date] = []
    today = fetcher.clock.now().date()
    for layer in _NOW:
        if layer.field:
            try:
                edits += [day for day in layer.days(fetcher, address) if day <= today]
            except UnavailableError:
                raise
            except FetchError:  # the field is gone: what is there is of the day of retrieval
                continue
    return max(edits, default=None)


FEEDS: dict[str, tuple[Feed, ...]] = {
    "deepstate": (
        Feed(
            reader="deepstate_api",
            default="https://deepstatemap.live/api/history",
            begins=date(2022, 4, 3),
            terms="Its interface is free for volunteers and for defence; others ask DeepState "
            "first. controlmap asks for one file a second, and for none twice a day.",
            listed=_map_snapshots,
        ),
        Feed(
            reader="deepstate_daily",
            default="https://raw.githubusercontent.com/cyterat/deepstate-map-data/main/data",
            begins=date(2024, 7, 7),
            terms="",
            listed=_named(
                "deepstate_daily",
                "deepstatemap_data_%Y%m%d.geojson",
                date(2024, 7, 8),
                lambda day: day + timedelta(days=1),
                lambda day: deepstate_daily.observed(day)[0],
            ),
        ),
    ),
    "isw": (
        Feed(
            reader="isw",
            default="https://services5.arcgis.com/SaBe5HMtmnbqSWlu/arcgis/rest/services",
            begins=date(2022, 2, 24),
            terms="",
            listed=_layers,
            paged=True,
        ),
    ),
    "nzz": (
        Feed(
            reader="nzz",
            default="https://raw.githubusercontent.com/conflict-investigations/nzz-maps/master/data",
            begins=date(2022, 2, 26),
            terms="",
            listed=_named(
                "nzz",
                "%Y-%m-%d.json",
                date(2022, 2, 26),
                lambda day: day + timedelta(days=7),
                _start_of,
            ),
            dated=False,
        ),
    ),
    "viina": (
        Feed(
            reader="viina",
            default="https://media.githubusercontent.com/media/zhukovyuri/VIINA/master/Data",
            begins=date(2022, 2, 24),
            terms="",
            listed=_named(
                "viina",
                "control_latest_%Y.zip",
                date(2022, 1, 1),
                lambda day: day.replace(year=day.year + 1),
                lambda day: _start_of(date(day.year, 12, 31)),
            ),
            content=ZIP,
            dated=False,
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
