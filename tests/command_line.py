"""The command, run in-process."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from controlmap.cli import main


class Run:
    """The command's exit code, output and error lines."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        capsys.readouterr()
        try:
            self.code = main.main([str(a) for a in arguments])
        except SystemExit as end:
            self.code = end.code if isinstance(end.code, int) else 1
        captured = capsys.readouterr()
        self.out, self.errors = captured.out, captured.err.splitlines()

    @property
    def json(self) -> Any:
        assert (self.code, self.errors) == (0, [])
        return json.loads(self.out)

    @property
    def csv(self) -> list[dict[str, str]]:
        assert (self.code, self.errors) == (0, [])
        return list(csv.DictReader(io.StringIO(self.out)))


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line of a refusal: exit code 2, and nothing on stdout."""
    run = Run(capsys, *arguments)
    assert (run.code, run.out) == (2, "")
    assert len(run.errors) == 1
    return run.errors[0]
