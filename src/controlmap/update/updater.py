"""Keeping a person's own record current: what a source has published since, fetched and added.

A person's own record is at full detail, the embedded one is generalised; the two are never mixed.
So the first update fetches everything since the embedded record begins, and a record that would
know less than that one is begun only where a person asks for it by its first day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from controlmap import sources
from controlmap.core import temporary, user_folder
from controlmap.core.model import ControlmapError, InputError, SnapshotInfo
from controlmap.record import archive, builder, extender
from controlmap.record.archive import Record
from controlmap.record.builder import Notify
from controlmap.record.plausibility import KeptOut
from controlmap.record.revisions import Revision
from controlmap.update import feeds
from controlmap.update.feeds import Feed, Item
from controlmap.update.fetch import Fetcher, FetchError, MissingError, UnavailableError
from controlmap.update.originals import Original, Originals
from controlmap.words.catalog import as_given

ASK_AGAIN = timedelta(hours=20)
"""A file that is kept already is not requested again so soon."""
FAILURES_IN_A_ROW = 3
"""After so many files that could not be had, a feed is left alone for this time."""
SETTLED = timedelta(days=30)
"""A file that came so long after its day is not requested again, but for a correction."""
MISSING_IN_A_ROW = 30
"""After so many files that are not there, they are taken to have moved."""


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
    added, revised, kept_out
        Its new snapshots, those that the source has changed, and what of the files was kept out.
    fetching
        What came of asking.
    """

    record: Record | None
    begun: bool
    added: tuple[SnapshotInfo, ...]
    revised: tuple[Revision, ...]
    kept_out: tuple[KeptOut, ...]
    fetching: Fetching


def update(
    source: str,
    fetcher: Fetcher,
    notice: Notify,
    progress: Notify,
    since: date | None = None,
    until: date | None = None,
) -> Update:
    """Fetch what is new of a source and add it to the person's own record, or begin that.

    `notice` gets the terms before the first request to a source; `progress`, what is done.

    Raises
    ------
    InputError
        Where there is nothing to fetch it from, the record is generalised, or `since` is to come or
        after `until`.
    ControlmapError
        Where another is writing, or what came cannot be taken; the record is as it was, and the
        files are kept.
    """
    listed = feeds.of(source)
    folder = user_folder.ensure()
    with user_folder.one_writer(folder):
        new = folder / f"{source}.new.parquet"
        new.unlink(missing_ok=True)  # of one that was killed
        temporary.clear_below(folder)
        task = _Task.of(source, listed, folder, fetcher, progress, since, until)
        fetching = task.fetch(notice)
        if not fetching.kept:
            return Update(task.record, False, (), (), (), fetching)
        try:
            done = task.begin(new, fetching) if task.record is None else task.extend(new, fetching)
            new.replace(task.path)
        except InputError as error:  # of a server's making, not the person's
            raise ControlmapError("{error}; the record is as it was", error) from error
        finally:
            new.unlink(missing_ok=True)
        return done


def preview(
    source: str,
    fetcher: Fetcher,
    notice: Notify,
    progress: Notify,
    since: date | None = None,
    until: date | None = None,
) -> Fetching:
    """List what `update` would fetch: only indexes are requested, and nothing is written."""
    listed, folder = feeds.of(source), user_folder.named()
    task = _Task.of(source, listed, folder, fetcher, progress, since, until)
    return task.fetch(notice, only_listed=True)


