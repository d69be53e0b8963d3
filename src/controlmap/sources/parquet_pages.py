"""What the pages of a Parquet file unpack to, by their own headers.

The file's footer says it too, and may lie: pyarrow unpacks a page by what its header says, before
anybody can count. A header is a struct in Thrift's compact protocol; of its fields, 2 and 3 are the
page's size unpacked and packed (`PageHeader` of the Parquet format).
"""

from __future__ import annotations

import pyarrow.parquet as pq

from controlmap.core import limits

_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _STRUCT = (*range(9), 12)
_DEPTH = 4  # a header, what kind of page it is, its statistics


def unpacked_bytes(data: bytes, metadata: pq.FileMetaData) -> int:
    """Return how many bytes all pages of a file are together, once unpacked.

    Raises
    ------
    ValueError
        Where a header is not one, or pages are more than features are read.
    """
    size = count = 0
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            at = chunk.data_page_offset
            if 0 < (chunk.dictionary_page_offset or 0) < at:
                at = chunk.dictionary_page_offset
            end = at + chunk.total_compressed_size
            while at < end:
                fields, at = _struct(data, at, _DEPTH)
                size += fields[2]
                at += fields[3]
                count += 1
                if min(fields[2], fields[3]) < 0 or count > limits.FEATURES:
                    raise ValueError("pages of no size, or too many")
    return size


def _struct(data: bytes, at: int, depth: int) -> tuple[dict[int, int], int]:
    """Return the 32-bit integers of a struct that begins there, by their fields' numbers; its end.

    Where a field is there twice the last one counts, and of another type it does not, as it is for
    who reads it after us.
    """
    fields: dict[int, int] = {}
    number = 0
    while (kind := data[at] & 15) != _STOP:
        step, at = data[at] >> 4, at + 1
        if step:
            number += step
        else:
            number, at = _integer(data, at)
        if kind == _I32:
            fields[number], at = _integer(data, at)
        elif kind in (_I16, _I64):
            _, at = _varint(data, at)
        elif kind == _BINARY:
            length, at = _varint(data, at)
            at += length
        elif kind == _STRUCT and depth:
            _, at = _struct(data, at, depth - 1)
        elif kind in (_TRUE, _FALSE, _BYTE, _DOUBLE):
            at += {_BYTE: 1, _DOUBLE: 8}.get(kind, 0)
        else:
            raise ValueError(f"a field of kind {kind} in a page's header")
    return fields, at + 1


def _integer(data: bytes, at: int) -> tuple[int, int]:
    value, at = _varint(data, at)
    if value >> 32:
        raise ValueError("an integer of more than 32 bits")
    return value >> 1 ^ -(value & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at
        if shift > 63:
            raise ValueError("an integer of more than 64 bits")
