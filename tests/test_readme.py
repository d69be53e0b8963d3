"""Every example in the README runs, and prints what the README says."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import controlmap
from controlmap.cli import main
from often import often

REPOSITORY = Path(__file__).parents[1]
SQUARE = [[37.0, 48.0], [37.2, 48.0], [37.2, 48.1], [37.0, 48.1], [37.0, 48.0]]
README = (REPOSITORY / "README.md").read_text("utf-8")
MAKE = {"make dashboard", "make test"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line not in MAKE]


def test_the_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    named = {m for line in README.splitlines() for m in re.findall(r"\bmake ([a-z]+)\b", line)}
    assert named
    assert named <= targets


def test_the_console_example_prints_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks("console")
    command, expected = example.split("\n", 1)
    assert main.main(shlex.split(command.removeprefix("$ controlmap "))) == 0
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("command", often(commands(), lambda line: "publish -o" not in line))
def test_the_commands_run(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert command.startswith("controlmap ")
    geometry = {"type": "MultiPolygon", "coordinates": [[SQUARE]]}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    for day in ("24", "25"):
        (tmp_path / f"deepstatemap_data_202601{day}.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": [feature]})
        )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONTROLMAP_DATA", str(tmp_path))
    monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_API", "")  # its index is on the network
    if "--extend" in command:
        (built,) = (c for c in commands() if c.startswith("controlmap build --source"))
        assert main.main(shlex.split(built)[1:]) == 0
    assert main.main(shlex.split(command)[1:]) == 0


def test_the_python_example_runs() -> None:
    (example,) = blocks("python")
    names: dict[str, Any] = {}
    shown = []
    for statement in ast.parse(example).body:
        if isinstance(statement, ast.Expr):
            shown.append(eval(compile(ast.Expression(statement.value), "README.md", "eval"), names))
        else:
            exec(compile(ast.Module([statement], []), "README.md", "exec"), names)
    areas, history, changes, agreed, place, ground, explored = shown
    assert round(areas.row("UA-14")["russian_held"], 1) == 20_787.0
    assert history.index[0].isoformat() == "2022-04-30T00:00:00"
    assert round(changes.row("UA-14")["net_km2"], 1) == 131.7
    assert agreed.row("all")["by_all"] == pytest.approx(77_941, abs=5)
    assert place.tables["periods"]["status"].iloc[-1] == "russian_held"
    held = ground[(ground["iso"] == "UA-14") & (ground["status"] == "russian_held")]
    assert held["area_km2"].round(1).tolist() == [20_787.0]
    assert ground.crs.to_authority() == ("OGC", "CRS84")
    assert "<iframe" in explored._repr_html_()


def test_links_lead_somewhere() -> None:
    links = [to for to in re.findall(r"\]\(([^)]+)\)", README) if not to.startswith("http")]
    assert links
    assert [to for to in links if not (REPOSITORY / to).exists()] == []


def test_the_public_names_are_listed_before_they_are_asked_for() -> None:
    asked = "import controlmap; print(*dir(controlmap))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(controlmap.__all__) <= set(done.stdout.split())
