"""What a word tells of a status in a person's own file, and what it does not."""

from __future__ import annotations

import re

import pytest

import layer_files as files
from controlmap.core import limits
from controlmap.core.model import Status
from controlmap.sources import formats, legends, phrases


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("occupied", Status.RUSSIAN_HELD),
        ("temporarily occupied territory of ukraine", Status.RUSSIAN_HELD),
        ("occupied area no. 5", Status.RUSSIAN_HELD),
        ("russian_held", Status.RUSSIAN_HELD),
        ("окупована територія", Status.RUSSIAN_HELD),
        ("deoccupied", Status.LIBERATED),
        ("de-occupied", Status.LIBERATED),
        ("деокупована", Status.LIBERATED),
        ("деоккупированная", Status.LIBERATED),
        ("formerly occupied, liberated", Status.LIBERATED),
        ("unknown", Status.CONTESTED),
        ("unoccupied", None),
        ("not occupied", None),
        ("not_occupied", None),
        ("non-occupied", None),
        ("isn't occupied", None),
        ("no longer occupied", None),
        ("not russian held", None),
        ("not de-occupied", None),
        ("formerly occupied", None),
        ("occupied by ukraine", None),
        ("occupied by the armed forces of ukraine", None),
        ("не окупована", None),
        ("неоккупированная", None),
    ],
)
def test_a_word_and_its_negation_are_not_guessed_alike(value: str, status: Status | None) -> None:
    assert legends.status_of(value) is status


LONGEST = "occupied".ljust(limits.VALUE_CHARS, "!")


@pytest.mark.parametrize(
    ("value", "status"), [(LONGEST, Status.RUSSIAN_HELD), (LONGEST + "!", None)]
)
def test_a_description_tells_no_status(value: str, status: Status | None) -> None:
    assert legends.status_of(value) is status
    document = formats.parse(files.geojson(files.frame(text=value)), "a.geojson")
    assert ("text" in legends.columns(document)) is (status is not None)


@pytest.mark.parametrize("words", [words.pattern for words, _ in phrases.PHRASES])
def test_what_follows_a_word_is_bounded(words: str) -> None:
    """Else "russia" n times takes n squared steps; a run of spaces ends at the next word."""
    assert not re.search(r"[*+]|,}", words)
