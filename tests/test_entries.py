"""Entries that people write: what is broken is named by file, id and key; the others work."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from controlmap.core import toml_entries
from controlmap.core.model import InputError
from controlmap.core.toml_entries import Entry


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, "utf-8")
    return path


def read(folder: Path, text: str) -> tuple[list[Entry], list[str]]:
    found, broken = toml_entries.read(written(folder, text), "claim")
    return found, [str(b) for b in broken]


def one(folder: Path, *lines: str) -> Entry:
    (found,), broken = read(folder, "\n".join(["[[claim]]", 'id = "a"', *lines]))
    assert broken == []
    return found


def test_each_entry_has_its_values_and_position(tmp_path: Path) -> None:
    found, broken = read(
        tmp_path,
        '# about\n\n[[claim]] # first\nid = "a"\nfigure = 1\n\n[[ claim ]]\nid = "b"\n'
        '[claim.rules]\nUA-14 = "line"\nother.x = 2\n',
    )
    assert broken == []
    assert [(e.id, e.position) for e in found] == [("a", 1), ("b", 2)]
    assert found[0].values == {"id": "a", "figure": 1}
    assert found[1].table("rules") == {"UA-14": "line", "other": {"x": 2}}


def test_an_entry_without_an_id_is_named_by_its_position(tmp_path: Path) -> None:
    found, _ = read(tmp_path, '[[claim]]\nid = "a"\n[[claim]]\nid = 5\n')
    assert [str(e.error("id", "why")) for e in found] == [
        "own.toml, claim 'a': id: why",
        "own.toml, claim 2: id: why",
    ]


@pytest.mark.parametrize(
    "value",
    [
        '"""\n[[claim]]\nid = 5\n"""',
        '"""it\'s \\"""\n[[claim]]\n"""""',
        "'''\\\n[[claim]]\nid = 5'''",
        '[\n[[1]]\n] # """',
        "\"a\u2028b\" # '''",
        '[\n"""\n[[claim]]""",\n\'# "\',\n]',
    ],
)
def test_what_only_looks_like_an_entry_is_none(tmp_path: Path, value: str) -> None:
    text = f'[[claim]]\nid = "a"\nx = {value}\ny = 1\n[["claim"]]\nid = "b"\ny = 2\n'
    found, broken = read(tmp_path, text)
    assert broken == []
    assert [e.values for e in found] == tomllib.loads(text)["claim"]


def test_one_list_of_tables_is_read_too(tmp_path: Path) -> None:
    found, broken = read(
        tmp_path, '#claim = 1\nclaim = [\n  {id = "a"},\n  {id = "b", x = 1},\n]\n'
    )
    assert broken == []
    assert [(e.id, e.position) for e in found] == [("a", 1), ("b", 2)]
    assert str(found[1].error("x", "why")) == "own.toml, claim 'b': x: why"


