"""ISW, NZZ, VIINA and a person's own file: what each becomes, derived by hand from squares."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

import layer_files as files
import rows as of_rows
from controlmap import sources
from controlmap.core import limits
from controlmap.core.model import Ground, InputError, Snapshot, Status
from controlmap.geo import oblasts, places
from controlmap.geo.geodesy import areas_km2
from controlmap.record import builder, coverage, supplement
from controlmap.record import overlay as state
from controlmap.sources import formats, isw, legends, nzz, viina, viina_csv
from controlmap.sources.polygons import Memo
from input_files import SQUARE_KM2, make_file


def km2(snapshot: Snapshot, ground: Ground) -> float:
    return float(areas_km2(snapshot.layers.get(ground, np.empty(0, dtype=object))).sum())


A, B, C, D = ((37.0 + i / 10, 48.0, 37.1 + i / 10, 48.1) for i in range(4))

# ISW


@pytest.mark.parametrize(
    ("name", "ground"),
    [
        ("20220403_RussianAssessedCoTinUkraine.geojson", Ground.OCCUPIED),
        ("VIEW_RussiaCoTinUkraine_V3", Ground.OCCUPIED),
        ("ロシア軍支配エリア", Ground.OCCUPIED),
        ("20220403_RussianAssessedAdvanceinUkraine.geojson", Ground.ASSESSED_ADVANCE),
        ("MDS_AssessedRussianAdvanceInUkraine_view", Ground.ASSESSED_ADVANCE),
        ("ロシア軍侵攻エリア", Ground.ASSESSED_ADVANCE),
        ("20220403_RussianClaimedCoTinUkraine.geojson", Ground.CLAIMED_CONTROL),
        ("VIEW_ClaimedRussianTerritoryinUkraine_V2", Ground.CLAIMED_CONTROL),
        ("View_AssessedRussianInfiltrationAreasinUkraine_V4", Ground.INFILTRATION),
        ("Russian-controlled before February 24", Ground.HELD_BEFORE_2022),
        ("UkrainianClaimedCounterOffensives", isw.LEFT_OUT),
        ("ウクライナ軍反撃エリア", isw.LEFT_OUT),
        ("roads", None),
    ],
)
def test_isw_tells_layers_by_their_names(name: str, ground: object) -> None:
    assert isw.layer_ground(name) == ground


def test_isw_combined_file() -> None:
    data = make_file(
        (A, {"layer": "VIEW_RussiaCoTinUkraine_V3"}),
        (B, {"layer": "MDS_AssessedRussianAdvanceInUkraine_view"}),
        (C, {"layer": "VIEW_ClaimedRussianTerritoryinUkraine_V2"}),
        (D, {"layer": "Something new"}),
    )
    snapshot = sources.read(data, "20230701.geojson")
    assert (snapshot.info.reader, snapshot.info.observed) == (
        "isw",
        datetime(2023, 7, 1, tzinfo=UTC),
    )
    assert snapshot.info.reports == {
        Status.RUSSIAN_HELD,
        Status.ASSESSED_ADVANCE,
        Status.CLAIMED_CONTROL,
    }
    for ground in (Ground.OCCUPIED, Ground.ASSESSED_ADVANCE, Ground.CLAIMED_CONTROL):
        assert km2(snapshot, ground) == pytest.approx(SQUARE_KM2, abs=0.001)
    assert snapshot.info.warnings == (
        "20230701.geojson: layer 'Something new' is not known; 1 features left out",
    )


def test_isw_tells_its_day_in_milliseconds_where_the_name_does_not() -> None:
    data = make_file((A, {"datetime": 1648944000000}))
    snapshot = sources.read(data, "RussianAssessedCoTinUkraine.geojson")
    assert snapshot.info.observed == datetime(2022, 4, 3, tzinfo=UTC)


def isw_files(*without: str) -> list[Snapshot]:
    layers = {"RussianAssessedCoT": A, "RussianAssessedAdvance": B, "RussianClaimedCoT": C}
    return [
        sources.read(make_file((box, {})), f"20220403_{layer}inUkraine.geojson")
        for layer, box in layers.items()
        if layer not in without
    ]


def test_the_layers_of_a_day_are_one_state() -> None:
    (state,) = sources.joined("isw", isw_files())
    assert state.info.reports == {
        Status.RUSSIAN_HELD,
        Status.ASSESSED_ADVANCE,
        Status.CLAIMED_CONTROL,
    }
    assert state.info.name.count(" + ") == 2
    made = coverage.build("isw", [state])
    donetsk = made.areas[0, 0]
    for ground in (Ground.OCCUPIED, Ground.ASSESSED_ADVANCE, Ground.CLAIMED_CONTROL):
        assert donetsk[ground] == pytest.approx(SQUARE_KM2, abs=0.01)


def test_what_a_day_has_no_layer_of_is_not_reported() -> None:
    (state,) = sources.joined("isw", isw_files("RussianAssessedAdvance"))
    assert Status.ASSESSED_ADVANCE not in state.info.reports


def test_infiltration_is_contested_ground_where_it_has_a_layer_and_else_unknown() -> None:
    name = "20220403_AssessedRussianInfiltrationAreasinUkraine.geojson"
    infiltrated = sources.read(make_file((D, {})), name)
    assert infiltrated.info.reports == {Status.INFILTRATION, Status.CONTESTED}
    for more, found in (([infiltrated], SQUARE_KM2), ([], None)):
        (state_of_day,) = sources.joined("isw", [*isw_files(), *more])
        made = state.of("isw", state_of_day)
        row = of_rows.areas(made, made.at(date(2022, 4, 3)))[-1]
        assert row.contested == row.infiltration
        assert row.contested == (None if found is None else pytest.approx(found, abs=0.001))
        rest = (
            row.total - 2 * SQUARE_KM2 - (found or 0)
        )  # held and advanced on; claims are of the rest
        assert row.ukrainian_held == pytest.approx(rest, abs=0.001)


def test_what_was_held_before_2022_alone_does_not_tell_what_is_held() -> None:
    snapshot = sources.read(make_file((A, {})), "20220403_HeldBeforeFebruary24.geojson", "isw")
    assert snapshot.info.reports == {Status.HELD_BEFORE_2022}


def test_a_day_without_control_is_refused_for_a_record() -> None:
    with pytest.raises(InputError, match="a layer of control of that day is needed with it"):
        list(sources.joined("isw", isw_files("RussianAssessedCoT")))


def test_a_layer_that_is_there_twice_and_differs_is_refused() -> None:
    twice = [
        sources.read(make_file((box, {})), f"20220403_RussianAssessedCoTinUkraine{n}.geojson")
        for n, box in enumerate((A, B))
    ]
    with pytest.raises(InputError, match="is of the same instant and layer"):
        list(sources.joined("isw", twice))
    assert len(list(sources.joined("isw", [twice[0], twice[0]]))) == 1


def test_counteroffensives_alone_tell_nothing() -> None:
    name = "20220403_UkrainianClaimedCounterOffensives.geojson"
    snapshot = sources.read(make_file((A, {})), name)
    assert (snapshot.info.reports, snapshot.layers) == (frozenset(), {})
    assert list(sources.joined("isw", [snapshot])) == []
    with pytest.raises(InputError, match="reports no status"):
        builder.of_snapshot(snapshot)


def test_one_state_by_overlay_is_what_noding_makes_of_it() -> None:
    (snapshot,) = sources.joined("isw", isw_files())
    held, claimed = snapshot.layers[Ground.OCCUPIED], snapshot.layers[Ground.CLAIMED_CONTROL]
    # The claim is drawn over what is held as well, where it does not count, and over the border.
    across = shapely.box(38.3, 47.9, 39.0, 48.3)
    layers = {**snapshot.layers, Ground.CLAIMED_CONTROL: np.append(claimed, [across, held[0]])}
    drawn = replace(snapshot, layers=layers)
    plain, noded = state.of("isw", drawn), coverage.build("isw", [drawn])
    assert plain.areas == pytest.approx(noded.areas, abs=0.01)
    assert plain.areas[0].sum(axis=1) == pytest.approx([o.polygon_km2 for o in plain.oblasts])
    assert plain.areas[0, 0, Ground.OCCUPIED] == pytest.approx(SQUARE_KM2, abs=0.001)
    assert (plain.areas[0, :2, Ground.CLAIMED_CONTROL] > 500).all()


# NZZ

CITIES = [(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01) for lon, lat in
          nzz.HELD_SINCE_2014.values()]  # fmt: skip
Box = tuple[float, float, float, float]


def nzz_file(day: str, *boxes: Box, gains: Box = A) -> tuple[bytes, str]:
    told = {"date": day, "_datefrom": day, "_dateto": day, "view": "daily"}
    drawn = [(box, {"type": "nochange", **told}) for box in boxes]
    drawn += [(gains, {"type": "gains", **told}), (D, {"type": "losses", **told})]
    return b'{"value": %s}' % make_file(*drawn), f"{day}-as-named.json"


def test_nzz_held_is_what_did_not_change_and_what_was_gained() -> None:
    data, name = nzz_file("2024-02-02", B, *CITIES)
    snapshot = sources.read(data, name.replace("02-02", "02-10"))
    assert (snapshot.info.reader, snapshot.info.observed) == (
        "nzz",
        datetime(2024, 2, 2, tzinfo=UTC),
    )
    small = sum(areas_km2(np.array([shapely.box(*c) for c in CITIES], dtype=object)))
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(2 * SQUARE_KM2 + small, abs=0.01)
    assert (snapshot.lacks, snapshot.info.warnings) == (frozenset(), ())


def test_nzz_that_leaves_out_what_was_held_before_2022_is_no_record_as_it_is() -> None:
    data, name = nzz_file("2024-03-15", B)
    snapshot = sources.read(data, name)
    assert snapshot.lacks == {Status.HELD_BEFORE_2022}
    with pytest.raises(InputError, match="leaves out held_before_2022"):
        coverage.build("nzz", [snapshot])


def test_nzz_is_completed_from_its_own_last_whole_file() -> None:
    whole = sources.read(*nzz_file("2024-03-08", B, *CITIES))
    short = sources.read(*nzz_file("2024-03-15", B))
    later = sources.read(*nzz_file("2024-03-22", B, C))
    completion = supplement.Completion()
    done = list(completion.of([later, short, whole]))
    cities = sum(areas_km2(np.array([shapely.box(*c) for c in CITIES], dtype=object)))
    made = coverage.build("nzz", done)
    assert made.areas[:, :, Ground.HELD_BEFORE_2022].sum(axis=1) == pytest.approx(
        [0, cities, cities], abs=0.01
    )
    held = made.areas[:, :, list(Status.RUSSIAN_HELD.grounds)].sum(axis=(1, 2))
    assert held == pytest.approx(
        [2 * SQUARE_KM2 + cities, 2 * SQUARE_KM2 + cities, 3 * SQUARE_KM2 + cities], abs=0.02
    )
    assert completion.count == 2
    assert completion.figures["completed_km2"] == pytest.approx(cities, abs=0.06)
    assert "2024-03-08-as-named.json, the last file that has it" in completion.note


def test_nzz_that_extends_a_record_is_completed_from_it() -> None:
    whole, short, later = (
        sources.read(*nzz_file(day, *boxes))
        for day, boxes in (
            ("2024-03-08", (B, *CITIES)), ("2024-03-15", (B,)), ("2024-03-22", (B, C))
        )
    )  # fmt: skip
    known = coverage.build("nzz", supplement.Completion().of([whole, short]))
    completion = supplement.Completion(known)
    (done,) = completion.of([later])
    cities = sum(areas_km2(np.array([shapely.box(*c) for c in CITIES], dtype=object)))
    assert km2(done, Ground.HELD_BEFORE_2022) == pytest.approx(cities, abs=0.01)
    assert "the record's own map of 2024-03-15-as-named.json" in completion.note
    earlier = {"completed": "before", "completed_snapshots": 7, "completed_km2": 3.0}
    assert supplement.summed(earlier, completion.figures) == {
        **earlier,
        "completed_snapshots": 8,
    }


def test_nzz_alone_is_completed_as_its_record_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    made, told = builder.of_snapshot(sources.read(*nzz_file("2026-08-21", B)))
    before = made.areas[0, :, Ground.HELD_BEFORE_2022].sum()
    assert 16_500 < before < 16_900
    assert "from the record's own map of 2026-08-22.json" in told
    assert made.snapshots[0].reports == {Status.RUSSIAN_HELD}


def test_nzz_of_two_days_or_of_none_is_refused() -> None:
    data, name = nzz_file("2024-02-02", B)
    with pytest.raises(InputError, match="of 2 days, 2024-02-02, 2024-02-03"):
        sources.read(data.replace(b"2024-02-02", b"2024-02-03", 1), name)
    with pytest.raises(InputError, match=r": feature 0: .* is no day YYYY-MM-DD"):
        sources.read(data.replace(b'"date": "2024-02-02"', b'"date": "soon"'), name)


# A person's own file


@pytest.mark.parametrize("name", files.FORMATS)
def test_every_format_is_read_alike_by_the_guess(name: str) -> None:
    snapshot = sources.read(files.FORMATS[name](), name)
    assert (snapshot.info.reader, snapshot.info.observed) == (
        "own",
        datetime(2024, 5, 6, tzinfo=UTC),
    )
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(SQUARE_KM2, abs=0.001)
    assert km2(snapshot, Ground.CONTESTED) == pytest.approx(SQUARE_KM2, abs=0.001)
    assert snapshot.info.reports == {Status.RUSSIAN_HELD, Status.CONTESTED}
    assert not shapely.has_z(snapshot.layers[Ground.OCCUPIED]).any()
    (warning,) = snapshot.info.warnings
    assert "read by a guess, by '" in warning
    assert "'occupied' is russian_held, 'grey zone' is contested" in warning


@pytest.mark.parametrize("crs", ["EPSG:32637", "EPSG:3857", "EPSG:28407"])
@pytest.mark.parametrize("make", [files.geopackage, files.shapefile, files.geoparquet])
def test_other_systems_are_taken_to_longitude_and_latitude(crs: str, make: Any) -> None:
    snapshot = sources.read(make(files.frame(crs)), f"layer {files.DAY}")
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(SQUARE_KM2, abs=0.001)


def test_two_layers_of_a_geopackage_are_told_apart_by_their_names() -> None:
    both = files.frame()
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.gpkg")
        both[:1].drop(columns="status").to_file(path, layer="occupied", driver="GPKG")
        both[1:].drop(columns="status").to_file(path, layer="contested", driver="GPKG")
        snapshot = sources.read(path.read_bytes(), f"a {files.DAY}.gpkg")
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(SQUARE_KM2, abs=0.001)
    assert km2(snapshot, Ground.CONTESTED) == pytest.approx(SQUARE_KM2, abs=0.001)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("occupied", Status.RUSSIAN_HELD),
        ("russian controlled", Status.RUSSIAN_HELD),
        ("окуповано", Status.RUSSIAN_HELD),
        ("de-occupied, liberated", Status.LIBERATED),
        ("grey area", Status.CONTESTED),
        ("сіра зона", Status.CONTESTED),
        ("claimed by russia", Status.CLAIMED_CONTROL),
        ("occupied before 24 february", Status.HELD_BEFORE_2022),
        ("ukrainian-held", Status.UKRAINIAN_HELD),
        ("#a52714", Status.RUSSIAN_HELD),
        ("#880e4f", Status.HELD_BEFORE_2022),
        ("#ff0000", Status.RUSSIAN_HELD),
        ("#808080", Status.CONTESTED),
        ("#2040ff", Status.UKRAINIAN_HELD),
        ("#ff00ff", None),
        ("roads", None),
        ("", None),
    ],
)
def test_what_words_and_colours_tell(value: str, status: Status | None) -> None:
    assert legends.status_of(value) is status


def test_a_legend_decides_and_what_it_leaves_out_is_told() -> None:
    legend = legends.from_toml(
        'column = "status"\n[statuses]\n" GREY zone" = "russian_held"', "l.toml"
    )
    snapshot = sources.read(files.geojson(), f"a {files.DAY}.geojson", legend=legend)
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(SQUARE_KM2, abs=0.001)
    assert Ground.CONTESTED not in snapshot.layers
    assert snapshot.info.warnings == (
        f"a {files.DAY}.geojson: status 'occupied' is not in the legend; left out (82.9 km2)",
    )


def test_a_legend_may_tell_what_all_of_it_is_and_when() -> None:
    legend = legends.from_toml('whole = "russian_held"\ndate = 2026-01-24', "l.toml")
    snapshot = sources.read(files.geojson(), "a.geojson", legend=legend)
    assert snapshot.info.observed.date() == date(2026, 1, 24)
    assert km2(snapshot, Ground.OCCUPIED) == pytest.approx(2 * SQUARE_KM2, abs=0.001)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("column = ", "is not TOML"),
        ("", "either `column` with `statuses`, or `whole`"),
        ('column = "a"\nwhole = "contested"', "either `column`"),
        ('whole = "occupied"', "'occupied' is no status; allowed: russian_held"),
        ('colour = "a"', "colour: not known; allowed: column, statuses, whole, date"),
        ("column = 7", "column, whole and encoding are texts"),
        ('column = "a"\nstatuses = "b"', "column, whole and encoding are texts"),
        ('whole = "contested"\ndate = "2026-01-24"', "date is a day"),
        ("#" * (2**20 + 1), "larger than 1 MB, the limit"),
        ("column = " + "1" * 5000, "is not TOML"),
        ("a" + ".a" * 16 + " = 1", "a key of more than 16 parts"),
        ("[" + '"a.\\"" . ' * 16 + "'a']", "a key of more than 16 parts"),
        ("".join(f"k{i} = 1\n" for i in range(9)), "k0, k1, k2: not known"),
    ],
)
def test_what_is_no_legend_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        legends.from_toml(text, "l.toml")
    assert str(caught.value).startswith("l.toml: ")


def test_nothing_held_is_refused() -> None:
    legend = legends.from_toml('whole = "contested"', "l.toml")
    with pytest.raises(InputError, match="has nothing Russian-held"):
        sources.read(files.geojson(), f"a {files.DAY}.geojson", legend=legend)


def test_kml_tells_folder_style_and_colour() -> None:
    document = formats.parse(files.kml(), "a.kml")
    assert [f.properties for f in document.areas] == [
        {"name": "Area 1", "folder": "Occupied", "layer": "Occupied", "style": "red",
         "fill": "#a52714"},
        {"name": "Area 1", "folder": "Grey zone", "layer": "Grey zone", "style": "grey",
         "fill": "#bdbdbd"},
    ]  # fmt: skip


# VIINA

DONETSK, MAKIIVKA = 709717, 702320


def test_viina_cells_fill_the_oblasts() -> None:
    cells = viina.cells()
    assert len(cells) == len(places.load())
    whole = sum(o.polygon_km2 for o in oblasts.load())
    assert areas_km2(cells).sum() == pytest.approx(whole, abs=1)


@pytest.mark.parametrize("packed", [False, True])
def test_viina_gives_each_place_its_cell(packed: bool) -> None:
    table = files.viina(
        (DONETSK, "20240506", "RU"), (MAKIIVKA, "20240506", "CONTESTED"), (1, "20240506", "RU"),
        (DONETSK, "20240507", "UA"), (MAKIIVKA, "20240507", "RU"),
    )  # fmt: skip
    data = files.zipped({"control_2024.csv": table}) if packed else table
    order = sorted(p.geonameid for p in places.load())
    cell = {n: areas_km2(viina.cells()[[order.index(n)]])[0] for n in (DONETSK, MAKIIVKA)}
    last = sources.read(data, "viina.csv")
    assert (last.info.reader, last.info.observed.date()) == ("viina", date(2024, 5, 7))
    assert km2(last, Ground.OCCUPIED) == pytest.approx(cell[MAKIIVKA], abs=0.001)
    first = sources.read(data, "viina.csv", observed=datetime(2024, 5, 6, 12, tzinfo=UTC))
    assert km2(first, Ground.OCCUPIED) == pytest.approx(cell[DONETSK], abs=0.001)
    assert km2(first, Ground.CONTESTED) == pytest.approx(cell[MAKIIVKA], abs=0.001)
    assert "an approximation" in first.info.warnings[0]
    assert f"{len(order) - 2} of {len(order)} places have no holder" in first.info.warnings[1]
    assert [s.info.observed.day for s in sources.read_all(data, "viina.csv", Memo())] == [6, 7]


def test_viina_opinions_stand_side_by_side() -> None:
    header = "geonameid,date,status_wiki,status_boost,status_dsm,status_isw,status\n"
    data = f"{header}{DONETSK},2024-05-06,RU,UA,CONTESTED,,RU\n".encode()
    year = viina_csv.parse(data, "v.csv", limits.CSV_MB)
    place = year.place.tolist().index(DONETSK)
    told = {column: int(year.holder[column][0, place]) for column in viina_csv.OPINIONS.values()}
    assert told == {
        "status": Ground.OCCUPIED,
        "status_wiki": Ground.OCCUPIED,
        "status_boost": Ground.UNMARKED,
        "status_dsm": Ground.CONTESTED,
        "status_isw": -1,
    }
    silent = len(year.place) - 1
    assert viina.counts(year, None) == {
        "viina": (1, 0, 0, silent),
        "viina_wiki": (1, 0, 0, silent),
        "viina_boost": (0, 0, 1, silent),
        "viina_dsm": (0, 1, 0, silent),
        "viina_isw": (0, 0, 0, silent + 1),
    }
    assert Ground.CONTESTED in sources.read(data, "v.csv", "viina_dsm").layers
    with pytest.raises(InputError, match="status_isw knows no holder on 2024-05-06"):
        sources.read(data, "v.csv", "viina_isw")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (files.viina((DONETSK, "yesterday", "RU")), "a date that is not YYYYMMDD"),
        (files.viina((DONETSK, "20240506", "US")), "'US' is no holder; allowed: RU, CONTESTED, UA"),
        (files.viina((1, "20240506", "RU")), "has no place of the four oblasts"),
        (b"geonameid,date,status\n1,20240506,RU\n", "is not VIINA's CSV"),
        (
            b"kod,date,status\nUA14020010010098765,20240506,RU\n",
            "v.csv: has no column geonameid; of VIINA's files the `control_latest` are read",
        ),
        (
            files.viina((DONETSK, "20240506", "RU"), (DONETSK, "2024-05-06", "UA")),
            f"v.csv: gives place {DONETSK} on 2024-05-06 two holders",
        ),
    ],
)
def test_what_is_not_viinas_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        sources.read(data, "v.csv")


def test_viina_may_tell_the_same_twice_and_not_otherwise_in_whatever_piece(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(viina_csv, "_BLOCK", 256)  # some six rows
    rows = [
        (number, "20240506", "RU") for number in sorted(p.geonameid for p in places.load())[:30]
    ]
    alike = viina_csv.parse(files.viina(*rows, rows[0]), "v.csv", limits.CSV_MB)
    assert viina.counts(alike, None)["viina"][:3] == (30, 0, 0)
    with pytest.raises(InputError, match=f"place {rows[0][0]} on 2024-05-06 two holders"):
        viina_csv.parse(files.viina(*rows, (rows[0][0], "20240506", "UA")), "v.csv", limits.CSV_MB)


def test_viina_unpacks_to_as_much_as_is_allowed_where_it_comes_from() -> None:
    rows = [(1, "20240506", "RU")] * 60_000  # 26 bytes each
    data = files.zipped({"v.csv": files.viina((DONETSK, "20240506", "RU"), *rows)})
    assert viina_csv.parse(data, "v.zip", 2).days == (date(2024, 5, 6),)
    with pytest.raises(InputError, match="larger than 1 MB, the limit"):
        viina_csv.parse(data, "v.zip", 1)


def test_viina_has_no_days_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CSV_DAYS", 1)
    with pytest.raises(InputError, match="has more than 1 days"):
        viina_csv.parse(
            files.viina((DONETSK, "20240506", "RU"), (DONETSK, "20240507", "RU")),
            "v.csv",
            limits.CSV_MB,
        )


def test_what_gdal_says_of_files_in_memory_is_not_told() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sources.read(files.geopackage(), f"layer {files.DAY}.gpkg")


def test_what_gdal_doubts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pyogrio.read_arrow

    def doubting(*given: Any, **named: Any) -> Any:
        warnings.warn("feature 7: ring is odd", RuntimeWarning, stacklevel=2)
        return real(*given, **named)

    monkeypatch.setattr(pyogrio, "read_arrow", doubting)
    with pytest.raises(InputError, match="is damaged: feature 7: ring is odd"):
        sources.read(files.geopackage(), f"layer {files.DAY}.gpkg")
