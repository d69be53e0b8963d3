"""The plan of the house: a module imports only from the floors below it, or acyclically beside it.

The plan is `notes/house.md` of the shared folder. A module that is on no floor fails here: put it
on one. What is imported inside of a function counts too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "controlmap"

FLOORS = (
    ("model", "limits"),
    ("geodesy", "geofile", "entries"),
    ("oblasts", "places", "land", "turning"),
    ("sources",),
    (
        "noding",
        "drawings",
        "sampling",
        "coverage",
        "cells",
        "counting",
        "state",
        "sanity",
        "extending",
    ),
    (
        "folder",
        "archive",
        "building",
        "completing",
        "embed",
        "fetch",
        "feeds",
        "originals",
        "updating",
    ),
    ("figures", "point", "quantities", "ledger", "pace", "proposals", "agreement"),
    ("palette", "maps", "charts", "export", "timeline"),
    ("cli", "commands", "printing", "app", "serve", "session", "views", "__main__"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
ROOT = "__init__"
ROOT_REACHES = FLOOR["figures"]
"""The package itself may hand out names from this floor and below."""

ONLY_IN = {
    "folium": {"maps"},
    "branca": {"maps"},
    "altair": {"charts"},
    "streamlit": {"app", "views", "serve", "session"},
    "streamlit_folium": {"app", "views", "serve", "session"},
    "httpx": {"fetch"},
    "requests": {"fetch"},
    "aiohttp": {"fetch"},
    "urllib3": {"fetch"},
    "urllib.request": {"fetch"},
    "http.client": {"fetch"},
    "ftplib": {"fetch"},
    # The server asks whether its own port is free before it starts.
    "socket": {"fetch", "serve"},
}

Sources = Mapping[str, str]
"""Modules by their dotted names below `controlmap` ("sources.geojson"), with their text."""


def house() -> dict[str, str]:
    """The modules as they are."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == ROOT else parts)
        found[name] = path.read_text(encoding="utf-8")
    return found


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Every import of a module: what it imports from, and the name ("" for a whole module)."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), a.name) for a in node.names)


def room(module: str) -> str:
    return module.partition(".")[0]


def inside(sources: Sources, text: str) -> Iterator[str]:
    """The modules of the house that a module imports; not the version, which the root holds."""
    for origin, name in imported(text):
        if room(origin) != "controlmap" or (origin, name) == ("controlmap", "__version__"):
            continue
        below = origin.partition(".")[2]
        whole = f"{below}.{name}".strip(".")
        yield whole if whole in sources else (below or ROOT)


def faults(sources: Sources) -> list[str]:
    """What breaks the plan, a sentence each."""
    out = []
    beside: dict[str, set[str]] = {}
    for module, text in sources.items():
        if module != ROOT and room(module) not in FLOOR:
            out.append(f"{module} is on no floor")
            continue
        floor = ROOT_REACHES + 0.5 if module == ROOT else FLOOR[room(module)]
        for other in inside(sources, text):
            if other != ROOT and room(other) not in FLOOR:
                out.append(f"{module} imports {other}, which is on no floor")
            elif other == ROOT:
                out.append(f"{module} imports from the package itself")
            elif FLOOR[room(other)] > floor:
                out.append(f"{module} imports {other} from a floor above")
            elif FLOOR[room(other)] == floor:
                beside.setdefault(module, set()).add(other)
        for origin, name in imported(text):
            out.extend(outside(module, origin, name))
    try:
        TopologicalSorter(beside).prepare()
    except CycleError as error:
        out.append(f"a cycle: {' imports '.join(reversed(error.args[1]))}")
    return out


def outside(module: str, origin: str, name: str) -> Iterator[str]:
    """Why a module may not import that from outside, if so."""
    if origin.startswith("."):
        yield f"{module} imports {origin} relatively"
    for library, rooms in ONLY_IN.items():
        taken = f"{origin}.{name}"
        is_it = origin == library or f"{taken}.".startswith(f"{library}.")
        if is_it and room(module) not in rooms:
            yield f"{module} imports {library}, which is for {', '.join(sorted(rooms))} only"


def test_the_house_stands() -> None:
    assert faults(house()) == []


def test_the_house_is_read() -> None:
    rooms = {room(module) for module in house()}
    assert {"model", "sources", "coverage", "figures", "cli", ROOT} <= rooms
    assert "sources.geojson" in house()
    assert list(inside(house(), house()["figures"])) != []


@pytest.mark.parametrize(
    ("sources", "fault"),
    [
        ({"utils": ""}, "utils is on no floor"),
        (
            {"model": "from controlmap.geodesy import WGS84", "geodesy": ""},
            "model imports geodesy from a floor above",
        ),
        (
            {"coverage": "def f():\n from controlmap import figures", "figures": ""},
            "coverage imports figures from a floor above",
        ),
        (
            {"sources.geojson": "import controlmap.coverage", "coverage": ""},
            "sources.geojson imports coverage from a floor above",
        ),
        (
            {"cells": "from controlmap import coverage", "coverage": "import controlmap.cells"},
            "a cycle: ",
        ),
        ({ROOT: "from controlmap.maps import x", "maps": ""}, "__init__ imports maps from a floor"),
        ({"maps": "from controlmap import areas"}, "maps imports from the package itself"),
        ({"cli": "from . import model", "model": ""}, "cli imports . relatively"),
        ({"coverage": "import folium"}, "coverage imports folium, which is for maps only"),
        ({"figures": "import altair as alt"}, "figures imports altair, which is for charts only"),
        ({"maps": "import streamlit.components.v1"}, "maps imports streamlit, which is for"),
        ({"archive": "from urllib import request"}, "archive imports urllib.request, which is for"),
        ({"archive": "from urllib.request import urlopen"}, "archive imports urllib.request"),
        ({"sources": "import socket"}, "sources imports socket, which is for fetch, serve only"),
    ],
)
def test_a_breach_is_found(sources: dict[str, str], fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(sources))


@pytest.mark.parametrize(
    "sources",
    [
        {"cells": "from controlmap.coverage import Coverage", "coverage": "", "model": ""},
        {"figures": "from controlmap import __version__"},
        {ROOT: "from controlmap.figures import areas", "figures": ""},
        {"maps": "import folium\nfrom urllib.parse import urlencode"},
        {"fetch": "import urllib.request, socket"},
        {"sources": "from controlmap.sources import geojson", "sources.geojson": ""},
    ],
)
def test_what_keeps_to_the_plan_is_let_be(sources: dict[str, str]) -> None:
    assert faults(sources) == []