@pytest.mark.parametrize("text", ["claim = 5", "claim = [1]", "[claim]", "claim = [{}, 1]"])
def test_another_value_in_the_place_of_entries_is_told(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ([], ["own.toml: found 'claim'; allowed: [[claim]]"])


def test_broken_toml_is_told_and_the_others_work(tmp_path: Path) -> None:
    found, broken = read(
        tmp_path,
        '[[claim]]\nid = "a"\nsaid = "unclosed\n[[claim]]\nid = "b"\n[[claim]]\nid = "c"\nx = [\n1,'
        '\n[[claim]]\nid = "d"\n[[clam]]\nid = "e"\n',
    )
    assert [e.id for e in found] == ["b", "d"]
    # Python's own words for what is wrong are in brackets; they change with its versions.
    assert [line.partition(" (")[0] for line in broken] == [
        "own.toml, line 3: is not TOML",
        "own.toml, line 9: is not TOML",
        "own.toml: found 'clam'; allowed: [[claim]]",
    ]


def test_what_stands_before_the_first_entry_is_told(tmp_path: Path) -> None:
    found, broken = read(tmp_path, '\n# fine\nid = "x"\n[[claim]]\nid = "a"\n')
    assert [e.id for e in found] == ["a"]
    assert broken == ["own.toml: found 'id'; allowed: [[claim]]"]


def test_another_table_in_an_entry_is_told(tmp_path: Path) -> None:
    found, broken = read(tmp_path, '[[claim]]\nid = "a"\n\n[other]\nx = 1\n')
    assert [e.id for e in found] == ["a"]
    assert broken == ["own.toml: found 'other'; allowed: [[claim]]"]


def test_arrays_nested_too_deep_are_told(tmp_path: Path) -> None:
    _, (broken,) = read(tmp_path, f'[[claim]]\nid = "a"\nx = {"[" * 100_000}\n')
    assert "own.toml, line 1: is not TOML" in broken


def test_a_number_of_thousands_of_digits_is_told(tmp_path: Path) -> None:
    _, (broken,) = read(tmp_path, f'[[claim]]\nid = "a"\nx = {"1" * 5000}\n')
    assert "own.toml, line 3: is not TOML" in broken


def test_a_key_of_many_parts_is_told_and_a_text_with_many_dots_is_none(tmp_path: Path) -> None:
    """tomllib takes the square of a key's parts: 10,000 of them were a second."""
    text = '[[claim]]\nid = "a"\nabout = "1.2.3. ' + ". . . e.g. " * 40 + '"\n'
    found, broken = read(tmp_path, f"{text}[[claim]]\nid = 'b'\n{'.'.join('x' * 17)} = 1\n")
    assert [e.id for e in found] == ["a"]
    assert broken == [
        "own.toml, line 6: is not TOML (a key of more than 16 parts)",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", r"own.toml: holds no \[\[claim\]\]"),
        (b'[[claim]]\nid = "\xff"', "own.toml, line 2: is not UTF-8"),
        (b"#" * (2**20 + 1), "own.toml: is larger than 1 MB, the limit"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=said):
        toml_entries.read(path, "claim")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml: cannot be read"):
        toml_entries.read(tmp_path / "none.toml", "claim")
    with pytest.raises(InputError, match="cannot be read"):
        toml_entries.read(tmp_path, "claim")


@pytest.mark.parametrize(
    ("line", "method", "said"),
    [
        ("x = 1", "text", "found 1; allowed: a text"),
        ('x = "  "', "text", "found '  '; allowed: a text"),
        ('x = "2026-01-24"', "day", "found '2026-01-24'; allowed: a date, as 2026-01-24"),
        ("x = 2026-01-24T03:00:00Z", "day", "allowed: a date, as 2026-01-24"),
        ('x = "5"', "number", "found '5'; allowed: a number"),
        ("x = true", "number", "found True; allowed: a number"),
        ("x = nan", "number", "found nan; allowed: 0 or a number above it"),
        ("x = inf", "number", "found inf; allowed: 0 or a number above it"),
        ("x = -1", "number", "found -1; allowed: 0 or a number above it"),
        ("x = []", "several", "found []; allowed: a list"),
        ("x = [1, 1]", "several", "found [1, 1]; allowed: each once"),
        ("x = 3", "table", "found 3; allowed: a table [claim.x]"),
        ("y = 3", "text", "x: is missing"),
    ],
)
def test_a_value_of_another_kind(tmp_path: Path, line: str, method: str, said: str) -> None:
    entry = one(tmp_path, line)
    if method == "table":
        assert entry.table("nowhere") == {}
    with pytest.raises(InputError) as refused:
        getattr(entry, method)("x")
    assert str(refused.value).endswith(said)
    assert str(refused.value).startswith("own.toml, claim 'a': x: ")


def test_choices_keys_and_counts(tmp_path: Path) -> None:
    entry = one(tmp_path, "x = 30", "several = [7, 30]", "yes = true")
    assert entry.choice("x", (7, 30)) == 30
    assert entry.choices("several", (7, 30, 90)) == (7, 30)
    assert entry.count("x", 1, 30) == 30
    for refused, said in (
        (lambda: entry.choice("x", (7, 90)), "x: found 30; allowed: 7, 90"),
        (lambda: entry.choice("yes", (1, 2)), "yes: found True; allowed: 1, 2"),
        (lambda: entry.choices("several", (7, 90)), "several: found 30; allowed: 7, 90"),
        (lambda: entry.count("x", 1, 29), "x: found 30; allowed: a whole number from 1 to 29"),
        (lambda: entry.check_keys(("id", "x", "yes")), "claim 'a': several: not a key"),
    ):
        with pytest.raises(InputError, match=said):
            refused()


def test_long_and_hostile_values_are_cut_and_escaped(tmp_path: Path) -> None:
    entry = one(tmp_path, f'x = "{"a" * 500}"', 'y = "\\u001b[31mred"')
    with pytest.raises(InputError) as refused:
        entry.number("x")
    assert len(str(refused.value)) < 150
    for refuse in (entry.number, entry.text):
        with pytest.raises(InputError) as refused:
            refuse("y")
        assert "\x1b" not in str(refused.value)
