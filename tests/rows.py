"""The rows of answers over hand-made records, whose columns are read as attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

from controlmap.analysis import areas as area_answers
from controlmap.analysis import changes as change_answers
from controlmap.analysis import history as histories
from controlmap.analysis.figures import Contested, Every
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot


def _read(rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [SimpleNamespace(**row) for row in rows]


def areas(coverage: Coverage, snapshot: DaySnapshot, basis: Basis = Basis.POLYGON) -> list[Any]:
    return _read(area_answers.by_oblast(coverage, snapshot, basis))


def compare(
    coverage: Coverage,
    snapshot: DaySnapshot,
    basis: Basis = Basis.POLYGON,
    contested: Contested = Contested.OUT,
) -> list[Any]:
    return _read(area_answers.claimed_and_held(coverage, snapshot, basis, contested))


def changes(coverage: Coverage, start: DaySnapshot, end: DaySnapshot) -> list[Any]:
    return _read(change_answers.by_oblast(coverage, start, end))


def history(
    coverage: Coverage,
    start: date | None = None,
    end: date | None = None,
    every: Every = Every.DAY,
) -> list[Any]:
    return _read(histories.by_day(coverage, histories.days_known(coverage, start, end, every)))


def flows(
    coverage: Coverage,
    start: date | None = None,
    end: date | None = None,
    every: Every = Every.DAY,
) -> list[Any]:
    return _read(histories.by_period(coverage, histories.period_ends(coverage, start, end, every)))
