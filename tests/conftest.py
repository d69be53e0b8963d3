"""What several test files need: fixtures are here and in the files of `pytest_plugins`."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from input_files import SQUARE, WEST, make_file

pytest_plugins = ["publisher", "march", "visiting"]
REPOSITORY = Path(__file__).parents[1]

os.environ["CONTROLMAP_DATA"] = ""  # the embedded records, whatever whoever runs the tests has


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the repository; a clone elsewhere has none."""
    path = REPOSITORY.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("no folder ../shared beside the repository")
    return path


@pytest.fixture
def daily(tmp_path: Path) -> Path:
    path = tmp_path / "deepstatemap_data_20240709.geojson"
    path.write_bytes(make_file((SQUARE, {})))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of the daily mirror, the second packed: the square, then its western half."""
    path = tmp_path / "in"
    path.mkdir()
    (path / "deepstatemap_data_20240708.geojson").write_bytes(make_file((SQUARE, {})))
    packed = gzip.compress(make_file((WEST, {})))
    (path / "deepstatemap_data_20240709.geojson.gz").write_bytes(packed)
    return path
