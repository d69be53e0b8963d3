"""Damaged files of every format, as long as asked: `make fuzz SECONDS=600`.

So are entries of a person's own (TOML), and what publishers answer when they are asked what there
is. Each is read, or refused in one line; all else is a finding: its seed is told and the file kept.
The same seed makes the same file.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import layer_files as files
from controlmap import sources
from controlmap.analysis import claims, proposals
from controlmap.core import isolated
from controlmap.core.model import ControlmapError, Snapshot
from controlmap.sources import legends
from controlmap.update import feeds
from publisher import NOON, Answer, MadeClock, fetcher_at, file, published
from test_real_formats import csv, esri, flatgeobuf

TRACK = b"""<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk>
<trkseg><trkpt lat="48.0" lon="37.6"/><trkpt lat="48.1" lon="37.7"/></trkseg></trk></gpx>"""
MAKERS: dict[str, Callable[[], bytes]] = {
    **files.FORMATS,
    f"layer {files.DAY}.fgb": flatgeobuf,
    f"esri {files.DAY}.json": esri,
    f"layer {files.DAY}.csv": csv,
    f"layer {files.DAY}.gpx": lambda: TRACK,
    f"layer {files.DAY}.geojson.gz": lambda: gzip.compress(files.geojson(), mtime=0),
    "claims.toml": claims.embedded().read_bytes,
    "proposals.toml": proposals.embedded().read_bytes,
    "legend.toml": lambda: b'column = "status"\n[statuses]\nOccupied = "russian_held"\n',
    "deepstate.index": lambda: b"""[{"id": 1772355600, "createdAt": "?", "description": "a",
        "updatedAt": "2026-03-02T09:00:00.000Z"}, {"id": 1772442000}]""",
    "isw.index": lambda: b"""{"features": [{"attributes": {"datetime": 1772323200000}},
        {"attributes": {"datetime": 1772409600000}}], "exceededTransferLimit": false}""",
    "viina.csv": lambda: files.viina((709717, "20240506", "RU"), (702320, "20240506", "UA")),
    "viina.zip": lambda: files.zipped({"control.csv": files.viina((709717, "20240506", "RU"))}),
    "20230701.geojson": lambda: files.geojson(
        files.frame(layer=["VIEW_RussiaCoTinUkraine_V3", "ロシア軍侵攻エリア"])
    ),
    "2026-08-22.json": lambda: b'{"value": %s}' % files.geojson(
        files.frame(type=["gains", "losses"], date="2026-08-21", _dateto="2026-08-21")
    ),
}  # fmt: skip
"""A whole file of each kind, by a name that fits it."""
WORDS = (b"NaN", b"null", b"1e999", b"-1", b"{}", b"[]", b'""', b"\x00", b"\xff\xfe", b"<", b"&",
         b"37.6", b"POLYGON", b"type", b"../", b"9" * 40)  # fmt: skip


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """A file with some of its bytes changed, moved, doubled, or cut."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice((1, 2, 8, 64, 512)))
        kind = rng.randrange(6)
        if kind == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at:to]
        elif kind == 2:
            data[at:at] = data[at:to]
        elif kind == 3:
            data[at:to] = rng.choice(WORDS)
        elif kind == 4:
            data[at:to] = rng.randbytes(to - at)
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def case(seed: int) -> tuple[str, bytes]:
    """The name and the bytes of a seed's file."""
    rng = random.Random(seed)
    name = sorted(MAKERS)[seed % len(MAKERS)]
    return name, damaged(whole(name), rng)


_whole: dict[str, bytes] = {}


def whole(name: str) -> bytes:
    """The undamaged file of that name."""
    if name not in _whole:
        _whole[name] = MAKERS[name]()
    return _whole[name]


class Everywhere(dict[str, list[Answer]]):
    """The same answer at every address."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._answer = file(data)

    def get(self, *_: object) -> list[Answer]:
        return [self._answer]


def take(name: str, data: bytes) -> None:
    """Read a file as its kind is read; raises what is wrong with it."""
    stem, _, suffix = name.rpartition(".")
    if suffix == "index":
        (feed, *_) = feeds.FEEDS[stem]
        with published() as server, fetcher_at(MadeClock()) as fetcher:
            server.answers = Everywhere(data)
            for item in feed.listed(fetcher, f"{server.address}/x", NOON.replace(day=1), NOON):
                if isinstance(item, ControlmapError):
                    raise item
    elif name == "legend.toml":
        isolated.call(name, legends.from_toml, data.decode("utf-8", "replace"), name)
    elif suffix == "toml":
        with tempfile.TemporaryDirectory() as folder:
            (path := Path(folder, name)).write_bytes(data)
            load: Callable[..., Any] = (claims if stem == "claims" else proposals).load
            _, broken = isolated.call(name, load, [path])
        if broken:
            raise broken[0]
    else:
        assert isinstance(isolated.call(name, sources.read, data, name), Snapshot)


def check(seed: int) -> bool:
    """Whether a seed's file was read; raises what is no refusal."""
    name, data = case(seed)
    try:
        take(name, data)
    except isolated.BrokenOffError:
        raise
    except ControlmapError as error:
        if name.endswith(".toml") and isinstance(error, isolated.OverBudgetError):
            raise
        assert "\n" not in str(error), f"seed {seed}: a message of two lines"
        return False
    return True


def main() -> int:
    """Read damaged files for as long as asked; 1 where one was neither read nor refused."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="where to begin; default: the clock")
    given = parser.parse_args()
    first = given.seed if given.seed is not None else int(time.time()) * 1000
    end, seed, read = time.monotonic() + given.seconds, first, 0
    while time.monotonic() < end:
        try:
            read += check(seed)
        except Exception as error:  # the finding is whatever it is
            kept = Path(tempfile.mkdtemp(prefix="controlmap-fuzz-")) / case(seed)[0]
            kept.write_bytes(case(seed)[1])
            print(f"seed {seed}: {type(error).__name__}: {error}; kept as {kept}", file=sys.stderr)
            return 1
        seed += 1
    print(f"{seed - first:,} files from seed {first}: {read:,} read, the others refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
