"""Layers of an ArcGIS server: what one is asked for, its days, and an answer whole where it is cut.

A server sends no more than some features at once, and says where there are more
(`exceededTransferLimit`); the others come from `resultOffset` on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from controlmap.sources import days
from controlmap.update.fetch import Fetched, Fetcher, FetchError, Known, too_large

MOST_PAGES = 200
"""Of one answer: a server that goes on beyond it never ends."""
_CUT = "exceededTransferLimit"


@dataclass(frozen=True)
class Layer:
    """A layer: its service and number, the field that has the day, the first and the last of these.

    Without days it is of now, and the field says when a feature was changed; "" where none does.
    """

    service: str
    number: int
    field: str
    first: date = date.min
    last: date = date.max

    def query(self, address: str, where: str = "1=1", **more: str) -> str:
        """Return the address of its features, under that of the server's services."""
        query = urlencode(
            {"where": where, "outFields": "*", "f": "geojson"} | more, quote_via=quote
        )
        return f"{address}/{self.service}/FeatureServer/{self.number}/query?{query}"

    def days(self, fetcher: Fetcher, address: str) -> dict[date, str]:
        """Return the days (UTC) that its field has, in order, and for each what to query it by.

        Raises
        ------
        FetchError
            Where the server does not say, or has no such field.
        """
        index = self.query(
            address,
            outFields=self.field,
            returnGeometry="false",
            returnDistinctValues="true",
            orderByFields=self.field,
            f="json",
        )
        answer = fetch(fetcher, index)
        rows = features_of(orjson.loads(answer.data), index) if answer else []
        attributes = [row.get("attributes") for row in rows if isinstance(row, dict)]
        values = [each.get(self.field) for each in attributes if isinstance(each, dict)]
        by_day = {
            instant.date(): "DATE '{}'" if isinstance(value, str) else "TIMESTAMP '{} 00:00:00'"
            for value in values
            if (instant := days.instant_of(value)) is not None
        }
        if not by_day:
            raise FetchError("{address}: has no day in its field {field!r}", index, self.field)
        return {day: self._on(day, literal) for day, literal in sorted(by_day.items())}

    def _on(self, day: date, literal: str) -> str:
        begin, end = literal.format(day), literal.format(day + timedelta(days=1))
        return f"{self.field} >= {begin} AND {self.field} < {end}"


def fetch(fetcher: Fetcher, address: str, known: Known | None = None) -> Fetched | None:
    """Fetch an answer to a query, whole: page after page, as one document.

    None where it is the one that is known.

    Raises
    ------
    FetchError
        Where a page does not come, or the server goes on without an end.
    """
    first = fetcher.get(address, known=known)
    if first is None:
        return None
    pages = list(_pages(fetcher, first))
    if len(pages) == 1:
        return first
    features = [feature for page in pages for feature in page["features"]]
    whole = {key: value for key, value in pages[0].items() if key not in (_CUT, "properties")}
    # What its server knows the first page by says nothing of the others.
    data = orjson.dumps(whole | {"features": features})
    return replace(first, data=data, etag=None, last_modified=None)


def _pages(fetcher: Fetcher, first: Fetched) -> Iterator[dict[str, Any]]:
    page, count, size = first, 0, 0
    for _number in range(MOST_PAGES):
        document = orjson.loads(page.data)
        features = features_of(document, first.address)
        count += len(features)
        size += len(page.data)
        if size > fetcher.manners.limit_bytes:
            raise too_large(first.address, fetcher.manners.limit_bytes)
        yield document
        if not is_cut(document):
            return
        before, page = page, fetcher.get(f"{first.address}&resultOffset={count}")
        if not features or page.data == before.data:
            break
    raise cut(first.address, count)


def is_cut(document: dict[str, Any]) -> bool:
    """Return whether an answer says that there are more features."""
    inside = document.get("properties")
    return any(isinstance(part, dict) and bool(part.get(_CUT)) for part in (document, inside))


def cut(address: str, count: int) -> FetchError:
    """Return the error of an answer that is not whole."""
    return FetchError("{address}: holds only the first {count} of its features", address, count)


def features_of(document: Any, address: str) -> list[Any]:
    """Return the features of an answer; a FetchError where it is none."""
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise FetchError("{address}: is no GeoJSON FeatureCollection", address)
    return features
