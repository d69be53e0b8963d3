"""Damaged files of every format, as long as asked: `make fuzz SECONDS=600`.

A file is read or refused with an `InputError`; all else is a finding: its seed is told and the file
kept. The same seed makes the same file.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import layer_files as files
from controlmap import sources
from controlmap.core import isolated
from controlmap.core.model import InputError, Snapshot

MAKERS: dict[str, Callable[[], bytes]] = {
    **files.FORMATS,
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


def check(seed: int) -> bool:
    """Whether a seed's file was read; raises what is neither a Snapshot nor an `InputError`."""
    name, data = case(seed)
    try:
        snapshot = isolated.call(name, sources.read, data, name)
    except isolated.BrokenOffError:
        raise
    except InputError as error:
        assert "\n" not in str(error), f"seed {seed}: a message of two lines"
        return False
    assert isinstance(snapshot, Snapshot)
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
