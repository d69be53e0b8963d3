"""The plan of the house: wings, one above the other; a room imports from wings below its own, or
acyclically within it.

A module that is in no wing fails here: put it in one. What is imported inside of a function, or
for types alone, counts too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "controlmap"

WINGS = (
    # Every wing speaks to people, if only of what is wrong: gettext stands below them all.
    ("words.catalog", "words.language", "words.numbers"),
    ("core",),
    ("geo",),
    ("sources",),
    ("words",),
    ("record",),
    ("update", "analysis"),
    ("draw",),
    ("cli", "dashboard", "embed", "public"),
)
"""From the ground up; wings that stand side by side do not import each other."""
FLOOR = {wing: number for number, wings in enumerate(WINGS) for wing in wings}
ROOT = "__init__"
MAIN = "__main__"
LAST_FOR_ROOT = FLOOR["analysis"]
PUBLIC = "public"
"""The package itself hands out names from that floor and below, and those of the public room."""
ASKED_TO_START = {"cli.dashboard": "dashboard.server", "cli.update": "update.updater"}
"""What a command starts, by its room: the one arrow between wings that stand side by side."""

ONLY_IN = {
    "folium": {"draw.maps"},
    "branca": {"draw.maps"},
    "altair": {"draw.charts"},
    "streamlit": {"dashboard"},
    "streamlit_folium": {"dashboard"},
    "httpx": {"update.fetch"},
    "requests": {"update.fetch"},
    "aiohttp": {"update.fetch"},
    "urllib3": {"update.fetch"},
    "urllib.request": {"update.fetch"},
    "http.client": {"update.fetch"},
    "ftplib": {"update.fetch"},
    # The server asks whether its own port is free before it starts.
    "socket": {"update.fetch", "dashboard.server"},
}
"""Wings and rooms that may import a library."""

Sources = Mapping[str, str]
"""Modules by their dotted names below `controlmap` ("sources.geojson"), with their text."""


def house() -> dict[str, str]:
    """Return the modules as they are."""
    modules = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == ROOT else parts)
        modules[name] = path.read_text(encoding="utf-8")
    return modules


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Yield every import of a module: what it imports from, and the name ("" for a module)."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), a.name) for a in node.names)


def wing(module: str) -> str:
    """Return the wing of a module, or the room itself where that has a floor of its own."""
    return module if module in FLOOR else package(module)


def package(module: str) -> str:
    """Return the folder that a module is in."""
    return module.partition(".")[0]


def inside(sources: Sources, text: str) -> Iterator[str]:
    """Yield the modules of the house that a module imports."""
    for origin, name in imported(text):
        if wing(origin) != "controlmap":
            continue
        below = origin.partition(".")[2]
        whole = f"{below}.{name}".strip(".")
        yield whole if whole in sources else (below or ROOT)


def faults(sources: Sources) -> list[str]:
    """Return what breaks the plan, a sentence each."""
    out = []
    beside: dict[str, set[str]] = {}
    for module, text in sources.items():
        if module not in (ROOT, MAIN) and wing(module) not in FLOOR:
            out.append(f"{module} is in no wing")
            continue
        for other in inside(sources, text):
            if fault := breach(module, other):
                out.append(f"{module} imports {other}, {fault}")
            elif package(other) == package(module) and other != package(module):
                beside.setdefault(module, set()).add(other)
        for origin, name in imported(text):
            out.extend(outside(module, origin, name))
    try:
        TopologicalSorter(beside).prepare()
    except CycleError as error:
        out.append(f"a cycle: {' imports '.join(reversed(error.args[1]))}")
    return out


def _beside(module: str, other: str) -> bool:
    """Return whether two modules are of one folder and of one floor."""
    return package(module) == package(other) and FLOOR[wing(module)] == FLOOR[wing(other)]


def breach(module: str, other: str) -> str:
    """Return why a module may not import another, "" where it may."""
    if other in (ROOT, MAIN):
        return "the package itself"
    if wing(other) not in FLOOR:
        return "which is in no wing"
    if module == MAIN or _beside(module, other) or ASKED_TO_START.get(module) == other:
        return ""
    if module == ROOT:
        is_handed_out = FLOOR[wing(other)] <= LAST_FOR_ROOT or other == PUBLIC
        return "" if is_handed_out else "from a wing above"
    if FLOOR[wing(other)] == FLOOR[wing(module)]:
        return "from a wing beside"
    return "" if FLOOR[wing(other)] < FLOOR[wing(module)] else "from a wing above"


def outside(module: str, origin: str, name: str) -> Iterator[str]:
    """Yield why a module may not import that from outside."""
    if origin.startswith("."):
        yield f"{module} imports {origin} relatively"
    for library, rooms in ONLY_IN.items():
        taken = f"{origin}.{name}"
        is_it = origin == library or f"{taken}.".startswith(f"{library}.")
        if is_it and not {module, wing(module)} & rooms:
            yield f"{module} imports {library}, which is for {', '.join(sorted(rooms))} only"


def test_the_house_stands() -> None:
    assert faults(house()) == []


def test_the_house_is_read() -> None:
    modules = house()
    assert {wing(module) for module in modules} <= {*FLOOR, ROOT, MAIN}
    assert "sources.geojson" in modules
    assert "core.model" in inside(modules, modules["record.coverage"])


@pytest.mark.parametrize(
    ("sources", "fault"),
    [
        ({"utils": ""}, "utils is in no wing"),
        (
            {"core.model": "from controlmap.geo.geodesy import WGS84", "geo.geodesy": ""},
            "core.model imports geo.geodesy, from a wing above",
        ),
        (
            {
                "record.coverage": "def f():\n from controlmap.analysis import pace",
                "analysis.pace": "",
            },
            "record.coverage imports analysis.pace, from a wing above",
        ),
        (
            {"cli.main": "from controlmap.dashboard import app", "dashboard.app": ""},
            "cli.main imports dashboard.app, from a wing beside",
        ),
        (
            {"dashboard.app": "from controlmap.cli import main", "cli.main": ""},
            "dashboard.app imports cli.main, from a wing beside",
        ),
        (
            {"analysis.pace": "from controlmap.update import fetch", "update.fetch": ""},
            "analysis.pace imports update.fetch, from a wing beside",
        ),
        (
            {
                "record.a": "from controlmap.record import b",
                "record.b": "import controlmap.record.a",
            },
            "a cycle: ",
        ),
        (
            {ROOT: "from controlmap.dashboard.app import x", "dashboard.app": ""},
            "__init__ imports dashboard.app, from a wing above",
        ),
        (
            {"analysis.areas": "from controlmap.public import Record", PUBLIC: ""},
            "analysis.areas imports public, from a wing above",
        ),
        (
            {"cli.main": "from controlmap import public", PUBLIC: ""},
            "cli.main imports public, from a wing beside",
        ),
        (
            {PUBLIC: "from controlmap.dashboard import app", "dashboard.app": ""},
            "public imports dashboard.app, from a wing beside",
        ),
        ({"draw.maps": "from controlmap import areas"}, "draw.maps imports __init__, the package"),
        ({"cli.main": "from . import model"}, "cli.main imports . relatively"),
        ({"record.coverage": "import folium"}, "record.coverage imports folium, which is for"),
        (
            {"draw.maps": "import altair as alt"},
            "draw.maps imports altair, which is for",
        ),
        (
            {"cli.main": "import streamlit.components.v1"},
            "cli.main imports streamlit, which is",
        ),
        ({"update.feeds": "from urllib import request"}, "update.feeds imports urllib.request"),
        ({"update.feeds": "from urllib.request import urlopen"}, "update.feeds imports urllib.req"),
        (
            {"sources": "import socket"},
            "sources imports socket, which is for dashboard.server",
        ),
    ],
)
def test_a_breach_is_found(sources: dict[str, str], fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(sources))


@pytest.mark.parametrize(
    "sources",
    [
        {"record.a": "from controlmap.record.b import B", "record.b": "", "core.model": ""},
        {"record.a": "from controlmap.core.version import __version__", "core.version": ""},
        {ROOT: "from controlmap.analysis.figures import areas", "analysis.figures": ""},
        {ROOT: "from controlmap.public import open", PUBLIC: ""},
        {PUBLIC: "from controlmap.analysis import areas", "analysis.areas": ""},
        {"draw.maps": "import folium\nfrom urllib.parse import urlencode"},
        {"update.fetch": "import urllib.request, socket"},
        {"sources": "from controlmap.sources import geojson", "sources.geojson": ""},
        {"cli.dashboard": "from controlmap.dashboard import server", "dashboard.server": ""},
    ],
)
def test_what_keeps_to_the_plan_is_let_be(sources: dict[str, str]) -> None:
    assert faults(sources) == []
