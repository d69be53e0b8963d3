"""What several test files need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]

os.environ["CONTROLMAP_DATA"] = ""  # the embedded records, whatever whoever runs the tests has


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the repository; a clone elsewhere has none."""
    path = REPOSITORY.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("no folder ../shared beside the repository")
    return path
