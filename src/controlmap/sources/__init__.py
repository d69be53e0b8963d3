"""Every source and its readers: bytes and a file name in, a Snapshot out."""

from controlmap.sources.reading import joined, read, read_all, read_document
from controlmap.sources.registry import (
    DEFAULT,
    READERS,
    SOURCES,
    Reader,
    Source,
    find_reader,
    find_source,
    recognised,
    source_of,
)

__all__ = [
    "DEFAULT",
    "READERS",
    "SOURCES",
    "Reader",
    "Source",
    "find_reader",
    "find_source",
    "joined",
    "read",
    "read_all",
    "read_document",
    "recognised",
    "source_of",
]
