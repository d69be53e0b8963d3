"""The first page as the server hands it out: the front end, and a day's figures as files.

The browser shows every day by itself; what it cannot write itself, the server answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from controlmap import sources
from controlmap.analysis import agreement, answer, areas
from controlmap.analysis.answer import Answer
from controlmap.analysis.figures import Contested
from controlmap.core.model import InputError
from controlmap.dashboard import (
    attribution,
    changed,
    downloads,
    parameters,
    payloads,
    rendering,
    session,
)
from controlmap.dashboard.page_list import FIRST, PAGES
from controlmap.dashboard.parameters import ADVANCE, BASIS, CONTESTED, DATE, SOURCE, Choices
from controlmap.draw import front, map_picture, maps, pictures
from controlmap.draw.pictures import Size, Theme
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.words import markdown, notes, text, text_sources
from controlmap.words.language import LANGUAGE

CITATION = "txt"


def records() -> list[Record]:
    """Return the record of every source that has one."""
    return [archive.open_source(source) for source in archive.with_records()]


def document(assets: str, files: str, figures: str) -> str:
    """Return the page.

    Parameters
    ----------
    assets, files
        Where the scripts and the files of `payloads.front_files` are, seen from the page.
    figures
        Where a day's figures are, without the suffix of a form.
    """
    opened = records()
    names = payloads.front_files(opened)
    config = front.config(
        {record.coverage.source: record.coverage for record in opened},
        lambda name: f"{files}/{names[name]}",
        sources.DEFAULT,
        server={
            "changes": "changes",
            "place": "place",
            "citation": f"{figures}.{CITATION}",
            "forms": {f"{figures}.{form}": label for form, (label, _) in downloads.FORMS.items()},
            "ground": text.ground_detail(opened[0].coverage.cell_m),
        },
    )
    first = next(record for record in opened if record.coverage.source == sources.DEFAULT)
    since_visit = changed.since_visit(first.coverage, parameters.choices(parameters.FIRST, {}))
    return rendering.render(
        "first_page.html",
        lang=LANGUAGE.get().replace("_", "-"),
        title=text.OVERVIEW,
        description=markdown.unlinked(str(text.LEDE)),
        pages_label=text.PAGES,
        pages={"": FIRST, **{path: title for path, (title, _) in PAGES.items()}},
        since_visit=Markup(since_visit),  # it comes from a template itself
        assets=assets,
        font=rendering.font_path(),
        styles=[maps.LEAFLET, *front.STYLES],
        scripts=["visits", maps.LEAFLET, *front.SCRIPTS, "edition"],
        early=[f"{files}/{name}" for kind, name in names.items() if "figures" in kind],
        config=maps.inert_json(config),
    )


def figures(query: Mapping[str, str], form: str) -> tuple[str, str, bytes]:
    """Return a day's figures as a file: its name, its media type, its content.

    Parameters
    ----------
    query
        What is chosen, as the page's address has it.
    form
        One of `downloads.FORMS`, or `CITATION`.

    Raises
    ------
    InputError
        Where a choice or the form is none, or the record has nothing of the day.
    """
    choices = _chosen(query)
    record = session.record(choices[SOURCE], choices[ADVANCE])
    session.check_span(record, choices[DATE])
    name = f"compare-{record.coverage.source}-{choices[DATE]}.{form}"
    compared = _compared(record, choices)
    if form == CITATION:
        return name, "text/plain; charset=utf-8", _citation(compared, choices).encode()
    if form not in downloads.FORMS:
        allowed = ", ".join(downloads.FORMS)
        raise InputError("{form}: is no format; allowed: {allowed}", form, allowed)
    _, kind = downloads.FORMS[form]
    if form in downloads.PICTURES:
        picture = map_picture.of_day(
            record.coverage, choices[DATE], Size.WEB, Theme.LIGHT,
            basis=choices[BASIS], advance=choices[ADVANCE],
        )  # fmt: skip
        return name, kind, pictures.encoded(picture, form)
    return name, kind, answer.encoded(compared, form)


def _chosen(query: Mapping[str, str]) -> Choices:
    """Return what is chosen; an InputError names what is not allowed."""
    for parameter in parameters.OF_FIRST_PAGE:
        name, value = parameter.name, query.get(parameter.name)
        try:
            if value is not None:
                parameter.parse(value)
        except ValueError:
            allowed = parameter.allowed()
            raise InputError("{name}: not available; allowed: {allowed}", name, allowed) from None
    return parameters.choices(parameters.FIRST, query)


def _compared(record: Record, choices: Choices) -> Answer:
    return areas.compare(
        record.coverage,
        choices[DATE],
        basis=choices[BASIS],
        contested=choices[CONTESTED],
        advance=choices[ADVANCE],
        others=session.coverages(choices[ADVANCE]),
    )


def _citation(compared: Answer, choices: Choices) -> str:
    """Return the figures in sentences, with who assessed them, and when."""
    *each, every = compared.rows
    known = agreement.opinions(session.coverages(choices[ADVANCE]), choices[DATE])
    shares = agreement.spread(known, choices[BASIS])[-1].shares
    taken = ("held", "claimed", "gap", "change_30d", "change_365d", "contested")
    lines = text.cite_day(
        choices[DATE],
        both=choices[CONTESTED] == Contested.IN and every["contested"] is not None,
        basis=choices[BASIS],
        share=every["held_share"],
        oblasts=[(text.named(row["iso"]), row["held"], row["held_share"]) for row in each],
        by_source=text_sources.cite_shares(shares),
        **{name: every[name] for name in taken},
    )
    redrawn = [(text.named(row["iso"]), row["last_redrawn"]) for row in each if row["last_redrawn"]]
    more = [str(notes.last_redrawn(redrawn))] if redrawn else []
    return attribution.cited([*lines, *more], compared.evidence)
