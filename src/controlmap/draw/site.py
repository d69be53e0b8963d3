"""The front end as a folder for any web server, with a file beside each view for programs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path, PurePosixPath
from uuid import NAMESPACE_URL, uuid5

import brotli

from controlmap.analysis import areas, files, history
from controlmap.analysis.answer import Answer
from controlmap.analysis.figures import ALL, Every
from controlmap.core import geoparquet, temporary
from controlmap.core.model import InputError
from controlmap.draw import edition, front, map_picture, pictures
from controlmap.draw.pictures import Size, Theme
from controlmap.record.coverage import Coverage
from controlmap.words import text, text_front, text_pictures
from controlmap.words.language import LANGUAGE

_INDEX = "controlmap-site.json"
"""What a site's folder is known by: the list of its files."""
_SELF = "'self'"
_NO_SCRIPT = f"default-src 'none'; img-src {_SELF}; base-uri 'none'; form-action 'none'"
_PICTURE = "picture.png"
_FEED = "feed.xml"
_WEEKS = 52
"""So many weeks are in the feed."""

Contents = dict[str, bytes]
"""Files by their paths below the site, in the order of writing."""


def site(coverages: Mapping[str, Coverage], default: str, url: str = "") -> Contents:
    """Return the files of a site by their paths, which are relative: it works below any address.

    What may be kept for ever has a hash of its content in its name. Text that is not of one day has
    packed copies, `.gz` and `.br`, beside it, for servers that hand those out.

    Parameters
    ----------
    coverages
        The records, by the ids of their sources.
    default
        The id of the source that is shown first, and that pictures and the feed are of.
    url
        The address that the site will have, for what names whole addresses: a sitemap, and the
        pictures that others show beside a link; "" for none.

    Raises
    ------
    InputError
        Where the address is none of a site.
    """
    return _Site(coverages, default, _address(url)).contents()


