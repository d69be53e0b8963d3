"""The command `update`: what it prints and refuses, one writer at a time, readers undisturbed."""

from __future__ import annotations

import functools
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from command_line import Run
from controlmap import sources
from controlmap.core import user_folder
from controlmap.core.model import InputError, RecordError
from controlmap.record import archive, builder, inputs
from controlmap.record.archive import Record
from controlmap.update import feeds, fetch, updater
from controlmap.update.fetch import Fetcher
from input_files import quiet
from march import asked, daily, publish, record_of, run, stored, tree
from publisher import MANNERS, MadeClock, Publisher, status

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_the_command(clock: MadeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command asks as the tests do: without pauses, by their clock."""
    monkeypatch.setattr(fetch, "Fetcher", functools.partial(fetch.Fetcher, MANNERS, clock.clock))


# What may not be done


def test_a_generalised_record_is_not_updated(
    server: Publisher, fetcher: Fetcher, place: Path
) -> None:
    files = [inputs.Member(*daily(1))]
    builder.build_file("deepstate", files, place / "deepstate.parquet", 2000, quiet)
    with pytest.raises(InputError, match=r"deepstate\.parquet: is generalised to cells of 2000 m"):
        run(fetcher)
    assert asked(server) == []


def test_a_damaged_record_is_not_updated(server: Publisher, fetcher: Fetcher, place: Path) -> None:
    (place / "deepstate.parquet").write_bytes(b"damaged")
    with pytest.raises(RecordError, match="is damaged"):
        run(fetcher)
    assert asked(server) == []


@pytest.mark.usefixtures("server", "place")
def test_days_to_come_are_not_asked_for(fetcher: Fetcher) -> None:
    with pytest.raises(
        InputError, match=r"--since 2026-03-13: is still to come; today is 2026-03-12"
    ):
        run(fetcher, since=date(2026, 3, 13))


def test_an_address_that_may_not_be_asked_names_its_setting(
    fetcher: Fetcher, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTROLMAP_ADDRESS_DEEPSTATE_DAILY", "http://example.org/data")
    with pytest.raises(
        InputError, match=r"^CONTROLMAP_ADDRESS_DEEPSTATE_DAILY: address 'http://ex"
    ):
        run(fetcher)
    assert list(place.iterdir()) == []


def test_a_source_without_an_address_says_what_to_do(
    fetcher: Fetcher, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for feed in feeds.FEEDS["deepstate"]:
        monkeypatch.setenv(feed.setting, "")
    with pytest.raises(InputError, match="every address is empty"):
        run(fetcher)
    with pytest.raises(InputError, match=r"no address to fetch it from.*controlmap build"):
        updater.update("creamy_caprice", fetcher, quiet, quiet)
    assert list(place.iterdir()) == []


def test_without_a_folder_nothing_is_fetched(
    server: Publisher, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTROLMAP_DATA", "")
    with pytest.raises(InputError, match="CONTROLMAP_DATA: is empty"):
        run(fetcher)
    assert asked(server) == []


# Where things are


def test_the_platform_says_where_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONTROLMAP_DATA")
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, **_: tmp_path / name)
    assert user_folder.find() == tmp_path / "controlmap"
    assert archive.open_source("deepstate").is_embedded
    assert not (tmp_path / "controlmap").exists()
    assert user_folder.ensure().is_dir()


def test_every_feed_is_of_a_reader_in_order_of_precedence_and_is_documented() -> None:
    words = (REPOSITORY / "docs" / "update.md").read_text("utf-8")
    for source, listed in feeds.FEEDS.items():
        readers = [reader.id for reader in sources.find_source(source).readers]
        assert [r for r in readers if r in {f.reader for f in listed}] == [f.reader for f in listed]
        for feed in listed:
            assert feed.setting in words
            assert feed.default in words
            assert feed.default.startswith("https://")


# What it says


def test_the_terms_are_told_before_the_first_fetch_and_once(
    server: Publisher, own: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(server, 6)
    first = Run(capsys, "update")
    assert first.code == 0
    assert "may not be redistributed" in first.errors[0]
    assert "may not be redistributed" not in "".join(Run(capsys, "update").errors)
    assert own.path.is_file()


@pytest.mark.usefixtures("own")
def test_an_update_says_what_it_did(
    server: Publisher, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(server, 6, 8)
    done = Run(capsys, "update", "--source", "deepstate")
    assert done.code == 0
    assert done.out.startswith(
        f"{place}/deepstate.parquet: 2 added; 7 snapshots, 2026-03-01 to 2026-03-08, "
    )
    missing = ", ".join(daily(day)[0] for day in (7, 9, 10))
    assert done.errors[1:] == [f"not published: {missing}"]
    again = Run(capsys, "update")
    assert (again.code, again.out) == (
        0,
        f"{place}/deepstate.parquet: nothing new since 2026-03-08\n",
    )


@pytest.mark.usefixtures("place")
def test_a_record_that_stands_in_place_of_another_says_so(
    server: Publisher, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(server, 9)
    done = Run(capsys, "update", "--since", "2026-03-09")
    assert ": begun; 1 snapshot, 2026-03-09 to 2026-03-09, " in done.out
    note = "note: it is used in place of the embedded record, which has 2026-03-01 to 2026-03-03"
    assert done.errors[-1] == note
    told = Run(capsys, "sources", "--format", "json").json["sources"][0]
    assert told["instead_of"] == "2026-03-01/2026-03-03"


@pytest.mark.usefixtures("own")
def test_a_failure_adds_what_came_and_ends_with_1(
    server: Publisher, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(server, 6)
    server.publish(f"/data/{daily(7)[0]}", status(403))
    done = Run(capsys, "update")
    assert done.code == 1
    assert ": 1 added; " in done.out
    assert done.errors[-1] == (
        f"controlmap: {server.address}/data/{daily(7)[0]}: turns the request away "
        "(403); what came after it was not requested"
    )


@pytest.mark.parametrize("days", [(), (1, 2, 3)])
def test_a_dry_run_lists_and_writes_nothing(
    server: Publisher, place: Path, days: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    if days:
        record_of(place / "deepstate.parquet", *days)
    before = tree(place)
    done = Run(capsys, "update", "--dry-run")
    first = days[-1] + 1 if days else 1
    assert done.out.splitlines() == [
        f"2026-03-{d:02}  deepstate_daily  {server.address}/data/{daily(d)[0]}"
        for d in range(first, 11)
    ]
    assert "may not be redistributed" in done.errors[0]
    assert done.errors[1] == f"{11 - first} files would be fetched; nothing was written"
    assert (done.code, server.paths, tree(place)) == (0, [], before)


def test_a_dry_run_lists_the_days_that_are_named(
    server: Publisher, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = Run(capsys, "update", "--dry-run", "--from", "2026-03-03", "--to", "2026-03-05")
    assert [line[:10] for line in done.out.splitlines()] == [
        "2026-03-03",
        "2026-03-04",
        "2026-03-05",
    ]
    assert (server.paths, tree(place)) == ([], {})


@pytest.mark.usefixtures("own")
def test_a_dry_run_asks_for_indexes_alone_and_tells_every_feeds_terms(
    both: Publisher, capsys: pytest.CaptureFixture[str]
) -> None:
    done = Run(capsys, "update", "--dry-run")
    told = [line.split()[:2] for line in done.out.splitlines()]
    assert told == [
        *([f"2026-03-{d:02}", "deepstate_api"] for d in range(5, 9)),
        *([f"2026-03-{d:02}", "deepstate_daily"] for d in (9, 10)),
    ]
    assert both.paths == ["/api/public"]
    assert "free for volunteers and for defence" in done.errors[0]


@pytest.mark.usefixtures("own", "server")
def test_an_interruption_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = (place / "deepstate.parquet").read_bytes()
    monkeypatch.setattr(Fetcher, "get", interrupted)
    done = Run(capsys, "update")
    assert done.code == 1
    assert done.errors[-1].startswith("controlmap: interrupted; the record is as it was")
    assert (place / "deepstate.parquet").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--since", "yesterday"), "'yesterday' is not a date YYYY-MM-DD"),
        (("--since", "2026-03-13"), "--since 2026-03-13: is still to come"),
        (("--from", "2026-03-11", "--to", "2026-03-09"), "--from 2026-03-11: is after --to 2026"),
        (("--source", "nobody"), "source 'nobody': not known"),
    ],
)
@pytest.mark.usefixtures("server")
def test_bad_input_ends_with_2_and_changes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    done = Run(capsys, "update", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.errors[-1]
    assert [p for p in tree(place) if p != ".writing"] == []


def test_sources_tell_where_data_are(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Run(capsys, "sources", "--format", "json").json
    assert told["data"] == str(place)
    assert told["sources"][0]["fetched_from"] == [f.default for f in feeds.FEEDS["deepstate"]]
    assert str(place) in Run(capsys, "sources").out


# One writer, and readers


def test_a_second_writer_is_turned_away_until_the_first_ends_however_it_ends(
    server: Publisher, own: Record, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    publish(server, 6)
    hold = (
        "import sys, time\nfrom pathlib import Path\n"
        "from controlmap.core import user_folder as folder\n"
        "with folder.one_writer(Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", hold, str(own.path.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        source = tmp_path / daily(6)[0]
        source.write_bytes(daily(6)[1])
        before = own.path.read_bytes()
        for arguments in (("update",), ("build", "--extend", own.path, source)):
            done = Run(capsys, *arguments)
            assert done.code == 1
            assert "another update or build is writing there" in done.errors[-1]
        assert own.path.read_bytes() == before
        assert server.paths == []
        assert len(archive.open_source("deepstate").coverage.snapshots) == 5  # readers go on
        other.kill()
        other.wait()
    assert Run(capsys, "update").code == 0
    assert list(stored()) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("beyond", [".deepstate.parquet", ".deepstate.parquet.mine", "notes.txt"])
@pytest.mark.usefixtures("own")
def test_what_is_not_of_an_update_is_left_alone(
    server: Publisher, fetcher: Fetcher, place: Path, beyond: str
) -> None:
    (place / beyond).write_text("mine")
    publish(server, 6)
    run(fetcher)
    assert (place / beyond).read_text() == "mine"


@pytest.mark.usefixtures("own")
def test_a_running_dashboard_shows_what_an_update_brings(
    server: Publisher, fetcher: Fetcher
) -> None:
    def proposals() -> None:
        from controlmap.dashboard.pages import proposals as shown

        shown.show()

    def text() -> str:
        assert not page.exception
        return " ".join(str(m.value) for m in page.markdown)

    page = AppTest.from_function(proposals, default_timeout=60).run()
    assert "Observed **5 March 2026 (" in text()
    publish(server, 6, 7)
    run(fetcher)
    page.run()
    assert "Observed **7 March 2026 (" in text()
    page.date_input(key="proposals date").set_value(date(2026, 3, 6)).run()
    assert "Observed **6 March 2026 (" in text()


@pytest.mark.usefixtures("place")
def test_whoever_runs_a_server_learns_what_a_short_record_hides(
    server: Publisher, fetcher: Fetcher
) -> None:
    from controlmap.dashboard import server as dashboard

    publish(server, 9)
    run(fetcher, since=date(2026, 3, 9))
    record = archive.open_source("deepstate")
    remarks = " ".join(map(str, dashboard._remarks(record, date(2026, 3, 10))))
    assert "covers 1 March 2026 to 3 March 2026" in remarks
    assert "controlmap update --source deepstate --from 2026-03-01" in remarks
