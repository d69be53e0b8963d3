"""Keeping a person's own record current: what a source has published since, fetched and added.

A record of one's own is at full detail, the embedded one is generalised; the two are never mixed.
So the first update fetches everything since the embedded record begins, and a record that would
know less than that one is begun only where a person asks for it by its first day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from controlmap import sources
from controlmap.core import geoparquet, user_folder
from controlmap.core.model import ControlmapError, InputError, SnapshotInfo
from controlmap.record import archive, builder, extender
from controlmap.record.archive import Record
from controlmap.record.plausibility import KeptOut
from controlmap.update import feeds
from controlmap.update.feeds import Feed, Item
from controlmap.update.fetch import Fetcher, FetchError, MissingError, UnavailableError
from controlmap.update.originals import Original, Originals

ASK_AGAIN = timedelta(hours=20)
"""A file that is kept already is not asked for again so soon."""
FAILURES_IN_A_ROW = 3
"""After so many files that could not be had, a feed is left alone for this time."""
MISSING_IN_A_ROW = 30
"""After so many days without a file, it is taken to have moved."""

Told = Callable[[str], None]


@dataclass
class Fetching:
    """What came of asking: the files, oldest first of each feed, and what did not come.

    Attributes
    ----------
    wanted
        What was listed and not in the record.
    kept
        The files, fetched or already at hand.
    missing
        What there is no file of; a source has such days.
    failed
        What went wrong, a line each.
    stopped
        Whether a feed was left before its end.
    """

    wanted: list[Item] = field(default_factory=list)
    kept: list[Original] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stopped: bool = False


@dataclass(frozen=True)
class Update:
    """What an update did.

    Attributes
    ----------
    record
        The record as it is now; None where there is none yet.
    begun
        Whether it is new.
    added, kept_out
        Its new snapshots, and what of the files was kept out.
    fetching
        What came of asking.
    """

    record: Record | None
    begun: bool
    added: tuple[SnapshotInfo, ...]
    kept_out: tuple[KeptOut, ...]
    fetching: Fetching


def update(
    source: str, fetcher: Fetcher, tell: Told, progress: Told, since: date | None = None
) -> Update:
    """Fetch what is new of a source and add it to the person's own record, or begin that.

    `tell` is told the terms before a source is asked for the first time; `progress`, what is done.

    Raises
    ------
    InputError
        Where there is nothing to fetch it from, the record is generalised, or `since` is to come.
    ControlmapError
        Where another is writing, or what came cannot be taken; the record is as it was, and the
        files are kept.
    """
    asked = feeds.of(source)
    place = user_folder.made()
    with user_folder.one_writer(place):
        path = place / f"{source}.parquet"
        task = _Task(source, asked, fetcher, Originals(place), _own(path), since)
        task.check_since()
        task.state_terms(tell)
        fetching = task.fetch(progress)
        if not fetching.kept:
            return Update(task.own, False, (), (), fetching)
        geoparquet.clear_leftovers(path)
        made = path.with_name(f"{source}.new.parquet")
        geoparquet.clear_leftovers(made)
        try:
            if task.own is None:
                done = _begun(task, path, made, progress, fetching)
            else:
                done = _extended(task, task.own, path, made, progress, fetching)
            made.replace(path)
        except InputError as error:  # of a server's making, not the person's
            raise ControlmapError(f"{error}; the record is as it was") from error
        finally:
            made.unlink(missing_ok=True)
        return done


def preview(
    source: str, fetcher: Fetcher, tell: Told, progress: Told, since: date | None = None
) -> Fetching:
    """What `update` would fetch: only indexes are asked for, and nothing is written."""
    asked, place = feeds.of(source), user_folder.named()
    own = _own(place / f"{source}.parquet")
    task = _Task(source, asked, fetcher, Originals(place), own, since)
    task.check_since()
    task.state_terms(tell)
    return task.fetch(progress, only_listed=True)


def _own(path: Path) -> Record | None:
    """The person's own record, checked before anything is fetched for it."""
    if not path.is_file():
        return None
    record = archive.load(path)
    extender.check(record.coverage, path.name)
    return record


def _begun(task: _Task, path: Path, made: Path, progress: Told, fetching: Fetching) -> Update:
    """A record of what was fetched, which hides nothing of the embedded one unasked."""
    if fetching.stopped:
        raise ControlmapError(
            f"{fetching.failed[-1]}; no record was begun. {len(fetching.kept)} files are kept, and "
            "the next update goes on from there"
        )
    files = [kept.as_member() for kept in fetching.kept]
    record = replace(builder.build_file(task.source, files, made, None, progress), path=path)
    hidden = archive.hidden_by(record)
    if hidden is not None and task.since is None:
        first, last = record.coverage.span
        raise ControlmapError(
            f"{task.source}: what could be fetched is of {first} to {last}, less than the embedded "
            "record's {} to {}".format(*hidden.coverage.span)
            + f"; no record was begun. --since {first} would begin it all the same"
        )
    kept_out = map(KeptOut.of_told, record.provenance.figures.get("kept_out", ()))
    return Update(record, True, record.coverage.snapshots, tuple(kept_out), fetching)