def _address(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise InputError("{url}: is no address; it begins with https:// or http://", url)
    return url and f"{url.rstrip('/')}/"


@dataclass(frozen=True)
class _Site:
    coverages: Mapping[str, Coverage]
    default: str
    url: str

    @property
    def coverage(self) -> Coverage:
        return self.coverages[self.default]

    def contents(self) -> Contents:
        """Return all files, the first page last."""
        views = {**self._days(), **self._oblasts()}
        texts = {_FEED: self._feed(), **self._over_time(), **self._front()}
        if self.url:
            pages = sorted({"", *(f"{path.rpartition('/')[0]}/" for path in views)})
            texts = {"sitemap.xml": self._rendered("sitemap.xml", pages=pages), **texts}
        pictures_of = {_PICTURE: self._picture(ALL)}
        data = {_named(f"{name}.bin", x): x for name, x in self._data.items()}
        return {**views, **pictures_of, **data, **_packed(texts), **texts}

    @cached_property
    def _data(self) -> dict[str, bytes]:
        return front.files(self.coverages)

    def _front(self) -> Contents:
        """Return the first page, the same to embed, and their style and script."""
        css, script = edition.style().encode(), edition.scripts().encode()
        style_url, script_url = _named("front.css", css), _named("front.js", script)
        names = {name: _named(f"{name}.bin", x) for name, x in self._data.items()}
        config = front.config(self.coverages, names.__getitem__, self.default)
        policy = f"{edition.policy(_SELF, _SELF)}; connect-src {_SELF}"
        latest = self._compared(self.default, self.coverage.span[1])
        shared = {"style_url": style_url, "script_url": script_url}
        first_page = edition.page(
            config,
            policy,
            **shared,
            description=_held(latest, ALL),
            url=self.url,
            picture=_PICTURE,
            feed=_FEED,
        )
        embed = edition.page(config, policy, **shared, embed=True)
        return {style_url: css, script_url: script, "embed.html": embed, "index.html": first_page}

    def _over_time(self) -> Contents:
        """Return the latest day, and each source's history and changes by week, for programs."""
        out = _for_programs("latest", areas.compare(self.coverage, others=self.coverages))
        for source, coverage in self.coverages.items():
            by_day = history.history(coverage, others=self.coverages)
            out |= _for_programs(f"history-{source}", by_day)
            by_week = history.flows(coverage, every=Every.WEEK)
            out |= _for_programs(f"changes-by-week-{source}", by_week)
        return out

    def _days(self) -> Contents:
        """Return a folder a day: what all sources say of it, and a page that leads to the map."""
        out: Contents = {}
        first, last = (
            edge(c.span[at] for c in self.coverages.values()) for at, edge in enumerate((min, max))
        )
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            if known := [s for s, c in self.coverages.items() if c.known(day)]:
                of = self.default if self.default in known else known[0]
                answers = {s: self._compared(s, day) for s in known}
                title = str(text_pictures.CONTROL_ON(day=day))
                to = f"../#date={day}&source={of}"
                out |= _of_a_day(day, [*answers.values()])
                out[f"{day}/index.html"] = self._view(
                    f"{day}/",
                    title,
                    _held(answers[of], ALL),
                    to,
                    ("areas.csv", "areas.metadata.json"),
                )
        return out

    def _compared(self, source: str, day: date) -> Answer:
        return areas.compare(self.coverages[source], day, others=self.coverages)

    def _oblasts(self) -> Contents:
        """Return a folder an oblast: its picture, and a page that says what is held of it."""
        out, day = {}, self.coverage.span[1]
        latest = self._compared(self.default, day)
        for oblast in self.coverage.oblasts:
            path = f"{oblast.iso}/"
            title = text_front.OBLAST_ON(oblast=text.named(oblast.iso), day=day)
            out[f"{path}{_PICTURE}"] = self._picture(oblast.iso)
            out[f"{path}index.html"] = self._view(
                path, str(title), _held(latest, oblast.iso), "", (), picture=_PICTURE
            )
        return out

    def _picture(self, iso: str) -> bytes:
        svg = map_picture.of_day(
            self.coverage, self.coverage.span[1], Size.WEB, Theme.LIGHT, iso=iso
        )
        return pictures.encoded(svg, "png")

    def _view(
        self,
        path: str,
        title: str,
        description: str,
        to: str,
        links: tuple[str, ...],
        *,
        picture: str = "",
    ) -> bytes:
        return self._rendered(
            "view.html",
            path=path,
            title=title,
            description=description,
            to=to,
            links=links,
            picture=picture,
            policy=_NO_SCRIPT,
            on_the_map=text_front.ON_THE_MAP,
        )

    def _feed(self) -> bytes:
        """Return what changed hands by week, the latest week first, as an Atom feed."""
        answer = history.flows(self.coverage, every=Every.WEEK)
        weeks = [row for row in answer.rows if row["iso"] == ALL][: -_WEEKS - 1 : -1]
        title = answer.evidence[0].title
        return self._rendered(
            "feed.xml",
            title=text.OVERVIEW,
            author=title,
            id=uuid5(NAMESPACE_URL, f"controlmap {self.default}"),
            updated=f"{self.coverage.span[1]}T23:59:59Z",
            entries=[
                {
                    "id": uuid5(NAMESPACE_URL, f"controlmap {self.default} {row['start']}"),
                    "title": text_pictures.CHANGED_HANDS(start=row["start"], end=row["end"]),
                    "text": ". ".join(_moved(title, row)),
                    "updated": f"{row['end']}T23:59:59Z",
                    "path": f"{row['end']}/",
                }
                for row in weeks
            ],
        )

    def _rendered(self, template: str, **variables: object) -> bytes:
        lang = LANGUAGE.get().replace("_", "-")
        html = edition.TEMPLATES.get_template(template).render(
            lang=lang, url=self.url, feed_path=_FEED, **variables
        )
        return html.encode("utf-8")


def _of_a_day(day: date, answers: list[Answer]) -> Contents:
    """Return the figures of a day by each source that knows it, as one table.

    It names the files that it rests on, but not the records, which change with each update.
    """
    first = answers[0]
    header, *_ = first.to_csv().splitlines(keepends=True)
    rows = (answer.to_csv().removeprefix(header) for answer in answers)
    whole = replace(
        first,
        evidence=tuple(replace(e, record="") for answer in answers for e in answer.evidence),
        notes=tuple(note for answer in answers for note in answer.notes),
    )
    return {
        f"{day}/areas.csv": "".join([header, *rows]).encode(),
        f"{day}/areas.metadata.json": files.metadata(whole.provenance),
    }


def _held(compared: Answer, iso: str) -> str:
    """Return in a sentence how much is held."""
    row = compared.row(iso)
    return text_pictures.held(compared.evidence[0].title, row["held"], row["held_share"], iso)


def _moved(title: str, row: text_pictures.Row) -> Iterator[str]:
    yield text_pictures.net(title, row["net_km2"])
    if row["net_km2"] is not None:
        yield from text_pictures.changed(row).values()


def _for_programs(path: str, answer: Answer) -> Contents:
    return {
        f"{path}.csv": answer.to_csv().encode(),
        f"{path}.metadata.json": files.metadata(answer.provenance),
    }


def _packed(texts: Mapping[str, bytes]) -> Contents:
    return {
        f"{name}.{suffix}": pack(content)
        for name, content in texts.items()
        for suffix, pack in (("gz", lambda x: gzip.compress(x, mtime=0)), ("br", brotli.compress))
    }


def _named(name: str, content: bytes) -> str:
    """Return the name that content has among the files of a site."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{edition.digest(content).hex()[:16]}.{suffix}"


def write(folder: Path, contents: Mapping[str, bytes]) -> int:
    """Write a site into a folder, the page last; return how many files were not as they are now.

    Raises
    ------
    InputError
        Where the folder holds something, and no site that this wrote; nothing was changed then.
    """
    index = folder / _INDEX
    if folder.exists() and not folder.is_dir():
        raise InputError("{folder}: is no folder", folder)
    temporary.clear(folder)  # what a run that was killed left is not another's file
    if folder.exists() and not index.is_file() and any(folder.iterdir()):
        raise InputError("{folder}: holds other files; name an empty folder, or a new one", folder)
    before = json.loads(index.read_text("utf-8")) if index.is_file() else []
    folder.mkdir(parents=True, exist_ok=True)
    changed = {
        name: content
        for name, content in contents.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    }
    # What is not whole yet is ours already: the list comes first.
    _put(index, json.dumps(sorted({*before, *contents})).encode())
    for name, content in changed.items():
        (folder / name).parent.mkdir(exist_ok=True)
        _put(folder / name, content)
    _put(index, json.dumps(sorted(contents)).encode())
    for name in set(before) - set(contents):
        _remove(folder, PurePosixPath(name))
    return len(changed)


def _put(path: Path, content: bytes) -> None:
    with geoparquet.replacing(path) as file:
        file.write(content)


def _remove(folder: Path, name: PurePosixPath) -> None:
    """Remove a file of the site, and its folder where that is left empty."""
    if name.is_absolute() or ".." in name.parts:  # the list may have been written to
        return
    (folder / name).unlink(missing_ok=True)
    parent = (folder / name).parent
    if parent != folder and parent.is_dir() and not any(parent.iterdir()):
        parent.rmdir()
