"""The page of sources: what each is, and how far they agree on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import streamlit as st

from controlmap import sources
from controlmap.analysis import agreement
from controlmap.analysis.agreement import Agreement, Opinion
from controlmap.analysis.assessed_advance import Advance, counted
from controlmap.core.model import Status
from controlmap.dashboard import (
    attribution as told,
)
from controlmap.dashboard import (
    map_view,
    query_params,
    rendering,
    session,
    source_choice,
    tables,
    upload,
)
from controlmap.draw.maps import Feature
from controlmap.geo import places
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from controlmap.sources import custom
from controlmap.words import text, text_sources

_PATCHES = 6


def show() -> None:
    """Show the page."""
    st.title(text_sources.TITLE)
    st.markdown(text_sources.LEDE)
    first, last = _span()
    query_params.check(
        {
            "date": (partial(query_params.is_between, first, last), f"{first} … {last}"),
            "advance": (text_sources.ADVANCES.__contains__, ", ".join(text_sources.ADVANCES)),
        }
    )
    _page()


@st.fragment
@session.guarded
def _page() -> None:
    first, last = _span()
    row = st.container(horizontal=True, vertical_alignment="bottom")
    day = session.day(row, "date", last, (first, last), label=text.DATE)
    advance = source_choice.advance(row)
    chosen, comparison = row.container(), st.container()
    coverages = session.coverages(advance)
    mine = upload.show(day)
    if mine is not None:
        coverages[custom.ID] = counted(mine, advance)
    known = agreement.opinions(coverages, day)
    current = [o for o in known if o.is_current]
    if mine is not None and custom.ID not in {o.source for o in current}:
        comparison.warning(text_sources.own_elsewhen(mine.snapshots[-1].observed.date(), day))
    with comparison:
        _compare(chosen, advance, current)
    st.header(text_sources.EACH)
    _each(day, {o.source: o for o in known}, coverages)


def _span() -> tuple[date, date]:
    """The days on which any source has something to say."""
    spans = [coverage.span for coverage in session.coverages(Advance.APART).values()]
    return min(first for first, _ in spans), max(last for _, last in spans)


def _compare(
    place: st.delta_generator.DeltaGenerator,
    advance: Advance,
    current: Sequence[Opinion],
) -> None:
    titles = {o.source: sources.find_source(o.source).title for o in current}
    wanted = place.pills(
        text_sources.COMPARED,
        list(titles),
        default=list(titles),
        selection_mode="multi",
        format_func=titles.__getitem__,
        help=text_sources.COMPARED_HELP,
        key=f"compared {' '.join(titles)}",
    )
    compared = [o for o in current if o.source in wanted]
    if len(compared) < 2:
        st.info(text_sources.TOO_FEW)
        return
    rev = key(compared, advance)
    found = _agreed(compared, rev)
    rows = agreement.by_oblast(found)
    spread = agreement.spread([o for o in compared if o.source != custom.ID])
    if custom.ID in found.sources:
        st.info(text_sources.OWN_APART)
    pairs = agreement.pairs(found)
    least = min(pairs, key=lambda p: p.jaccard)
    facts = (
        (text_sources.BY_ALL, text.km2(rows[-1].by_all)),
        (text_sources.BY_ONE, text.km2(rows[-1].by_one)),
        (
            text_sources.LEAST_ALIKE,
            text_sources.alike(least.jaccard, [titles[least.one], titles[least.other]]),
        ),
    )
    band = text_sources.headline(spread[-1].low, spread[-1].high)
    st.html(rendering.headline(band, text_sources.of_sources(len(spread[-1].shares)), facts))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        map_view.show(
            session.record(),
            "agreement",
            _layer_names(found),
            rev,
            partial(_features, found, rows[-1], compared),
            credit=[_credit(o) for o in compared],
            private=custom.ID in found.sources,
            caption=text_sources.COMPUTED,
        )
    with right:
        patches = _places(agreement.patches(found, _PATCHES))
        st.html(rendering.table(tables.agreement(rows, spread)))
        st.html(rendering.table(tables.pairs(pairs, titles)))
        st.html(rendering.table(tables.patches(patches, titles)))
        lines = text_sources.cite(rows, spread[-1], len(compared))
        told.citation(st.container(), lines, *((o.coverage, o.snapshot) for o in compared))


def key(compared: Sequence[Opinion], advance: Advance) -> str:
    """The records and snapshots compared, and what is counted; own layers are no record."""
    each = (
        f"{o.source if o.source == custom.ID else session.record(o.source).key} {o.snapshot.index}"
        for o in compared
    )
    return f"{advance} {' '.join(each)} {compared[0].snapshot.day}"


def _agreed(compared: Sequence[Opinion], key: str) -> Agreement:
    """How they agree; what has a visitor's own layer in it stays in the session."""
    if any(o.source == custom.ID for o in compared):
        return agreement.agree(compared)
    return session.agreed(key, compared)


