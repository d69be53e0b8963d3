"""Every source and its readers: bytes and a file name in, a Snapshot out."""

from controlmap.sources.reading import joined, read, read_all, read_document
from controlmap.sources.registry import (
    DEFAULT,
    READERS,
    SOURCES,
    Dated,
    Reader,
    Source,
    find_reader,
    find_source,
    observed,
    recognised,
    source_of,
)

__all__ = [
    "DEFAULT",
    "READERS",
    "SOURCES",
    "Dated",
    "Reader",
    "Source",
    "find_reader",
    "find_source",
    "joined",
    "observed",
    "read",
    "read_all",
    "read_document",
    "recognised",
    "source_of",
]
