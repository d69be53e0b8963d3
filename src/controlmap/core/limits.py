"""What untrusted input may cost: every limit on what comes from outside, in one place.

A file beyond a limit is refused with one line that names the limit, before it costs more than that.
`docs/sources.md` lists them; a test reads that it does.
"""

from __future__ import annotations

from controlmap.core.model import InputError

READ_MB = 1536
"""What memory reading a file may take, in MB, in the process that reads it."""
READ_SECONDS = 30
"""What processor time reading a file may take, in seconds."""
BUILD_MB = 3072
"""What memory building a record may take, in MB; all of DeepState's files take a quarter of it."""
BUILD_FILES = 100
"""For so many files more, a step of a build may take `READ_SECONDS` more."""
FILE_MB = 256
"""The largest single file that is read, unpacked, in MB (2**20 bytes)."""
UPLOAD_MB = 25
"""The largest file that the dashboard takes from a visitor, in MB, as it is sent."""
UPLOAD_SESSION_MB = 75
"""What all files of a visitor's session may be together, in MB."""
UPLOAD_SERVER_MB = 300
"""What the files of all sessions may be together, in MB: they are held until a session ends."""
UPLOAD_UNPACKED_MB = 64
"""What such a file may unpack to, in MB."""
ZIP_MEMBERS = 1000
"""The most members of a zip that is one layer: a KMZ, a zipped Shapefile, a VIINA year."""
VERTICES = 750_000
"""The most positions in the polygons of one file; the sources' own have up to 110,000."""
FEATURES = 100_000
"""The most features in one file; the sources' own have up to 600."""
XML_DEPTH = 64
"""How deep folders and geometries of a KML file may lie in each other."""
XML_ELEMENTS = 1_000_000
"""The most elements of a KML file: ten for each of as many features as are read."""
LAYERS = 16
"""The most layers of a GeoPackage: one with more is no single map."""
LABELS = 200
"""The most different values of a column that statuses may depend on."""
VALUE_CHARS = 200
"""The longest value that a status is guessed by, in characters: a longer one is a description."""
TOML_MB = 1
"""The largest file of claims, of proposals, or legend, in MB."""
KEY_PARTS = 16
"""The most parts of a key in such a file: reading it takes the square of them."""
FETCH_MB = 64
"""The largest file that is taken from the network, packed or unpacked, in MB."""
CSV_ROWS = 20_000_000
"""The most rows of a VIINA year: 33,000 places on 366 days are 12 million."""
CSV_MB = 2048
"""What a VIINA year may unpack to, in MB: it is read in pieces, and never held whole."""
UPLOAD_CSV_MB = 640
"""What a visitor's VIINA year may unpack to, in MB: a whole one is 460, with quotes up to 600."""
CSV_DAYS = 4_000
"""The most days of a VIINA file: a year's have 366, and all since 2022 put together 1,600."""


def at_most_features(count: int, name: str) -> None:
    """Raise an InputError for a file of more features than are read."""
    if count > FEATURES:
        raise InputError("{name}: has more than {most:,} features, the limit", name, FEATURES)


def at_most_positions(count: int, name: str) -> None:
    """Raise an InputError for a file whose polygons have more positions than are read."""
    if count > VERTICES:
        raise InputError("{name}: has more than {most:,} positions, the limit", name, VERTICES)


def at_most_bytes(size: int, most: int, name: str) -> None:
    """Raise an InputError for a file of more bytes, as it is or unpacked, than the limit."""
    if size > most:
        raise InputError("{name}: is larger than {most:,.3g} MB, the limit", name, most / 2**20)
