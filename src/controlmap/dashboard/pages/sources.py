"""The page of sources: what each is, and how far they agree on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap import sources
from controlmap.analysis import agree, agreement
from controlmap.analysis.agreement import Agreement, AgreementRow, Opinion
from controlmap.analysis.answer import Evidence
from controlmap.analysis.assessed_advance import Advance, counted
from controlmap.core.model import Status
from controlmap.dashboard import (
    attribution,
    controls,
    downloads,
    map_view,
    rendering,
    session,
    tables,
    upload,
)
from controlmap.dashboard.parameters import ADVANCE, BASIS, DATE, Choices
from controlmap.draw import map_layers
from controlmap.draw.maps import Feature, Payload
from controlmap.geo import places
from controlmap.geo.oblasts import Basis
from controlmap.record import archive, sampling
from controlmap.record.coverage import Coverage
from controlmap.sources import custom
from controlmap.words import markdown, text, text_sources
from controlmap.words.catalog import Text

_PATCHES = 6


def show() -> None:
    """Show the page."""
    st.title(text_sources.TITLE)
    st.markdown(text_sources.LEDE)
    controls.arrive("sources")
    _page()


@st.fragment
@session.guarded
def _page() -> None:
    choices = controls.chosen("sources")
    day, advance = choices[DATE], choices[ADVANCE]
    row = controls.ask(choices, DATE, BASIS, ADVANCE)
    pills, comparison = row.container(), st.container()
    coverages = session.coverages(advance)
    own = upload.show(day)
    if own is not None:
        coverages[custom.ID] = counted(own, advance)
    known = agreement.opinions(coverages, day)
    current = [o for o in known if o.is_current]
    if own is not None and custom.ID not in {o.source for o in current}:
        comparison.warning(text_sources.own_elsewhen(own.snapshots[-1].observed.date(), day))
    with comparison:
        _compare(pills, choices, current)
    st.header(text_sources.EACH)
    _each(day, {o.source: o for o in known}, coverages)


def _compare(place: DeltaGenerator, choices: Choices, current: Sequence[Opinion]) -> None:
    titles = {o.source: sources.find_source(o.source).title for o in current}
    wanted = place.pills(
        str(text_sources.COMPARED),
        list(titles),
        default=list(titles),
        selection_mode="multi",
        format_func=titles.__getitem__,
        help=str(text_sources.COMPARED_HELP),
        key=f"compared {' '.join(titles)}",
    )
    compared = [o for o in current if o.source in wanted]
    if len(compared) < 2:
        st.info(text_sources.TOO_FEW)
        return
    basis, advance = choices[BASIS], choices[ADVANCE]
    rev = key(compared, basis, advance)
    private = any(o.source == custom.ID for o in compared)
    agreed = (agreement.agree if private else partial(_agreed, rev))(compared, basis, advance)
    rows = agreement.by_oblast(agreed)
    spread = agreement.spread([o for o in compared if o.source != custom.ID], basis)
    if custom.ID in agreed.sources:
        st.info(text_sources.OWN_APART)
    pairs = agreement.pairs(agreed)
    least = min(pairs, key=lambda p: p.jaccard)
    facts = (
        (text_sources.BY_ALL, text.km2(rows[-1].by_all)),
        (text_sources.BY_ONE, text.km2(rows[-1].by_one)),
        (
            text_sources.LEAST_ALIKE,
            text_sources.alike(least.jaccard, titles[least.one], titles[least.other]),
        ),
    )
    band = text_sources.headline(spread[-1].low, spread[-1].high)
    st.html(rendering.headline(band, text_sources.of_sources(len(spread[-1].shares)), facts))
    left, right = st.columns([11, 9], gap="medium")
    with left:
        names = _layer_names(agreed)
        payload = (
            map_layers.payload(rev, names, _features(agreed, rows[-1], compared))
            if private
            else _payload(rev, agreed, rows[-1], compared)
        )
        map_view.show(
            session.record(),
            choices,
            names,
            payload,
            credit=[_credit(o) for o in compared],
            caption=text_sources.COMPUTED if agreed.is_exact else text_sources.COMPUTED_ON_POINTS,
        )
    with right:
        patches = _places(agreement.patches(agreed, _PATCHES))
        st.html(rendering.table(tables.agreement(rows, spread)))
        st.html(rendering.table(tables.pairs(pairs, titles)))
        st.html(rendering.table(tables.patches(patches, titles)))
        every = rows[-1]
        lines = text_sources.cite(
            every.by_all,
            every.by_some,
            every.by_one,
            every.by_none,
            spread[-1].shares,
            len(compared),
            basis=basis,
            is_exact=agreed.is_exact,
        )
        evidence = [Evidence.of(o.coverage, o.snapshot) for o in compared]
        row = st.container(horizontal=True)
        attribution.citation(row, lines, evidence)
        if not private:  # of a reader's own file nothing is kept to ask again
            on = current[0].snapshot.day
            coverages = {o.source: o.coverage for o in compared}
            downloads.offer(
                row,
                f"agree-{'-'.join(coverages)}-{on}",
                lambda: agree.agree(coverages, on, basis=basis, advance=advance),
                cell_m=sampling.CELL_M,
                has_ground=True,
            )


def key(compared: Sequence[Opinion], basis: Basis, advance: Advance) -> str:
    """Return the records and snapshots compared, and what is counted; own layers are no record."""
    each = (
        f"{o.source if o.source == custom.ID else session.record(o.source).key} {o.snapshot.index}"
        for o in compared
    )
    return f"{basis} {advance} {' '.join(each)} {compared[0].snapshot.day}"


@st.cache_resource(show_spinner=False, max_entries=16)
def _agreed(
    key: str,  # noqa: ARG001
    _compared: Sequence[Opinion],
    basis: Basis,
    advance: Advance,
) -> Agreement:
    return agreement.agree(_compared, basis, advance)


@st.cache_data(show_spinner=False, max_entries=16)
def _payload(
    rev: str, _agreed: Agreement, _every: AgreementRow, _compared: Sequence[Opinion]
) -> Payload:
    return map_layers.payload(rev, _layer_names(_agreed), _features(_agreed, _every, _compared))


def _credit(opinion: Opinion) -> tuple[str, str]:
    source = sources.find_source(opinion.source)
    return source.credit, source.url


def _layer_names(agreed: Agreement) -> dict[str, Text]:
    """Return the layers of the map: a visitor's own if there is one, "some" if that can be."""
    names: dict[str, Text] = dict(text_sources.LAYERS)
    shown = {"own", *upload.placed()} if custom.ID in agreed.sources else set()
    for name in {"own", *text_sources.PLACED} - shown:
        del names[name]
    if len(agreed.sources) == 2:
        del names["by-some"]
    return names


def _features(
    agreed: Agreement, every: AgreementRow, compared: Sequence[Opinion]
) -> dict[str, list[Feature]]:
    outlines = agreement.outlines(agreed)
    km2 = {"all": every.by_all, "some": every.by_some, "one": every.by_one}
    features = {
        layer: [Feature(outlines[kind], text_sources.patch_tooltip(layer, km2[kind]))]
        if kind in outlines
        else []
        for layer, kind in text_sources.CLASSES.items()
    }
    own = next((o for o in compared if o.source == custom.ID), None)
    return {**features, "own": upload.features(own), **upload.placed()} if own else features


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
                st.markdown(text_sources.NO_RECORD(source=source.id))
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
    record = archive.open_source(source)
    said.append(text_sources.completed(record.provenance.figures))
    if wrong := record.coverage.in_place_of:
        said.append(text.in_place_of(markdown.plain(wrong)))
    st.markdown(" ".join(filter(None, said)))
    _reports(sources.find_source(source), {s for i in coverage.snapshots for s in i.reports})


def _reports(source: sources.Source, recorded: set[Status] | None) -> None:
    for reader in source.readers:
        statuses = reader.reports if recorded is None else reader.reports & recorded
        st.markdown(text.reports(reader.title, statuses))