def _extended(
    task: _Task, own: Record, path: Path, made: Path, progress: Told, fetching: Fetching
) -> Update:
    """The record with what was fetched, which has not lost days to it.

    Over the span of a better reader's snapshots those of another are not used: where the better
    feed has files of late days alone, all between its last ones and these would go.
    """
    files = [kept.as_member() for kept in fetching.kept]
    done = builder.extend_file(path, files, made, progress)
    had = {info.observed.date() for info in own.coverage.snapshots}
    lost = [gap for gap in done.record.coverage.gaps if any(gap[0] < day < gap[1] for day in had)]
    if lost:
        first, last = lost[0]
        raise ControlmapError(
            f"{task.source}: with what was fetched the record would lose its days between {first} "
            f"and {last}; it is as it was. --since {first} asks for them, and "
            f"{task.feeds[0].setting}= leaves that feed out"
        )
    record = replace(done.record, path=path)
    return Update(record, False, done.added, done.kept_out, fetching)


@dataclass(frozen=True)
class _Task:
    """One update: of what, from where, on what it goes on, since when."""

    source: str
    feeds: Sequence[Feed]
    fetcher: Fetcher
    originals: Originals
    own: Record | None
    since: date | None

    def check_since(self) -> None:
        """Raise an InputError for a first day that is still to come."""
        today = self.fetcher.clock.now().date()
        if self.since is not None and self.since > today:
            raise InputError(f"--since {self.since}: is still to come; today is {today}")

    def state_terms(self, tell: Told) -> None:
        """Tell the terms where nothing of the source was ever fetched."""
        if any(self.originals.has_any(feed.reader) for feed in self.feeds):
            return
        told = sources.find_source(self.source)
        more = " ".join(feed.terms for feed in self.feeds if feed.terms)
        tell(f"{told.title}: {told.terms} {more}".rstrip())

    def fetch(self, progress: Told, *, only_listed: bool = False) -> Fetching:
        """What is new, feed after feed: a later one goes on where those before it have ended.

        Over the span of a better feed's files, the files of a later one would not be used.
        """
        done = Fetching()
        reached: datetime | None = None
        for feed in self.feeds:
            begin = max(filter(None, (self._from(feed), reached)))
            before = len(done.kept)
            wanted = self._listed(feed, begin, done)
            done.wanted += wanted
            if not only_listed:
                self._fetch(wanted, done, progress)
                if sources.find_reader(feed.reader).layered:
                    _keep_whole_states(wanted, done)
            ends = [item.observed for item in wanted] if only_listed else []
            ends += [kept.observed for kept in done.kept[before:]]
            ends += [info.observed for info in self._infos() if info.reader == feed.reader]
            reached = max([*ends, *([reached] if reached else [])], default=None)
        return done

    def _from(self, feed: Feed) -> datetime:
        """From when on a feed is asked: where the record ends, as far as it is of the feed."""
        if self.since is not None:
            return _start_of(self.since)
        infos = self._infos()
        own = [info.observed for info in infos if info.reader == feed.reader]
        if infos:
            return max(own or [info.observed for info in infos])
        embedded = archive.open_embedded(self.source)
        first = embedded.coverage.span[0] if embedded else feed.begins
        return _start_of(max(first, feed.begins))

    def _infos(self) -> Sequence[SnapshotInfo]:
        return self.own.coverage.snapshots if self.own else ()

    def _listed(self, feed: Feed, begin: datetime, done: Fetching) -> list[Item]:
        known = {info.key for info in self._infos()}
        address = feed.address
        if address is None:  # not to be asked
            return []
        try:
            found = feed.listed(self.fetcher, address, begin, self.fetcher.clock.now())
            return [item for item in found if item.key not in known]
        except FetchError as error:
            done.failed.append(str(error))
            done.stopped = True
            return []

    def _fetch(self, wanted: Sequence[Item], done: Fetching, progress: Told) -> None:
        """Fetch files, oldest first, until they are all there or there is no sense in asking."""
        failed = missing = 0  # in a row
        for number, item in enumerate(wanted, start=1):
            progress(f"{number} of {len(wanted)} files, {item.name}")
            try:
                done.kept.append(self._fetched(item))
                failed = missing = 0
            except MissingError as error:
                done.missing.append(item.name)
                missing += 1
                if missing == MISSING_IN_A_ROW:
                    done.failed.append(f"{error}, nor are the {missing - 1} before it")
                    done.stopped = True
                    return
            except FetchError as error:
                done.failed.append(str(error))
                failed += 1
                if failed == FAILURES_IN_A_ROW or isinstance(error, UnavailableError):
                    done.stopped = True
                    return

    def _fetched(self, item: Item) -> Original:
        """A file as its server has it now, or as it is kept."""
        kept = self.originals.find(item.reader, item.name)
        now = self.fetcher.clock.now()
        if kept is None:
            fetched = self.fetcher.get(item.address)
        elif now - kept.asked < ASK_AGAIN:
            return kept
        else:
            newer = self.fetcher.get(item.address, etag=kept.etag, last_modified=kept.last_modified)
            if newer is None:
                self.originals.confirm(item.reader, kept, now)
                return kept
            fetched = newer
        feeds.check_layer(fetched)
        return self.originals.keep(item.reader, item.name, item.observed, fetched)


def _keep_whole_states(wanted: Sequence[Item], done: Fetching) -> None:
    """Leave out a state whose layers did not all come: once added, it is never asked for again.

    What came stays among the originals, so that the next run asks only for what is missing.
    """
    came = {kept.name for kept in done.kept}
    for observed in sorted({item.observed for item in wanted if item.name not in came}):
        layers = [item.name for item in wanted if item.observed == observed]
        lacking = ", ".join(name for name in layers if name not in came)
        done.failed.append(
            f"{observed:%Y-%m-%d}: is not added without {lacking}; the next update asks again"
        )
        done.kept = [kept for kept in done.kept if kept.name not in layers]


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