@dataclass(frozen=True)
class _Task:
    """One update: of what, from where, on what it goes on, of which days."""

    source: str
    feeds: Sequence[Feed]
    path: Path
    record: Record | None
    originals: Originals
    fetcher: Fetcher
    progress: Notify
    since: date | None
    until: datetime

    @classmethod
    def of(
        cls,
        source: str,
        listed: Sequence[Feed],
        folder: Path,
        fetcher: Fetcher,
        progress: Notify,
        since: date | None,
        until: date | None,
    ) -> _Task:
        """Check the person's own record, and the days, before anything is fetched."""
        path = folder / f"{source}.parquet"
        record = archive.load(path) if path.is_file() else None
        if record is not None:
            extender.check(record.coverage, path.name)
        now = fetcher.clock.now()
        if since is not None and since > now.date():
            raise InputError(
                "--since {since}: is still to come; today is {today}", since, now.date()
            )
        if since is not None and until is not None and since > until:
            raise InputError("--from {since}: is after --to {until}", since, until)
        end = now if until is None else min(now, datetime.combine(until, time.max, UTC))
        return cls(source, listed, path, record, Originals(folder), fetcher, progress, since, end)

    def begin(self, new: Path, fetching: Fetching) -> Update:
        """Build a record of what was fetched, which hides nothing of the embedded one unasked."""
        if fetching.stopped:
            raise ControlmapError(
                "{failed}; no record was begun. {count} files are kept, and the next "
                "update goes on from there",
                fetching.failed[-1],
                len(fetching.kept),
            )
        files = [kept.as_member() for kept in fetching.kept]
        built = builder.build_file(self.source, files, new, None, self.progress)
        record = replace(built, path=self.path)
        hidden = archive.hidden_by(record)
        if hidden is not None and self.since is None:
            first, last = record.coverage.span
            raise ControlmapError(
                "{source}: what could be fetched is of {first} to {last}, less than the embedded "
                "record's {begin} to {end}; no record was begun. --since {first} would begin it "
                "all the same",
                self.source,
                first,
                last,
                *hidden.coverage.span,
            )
        kept_out = map(KeptOut.from_json, record.provenance.figures.get("kept_out", ()))
        return Update(record, True, record.coverage.snapshots, (), tuple(kept_out), fetching)

    def extend(self, new: Path, fetching: Fetching) -> Update:
        """Add what was fetched to the record, which has not lost days to it.

        Over the span of a better reader's snapshots those of another are not used: where the
        better feed has files of late days alone, all between its last ones and these would go.
        """
        had = {info.observed.date() for info in self._infos()}
        files = [kept.as_member() for kept in fetching.kept]
        loose = {feed.reader for feed in self.feeds if not feed.dated}
        revised = {item.key for item in fetching.wanted}
        revised |= {info.key for info in self._infos() if info.reader in loose}
        done = builder.extend_file(self.path, files, new, self.progress, revised=revised)
        for first, last in done.record.coverage.gaps:
            if any(first < day < last for day in had):
                raise ControlmapError(
                    "{source}: with what was fetched the record would lose its days between "
                    "{first} and {last}; it is as it was. --since {first} asks for them, and "
                    "{setting}= leaves that feed out",
                    self.source,
                    first,
                    last,
                    self.feeds[0].setting,
                )
        record = replace(done.record, path=self.path)
        return Update(record, False, done.added, done.revised, done.kept_out, fetching)

    def fetch(self, notice: Notify, *, only_listed: bool = False) -> Fetching:
        """Fetch what is new, feed after feed: a later one goes on the day after those before it.

        Over the span of a better feed's files, the files of a later one would not be used. The
        terms are stated where nothing of the source was ever fetched.
        """
        if not any(self.originals.has_any(feed.reader) for feed in self.feeds):
            source = sources.find_source(self.source)
            more = " ".join(feed.terms for feed in self.feeds if feed.terms)
            notice(f"{source.title}: {source.terms} {more}".rstrip())
        done = Fetching()
        reached: datetime | None = None
        for feed in self.feeds:
            begin = self._from(feed)
            if reached is not None:
                begin = max(begin, _start_of(reached.date() + timedelta(days=1)))
            before = len(done.kept)
            wanted = self._listed(feed, begin, done)
            done.wanted += wanted
            if not only_listed:
                self._fetch(feed, wanted, done)
                if sources.find_reader(feed.reader).layered:
                    _keep_whole_days(wanted, done)
            ends = [item.observed for item in wanted] if only_listed else []
            ends += [kept.observed for kept in done.kept[before:]]
            ends += [info.observed for info in self._infos() if info.reader == feed.reader]
            reached = max([*ends, *([reached] if reached else [])], default=None)
        return done

    def _from(self, feed: Feed) -> datetime:
        """Return from when on a feed is read: where the record ends where it is of the feed."""
        if self.since is not None:
            return _start_of(self.since)
        ends = [info.observed for info in self._infos() if info.reader == feed.reader]
        if ends:
            return max(ends)
        if self._infos():  # of other feeds: a better one may have the day too
            return _start_of(max(info.day for info in self._infos()))
        embedded = archive.open_embedded(self.source)
        first = embedded.coverage.span[0] if embedded else feed.begins
        return _start_of(max(first, feed.begins))

    def _infos(self) -> Sequence[SnapshotInfo]:
        return self.record.coverage.snapshots if self.record else ()

    def _listed(self, feed: Feed, begin: datetime, done: Fetching) -> list[Item]:
        address = feed.address
        wanted: list[Item] = []
        if address is None:  # left alone by its setting
            return wanted
        known = {info.key: info for info in self._infos()}
        try:
            for item in feed.listed(self.fetcher, address, begin, self.until):
                if isinstance(item, FetchError):
                    done.failed.append(str(item))
                elif (
                    self._is_corrected(item, known[item.key])
                    if feed.dated and item.key in known
                    else item.observed >= begin and (feed.dated or self._may_differ(item))
                ):
                    wanted.append(item)
        except FetchError as error:
            done.failed.append(str(error))
            done.stopped = True
        return wanted

    def _may_differ(self, item: Item) -> bool:
        """Return whether a file is none that the record has, or may have changed since."""
        kept = self.originals.last(item.reader, item.name)
        return not (kept and self._is_in_record(kept) and self._is_fresh(kept, item))

    def _is_in_record(self, kept: Original) -> bool:
        """Return whether a kept file is among what the record was built of, and not kept out."""
        provenance = self.record.provenance if self.record else None
        return provenance is not None and (
            any(file["sha256"] == kept.sha256 for file in provenance.inputs)
            and all(out["name"] != kept.name for out in provenance.figures.get("kept_out", ()))
        )

    def _is_fresh(self, kept: Original, item: Item) -> bool:
        """Return whether a kept file is not to be requested again."""
        if _is_older(kept, item):
            return False
        is_settled = kept.retrieved - item.observed > SETTLED
        return is_settled or self.fetcher.clock.now() - kept.checked < ASK_AGAIN

    def _is_corrected(self, item: Item, info: SnapshotInfo) -> bool:
        """Return whether a source has changed a file since the copy that the record is of.

        Of a copy of an unknown day that is supposed where it was changed on a later day.
        """
        if item.updated is None:
            return False
        kept = self.originals.last(item.reader, item.name)
        if kept is not None:
            return kept.sha256 != info.sha256 or _is_older(kept, item)
        day_after = _start_of(info.observed.date() + timedelta(days=1))
        return item.updated >= (info.retrieved or day_after)

    def _fetch(self, feed: Feed, wanted: Sequence[Item], done: Fetching) -> None:
        """Fetch files, oldest first, until they are all there or there is no sense in asking."""
        failed = missing = 0  # in a row
        for number, item in enumerate(wanted, start=1):
            self.progress(
                as_given("{number} of {count} files, {name}", number, len(wanted), item.name)
            )
            try:
                kept = self._original(feed, item)
                if feed.dated or not self._is_in_record(kept):
                    done.kept.append(kept)
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

    def _original(self, feed: Feed, item: Item) -> Original:
        """Return a file as its server has it now, or as it is kept."""
        kept = self.originals.find(item.reader, item.name)
        if kept is not None and self._is_fresh(kept, item):
            return kept
        fetched = feed.fetch(self.fetcher, item, kept)
        if kept is not None and fetched is None:
            now = self.fetcher.clock.now()
            self.originals.confirm(item.reader, kept, now, item.updated)
            return kept
        if fetched is None:
            raise FetchError("{address}: the server answers {status}", item.address, 304)
        return self.originals.keep(item.reader, item.name, item.observed, fetched, item.updated)


def _is_older(kept: Original, item: Item) -> bool:
    """Return whether a file was changed after the copy of it that is kept."""
    return item.updated is not None and item.updated > (kept.updated or kept.retrieved)


def _keep_whole_days(wanted: Sequence[Item], done: Fetching) -> None:
    """Leave out a day whose layers did not all come: once added, it is never requested again.

    What came stays among the originals, so that the next run asks only for what is missing.
    """
    came = {kept.name for kept in done.kept}
    for observed in sorted({item.observed for item in wanted if item.name not in came}):
        layers = [item.name for item in wanted if item.observed == observed]
        if len(layers) == 1:  # what is missing is named already
            continue
        lacking = ", ".join(name for name in layers if name not in came)
        done.failed.append(
            f"{observed:%Y-%m-%d}: is not added without {lacking}; the next update asks again"
        )
        done.kept = [kept for kept in done.kept if kept.name not in layers]


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
