"""Every file has terms: those of what is embedded are the ones that its provenance states."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from controlmap.core.version import __version__
from controlmap.draw.maps import ASSETS

REPOSITORY = Path(__file__).parents[1]
GEODATA = REPOSITORY / "geodata"
LICENSES = REPOSITORY / "LICENSES"
EMBEDDED = sorted(
    path.name
    for path in GEODATA.iterdir()
    if path.suffix != ".toml" and not path.name.endswith(".provenance.json")
)
STATED = {
    "CC-BY-4.0": "CC BY 4.0",
    "CC-BY-SA-4.0": "CC BY-SA",
    "LGPL-3.0-or-later": "LGPL 3.0 or later",
    "LicenseRef-Minregion": "© Мінрегіон",
    "LicenseRef-NaturalEarth": "public domain",
}
"""How a provenance words the terms that more than one work has."""
LEAFLET = {
    "LICENSE": "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb",
    "images/layers-2x.png": "066daca850d8ffbef007af00b06eac0015728dee279c51f3cb6c716df7c42edf",
    "images/layers.png": "1dbbe9d028e292f36fcba8f8b3a28d5e8932754fc2215b9ac69e4cdecf5107c6",
    "images/marker-icon-2x.png": "00179c4c1ee830d3a108412ae0d294f55776cfeb085c60129a39aa6fc4ae2528",
    "images/marker-icon.png": "574c3a5cca85f4114085b6841596d62f00d7c892c7b03f28cbfa301deb1dc437",
    "images/marker-shadow.png": "264f5c640339f042dd729062cfc04c17f8ea0f29882b538e3848ed8f10edb4da",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
}
"""The files of leaflet 1.9.4 as npm has them."""


@functools.cache
def lint() -> dict[str, Any]:
    """Return what REUSE's own checker says of the repository."""
    command = [sys.executable, "-m", "reuse", "--root", str(REPOSITORY), "lint", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def terms(path: str) -> tuple[set[str], str]:
    """Return the licences of a file, and its copyright lines as one text."""
    (file,) = (file for file in lint()["files"] if file["path"] == path)
    (expression,) = file["spdx_expressions"]
    return (
        set(expression["value"].split(" AND ")),
        "\n".join(line["value"] for line in file["copyrights"]),
    )


def provenance(name: str) -> dict[str, Any]:
    """Return the provenance beside an embedded file."""
    path = (GEODATA / name).with_suffix(".provenance.json")
    result: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return result


def test_every_file_has_terms() -> None:
    assert lint()["summary"]["compliant"], lint()["non_compliant"]


def test_the_code_is_under_the_licence_at_the_top() -> None:
    assert terms("src/controlmap/core/model.py")[0] == {"MIT"}
    assert (REPOSITORY / "LICENSE").read_text() == (LICENSES / "MIT.txt").read_text()


@pytest.mark.parametrize("name", EMBEDDED)
def test_terms_of_an_embedded_file_are_those_of_its_provenance(name: str) -> None:
    licences, copyrights = terms(f"geodata/{name}")
    stated = provenance(name)
    shared = licences & set(STATED)
    for licence in licences - shared:
        text = " ".join((LICENSES / f"{licence}.txt").read_text("utf-8").split())
        assert licence.startswith("LicenseRef-")
        assert stated["terms"] in text
        assert f"{stated['credit']}, {stated['url']}" in text
    if shared == licences:
        assert licences == {key for key, words in STATED.items() if words in stated["terms"]}
    assert all(credit in copyrights for credit in stated["credit"].split("; "))


def test_leaflet_is_as_it_was_published() -> None:
    folder = ASSETS / "vendor" / "leaflet"
    hashes = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert hashes == LEAFLET
    licence = folder.relative_to(REPOSITORY) / "leaflet.js"
    assert terms(licence.as_posix())[0] == {"BSD-2-Clause"}
    assert (LICENSES / "BSD-2-Clause.txt").read_bytes() == (folder / "LICENSE").read_bytes()


def test_the_citation_is_valid_and_of_this_version() -> None:
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text("utf-8"))
    # YAML reads a date where the schema has a text.
    plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in citation.items()}
    schema = json.loads((REPOSITORY / "tests" / "citation_file_format_1.2.0.json").read_text())
    jsonschema.validate(plain, schema)
    assert citation["version"] == __version__
    assert citation["license"] == "MIT"


def test_the_changelog_has_this_version() -> None:
    versions = re.findall(
        r"^## \[(.+?)\]", (REPOSITORY / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert __version__ in versions