def _credit(opinion: Opinion) -> tuple[str, str]:
    source = sources.find_source(opinion.source)
    return source.credit, source.url


def _layer_names(found: Agreement) -> dict[str, str]:
    """The layers of the map: a visitor's own where there is one, "some" where that can be."""
    names = dict(text_sources.LAYERS)
    shown = {"own", *upload.placed()} if custom.ID in found.sources else set()
    for name in {"own", *text_sources.PLACED} - shown:
        del names[name]
    if len(found.sources) == 2:
        del names["by-some"]
    return names


def _features(
    found: Agreement, every: agreement.AgreementRow, compared: Sequence[Opinion]
) -> dict[str, list[Feature]]:
    drawn = agreement.outlines(found)
    km2 = {"all": every.by_all, "some": every.by_some, "one": every.by_one}
    out = {
        layer: [Feature(drawn[kind], text_sources.patch_tooltip(layer, km2[kind]))]
        if kind in drawn
        else []
        for layer, kind in text_sources.CLASSES.items()
    }
    mine = next((o for o in compared if o.source == custom.ID), None)
    drawn_names = _layer_names(found)
    out |= {"own": upload.features(mine), **upload.placed()} if mine else {}
    return {layer: features for layer, features in out.items() if layer in drawn_names}


def _places(patches: Sequence[agreement.Patch]) -> list[tuple[str, agreement.Patch]]:
    """Each piece with the place that it is near, in words."""
    return [(text_sources.near(*places.nearest(p.lon, p.lat)), p) for p in patches]


def _each(day: date, known: Mapping[str, Opinion], coverages: Mapping[str, Coverage]) -> None:
    columns = st.columns(2, gap="large")
    listed = [s for s in sources.SOURCES.values() if s.id != custom.ID]
    for number, source in enumerate(listed):
        with columns[number % 2]:
            st.subheader(source.title)
            st.markdown(source.notes)
            if source.id in coverages:
                _record(day, source.id, known.get(source.id), coverages[source.id])
            else:
                st.markdown(text_sources.NO_RECORD.format(source.id))
                _reports(source, None)
            st.caption(f"{source.precedence} {source.terms} [{source.url}]({source.url})")


def _record(day: date, source: str, opinion: Opinion | None, coverage: Coverage) -> None:
    first = coverage.span[0]
    said = [text.span(*coverage.span, len(coverage.snapshots), len(coverage.gaps))]
    if opinion is None:
        said.append(text_sources.begins_later(first))
    else:
        observed, age = opinion.snapshot.info.observed.date(), opinion.age_days
        used = text_sources.used(day, observed, age)
        said.append(used if opinion.is_current else text_sources.too_old(observed, age))
    said.append(text_sources.completed(archive.open_source(source).provenance.figures))
    st.markdown(" ".join(filter(None, said)))
    _reports(sources.find_source(source), {s for i in coverage.snapshots for s in i.reports})


def _reports(source: sources.Source, told: set[Status] | None) -> None:
    for reader in source.readers:
        statuses = reader.reports if told is None else reader.reports & told
        st.markdown(text.reports(reader.title, statuses))
