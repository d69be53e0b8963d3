"""A claim's evaluation in sentences, for the page and for the command."""

from __future__ import annotations

import math
from collections.abc import Sequence

from controlmap import sources
from controlmap.analysis.claims import (
    Claim,
    Evaluation,
    Finding,
    Hindsight,
    Relation,
    SourceFinding,
    Verdict,
)
from controlmap.analysis.quantities import (
    DAYS,
    KM,
    KM2,
    KM2_PER_DAY,
    PLACES,
    SHARE,
    Basis,
    Part,
    Trace,
)
from controlmap.core.model import Status
from controlmap.geo.oblasts import FACTS
from controlmap.words import notes, text, text_claims
from controlmap.words.catalog import Message, Text
from controlmap.words.catalog import gettext as _


def claimed_and_tolerance(claim: Claim) -> tuple[str, str]:
    """Return what is claimed, and its tolerance, or how words are read; "" for none."""
    unit, relation = claim.asks.unit, claim.relation.value
    if claim.relation is Relation.UNSTATED:
        return claim.wording or str(text_claims.NO_FIGURE), ""
    if claim.wording:
        return claim.wording, _("read as {bounds}", bounds=_bounds(claim, 1))
    figure = text_claims.claimed(relation, unit, claim.figure)
    return figure, text_claims.tolerance(relation, unit, claim.tolerance, *claim.bounds())


def claimed(claim: Claim) -> str:
    """Return what is claimed with its tolerance, or with how we read it."""
    return (", " if claim.wording else " ").join(filter(None, claimed_and_tolerance(claim)))


def measured(finding: Finding | SourceFinding, unit: str) -> str:
    """Return the figure of a finding with its spread, or that it is not known."""
    measure = finding.measure
    if measure is None:
        return str(text.NOT_KNOWN)
    return text_claims.measured(unit, measure.value, measure.low, measure.high)


def rule(claim: Claim) -> str:
    """Return the rule that gave the verdict, with its bounds; or why there is none."""
    if not claim.is_judged:
        kind = "unstated" if claim.relation is Relation.UNSTATED else "declared"
        return str(text_claims.NO_VERDICT[kind])
    return text_claims.rule(_bounds(claim, 1), _bounds(claim, 2))


def _bounds(claim: Claim, tolerances: int) -> str:
    low, high = claim.bounds(tolerances)
    return text_claims.bounds(claim.relation.value, claim.asks.unit, low, high)


def problem(evaluation: Evaluation) -> str:
    """Return why a claim's verdict is inconclusive; "" where it is not."""
    why = unknown(evaluation.claim, evaluation)
    return _("Inconclusive: {why}.", why=why) if why else ""


def unknown(claim: Claim, finding: Finding) -> str:
    """Return why a finding's verdict is inconclusive; "" where it is not."""
    if finding.measure is None or finding.verdict is not Verdict.INCONCLUSIVE:
        return finding.problem
    return _(
        "the spread, {spread}, is partly {bounds} and partly not",
        spread=text_claims.span(claim.asks.unit, finding.measure.low, finding.measure.high),
        bounds=_bounds(claim, 2),
    )


def contested(finding: Finding) -> str:
    """Return what the first source's spread has of contested ground; "" for nothing to say."""
    measure = finding.measure
    if measure is None or (measure.contested_known and measure.contested_of is None):
        return ""
    by = _title(finding.by_source[0].source) if len(finding.by_source) > 1 else ""
    if measure.contested_known:
        message = Message(
            "Contested ground is not reported on this day: the spread takes what was contested "
            "when last reported, on {day}."
        )
        if by:
            message = Message(
                "Contested ground is not reported on this day by {source}: its spread takes what "
                "was contested when last reported, on {day}."
            )
        assert measure.contested_of
        return str(message(source=by, day=measure.contested_of))
    if by:
        return _(
            "Contested ground is not reported for this time by {source}: its spread leaves it out.",
            source=by,
        )
    return _("Contested ground is not reported for this time: the spread leaves it out.")


def advance(finding: Finding) -> str:
    """Return what assessed advance is counted as on the page, where a source reports it."""
    reported = (sources.find_source(each.source).reports for each in _several(finding))
    known = any(Status.ASSESSED_ADVANCE in reports for reports in reported)
    return str(notes.ADVANCE["contested"]) if known else ""


def _several(finding: Finding) -> tuple[SourceFinding, ...]:
    """Return what each source says, where they are listed one by one."""
    return finding.by_source if len(finding.by_source) + len(finding.left_out) > 1 else ()


def by_source(finding: Finding, unit: str) -> list[str]:
    """Return what each source says, with its day and verdict, and which are left out and why."""
    listed = [
        with_verdict(
            _(
                "{source}, {day}: {measured}",
                source=_title(each.source),
                day=each.snapshot.info.observed.date(),
                measured=measured(each, unit),
            ),
            each,
        )
        for each in _several(finding)
    ]
    return [*listed, *left_out(finding)]


def with_verdict(line: Text, finding: Finding | SourceFinding) -> str:
    """Return a line with the verdict of what it is about, where that has one."""
    if finding.verdict is None:
        return str(line)
    verdict = text_claims.verdict(finding.verdict, in_text=True)
    return _("{line}, {verdict}", line=line, verdict=verdict)


def left_out(finding: Finding) -> list[str]:
    """Return the sources that are left out, and why."""
    known = finding.left_out if finding.by_source else ()
    return [_("{source}: left out: {why}", source=_title(source), why=why) for source, why in known]


def source_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Return `by_source` as rows, below them those of the hindsight; none for one source."""
    unit = evaluation.claim.asks.unit
    findings = (evaluation, *([evaluation.hindsight] if evaluation.hindsight else []))
    if all(len(finding.by_source) < 2 for finding in findings):
        return []
    return [
        (
            f"{_title(each.source)}, {text.day(each.snapshot.info.observed.date())}",
            text_claims.value(unit, each.measure.value),
            text_claims.span(unit, each.measure.low, each.measure.high),
            text_claims.verdict(each.verdict),
        )
        for finding in findings
        for each in finding.by_source
    ]


def _title(source: str) -> str:
    return sources.find_source(source).title


def hindsight(evaluation: Evaluation) -> str:
    """Return what the record shows since, in sentences."""
    claim, since = evaluation.claim, evaluation.hindsight
    if not claim.is_assessed:
        return ""
    if since is None:
        return _("The record ends on this day: nothing has followed yet.")
    lines = []
    if since.verdict:
        again = _(
            "Measured again on {day}, {days} later, the claim is {verdict}",
            day=since.day,
            days=text.days(since.days),
            verdict=text_claims.verdict(since.verdict, in_text=True),
        )
        why = unknown(claim, since)
        lines.append(f"{again}: {why}." if why else f"{again}.")
    is_of_places = claim.asks.unit == PLACES
    lines.append((_distances if is_of_places else _ground)(evaluation, since))
    return " ".join(filter(None, lines))


def hindsight_with_figure(evaluation: Evaluation) -> str:
    """Return `hindsight` with what is measured at the end."""
    since = evaluation.hindsight
    if since is None or since.measure is None:
        return hindsight(evaluation)
    figure = _("Measured: {figure}.", figure=measured(since, evaluation.claim.asks.unit))
    return f"{hindsight(evaluation)} {figure}"


def _ground(evaluation: Evaluation, since: Hindsight) -> str:
    """Return what became of the ground that was not held."""
    if not since.gains:
        return ""
    first, *others = since.gains
    net, left = first.net_km2, first.left_km2
    change = Message("Russian-held ground shrank by {area}")
    if net >= 0:
        change = Message("Russian-held ground grew by {area}")
    if left > 0 and net > 0:
        share = text_claims.value(SHARE, net / left)
        change = Message("Russian-held ground grew by {area}, {share} of what was not held")(
            share=share
        )
    change = change(area=text_claims.value(KM2, abs(net)))
    if others:
        lines = [
            _(
                "Since then {change}, by {source}; {others}.",
                change=change,
                source=_title(first.source),
                others="; ".join(_by_other(each.source, each.net_km2) for each in others),
            )
        ]
    else:
        lines = [_("Since then {change}.", change=change)]
    if evaluation.claim.asks.unit == DAYS and evaluation.claim.is_judged and since.days > 0:
        needed = left / evaluation.claim.figure if evaluation.claim.figure else math.inf
        lines.append(
            _(
                "That is {pace}; the claim needs {needed}.",
                pace=text_claims.value(KM2_PER_DAY, net / since.days),
                needed=text_claims.value(KM2_PER_DAY, needed),
            )
        )
    return " ".join(lines)


def _by_other(source: str, net_km2: float) -> str:
    area = text_claims.value(KM2, abs(net_km2))
    if net_km2 >= 0:
        return _("by {source} it grew by {area}", source=_title(source), area=area)
    return _("by {source} it shrank by {area}", source=_title(source), area=area)


def _distances(evaluation: Evaluation, since: Hindsight) -> str:
    """Return how far held ground was and is from each place, where the same source has both."""
    if evaluation.measure is None or since.measure is None or evaluation.source != since.source:
        return ""
    listed = "; ".join(
        _(
            "{place} {then} to {now}",
            place=then.key,
            then=text_claims.number(KM, then.value),
            now=text_claims.value(KM, now.value),
        )
        for then, now in zip(evaluation.measure.parts, since.measure.parts, strict=True)
        if then.value is not None and now.value is not None
    )
    return _("Nearest Russian-held ground, then and now: {places}.", places=listed) * bool(listed)


def chart(evaluation: Evaluation) -> str:
    """Return what a chart shows, by whom, and what its marks are."""
    quantity = evaluation.claim.quantity
    lines = [
        _(
            "{quantity}, by {source}.",
            quantity=text_claims.TRACE[quantity],
            source=_title(evaluation.source or sources.DEFAULT),
        ),
        str(text_claims.MARKS.get(quantity, "")),
        _("Vertical line: {day}.", day=evaluation.day),
    ]
    return " ".join(filter(None, lines))


def chart_alt(evaluation: Evaluation, traces: Sequence[Trace]) -> str:
    """Return what a chart shows, for who cannot see it: its first and last values."""
    unit = evaluation.claim.asks.trace_unit
    ends = "; ".join(
        _(
            "{name} {first} on {start}, {last} on {end}",
            name=trace.key,
            first=text_claims.value(unit, float(trace.values[0])),
            start=trace.days[0],
            last=text_claims.value(unit, float(trace.values[-1])),
            end=trace.days[-1],
        ).strip()
        for trace in traces
    )
    return f"{text_claims.TRACE[evaluation.claim.quantity]}: {ends}."


def measured_on(evaluation: Evaluation, finding: Finding) -> str:
    """Return that a figure is measured, on a day; what is claimed is not measured but declared."""
    if evaluation.claim.asks.basis is Basis.DECLARATION:
        return _("Declared, {day}", day=finding.day)
    return _("Measured, {day}", day=finding.day)


def parts_columns(finding: Finding) -> tuple[str, ...]:
    """Return the columns of a figure's parts; whose they are, where there are several sources."""
    first = ""
    if len(finding.by_source) > 1:
        first = _("By {source}", source=_title(finding.by_source[0].source))
    return (first, *map(str, text_claims.PARTS_COLUMNS))


def part_name(part: Part) -> str:
    """Return what a part of a figure is of: an oblast, a window, a period, a place."""
    if part.key in text_claims.GROUND_PARTS:
        return str(text_claims.GROUND_PARTS[part.key])
    if part.key in FACTS:
        return FACTS[part.key][0]
    if part.key.isdigit():
        return _("{days} before", days=text.days(int(part.key)))
    return _("30 days to {day}", day=part.key) if part.unit == KM2 else part.key


def part_row(part: Part) -> tuple[str, str, str, str]:
    """Return a part as a row: what, measured, from, to; of a place, its status and distance."""
    if part.status is not None:
        away = text_claims.value(KM, part.value) if part.value else ""
        away = _("{distance} away", distance=away) if away else ""
        return part.key, str(text_claims.STATUS_OF_PLACE[part.status]), away, ""
    value = text_claims.value(part.unit, part.value)
    low, high = (
        "" if v is None else text_claims.value(part.unit, v) for v in (part.low, part.high)
    )
    if low == high == value:
        low = high = ""
    return part_name(part), value, low, high


def parts(finding: Finding) -> list[str]:
    """Return what a figure is made of, a line a part; none for a figure of one part."""
    known = finding.measure.parts if finding.measure else ()
    rows = [part_row(part) for part in known] if len(known) > 1 else []
    return [
        f"{name}: {value}" + (f" ({', '.join(more)})" if (more := list(filter(None, ends))) else "")
        for name, value, *ends in rows
    ]


def source_line(evaluation: Evaluation) -> str:
    """Return who assesses, as of when; observed and retrieved. "" where no source does."""
    if not evaluation.claim.is_assessed:
        return str(text_claims.UNASSESSED[evaluation.claim.asks.basis.value])
    if evaluation.snapshot is None or evaluation.source is None:
        return ""
    info = evaluation.snapshot.info
    lines = [
        _(
            "Source: {source}, observed {observed}, retrieved {retrieved}.",
            source=_title(evaluation.source),
            observed=notes.as_of(info),
            retrieved=info.retrieved or text.NOT_RECORDED,
        )
    ]
    if evaluation.snapshot.carried:
        lines.append(text.carried(evaluation.day, info.observed.date()))
    if others := _others(evaluation):
        lines.append(_("The spread is also that of {sources}.", sources=others))
    since = evaluation.hindsight
    if since is not None and since.snapshot is not None:
        observed = notes.as_of(since.snapshot.info)
        message = Message("Hindsight: observed {observed}.")
        if others := _others(since):
            message = Message(
                "Hindsight: observed {observed}; the spread is also that of {sources}."
            )
        lines.append(str(message(observed=observed, sources=others)))
    return " ".join(lines)


def _others(finding: Finding) -> tuple[str, ...]:
    """Return the sources that are not the first one, each with its day."""
    return tuple(
        _(
            "{source} of {day}",
            source=_title(each.source),
            day=each.snapshot.info.observed.date(),
        )
        for each in finding.by_source[1:]
    )


def said(claim: Claim) -> str:
    """Return who says so, where and when, and of which day."""
    return _(
        "{who}; {where}, published {published}; about {day}",
        who=claim.said_by[:1].upper() + claim.said_by[1:],
        where=claim.published_in,
        published=claim.published,
        day=claim.speaks_of,
    )


def citation(evaluation: Evaluation) -> str:
    """Return the figure with what it is, of whom and when, to be copied."""
    claim, unit = evaluation.claim, evaluation.claim.asks.unit
    why = unknown(claim, evaluation)
    names: Sequence[str] = [FACTS[iso][0] for iso in claim.query.oblasts] or claim.query.places
    what = text_claims.QUANTITY[claim.quantity]
    figure = measured(evaluation, unit)
    if evaluation.measure is None:
        figure = f"{figure} ({evaluation.problem})"
        why = ""
    verdict = text_claims.verdict(evaluation.verdict)
    lines = [
        f"{_quoted(claim.statement)} ({said(claim)}).",
        _(
            "{quantity} on {day}: {figure}. Claimed: {claimed}. {verdict}. {rule}",
            quantity=f"{what} ({', '.join(names)})" if names else what,
            day=evaluation.day,
            figure=figure,
            claimed=claimed(claim),
            verdict=f"{verdict}: {why}" if why else verdict,
            rule=rule(claim),
        ),
        contested(evaluation),
        source_line(evaluation),
        *by_source(evaluation, unit),
        advance(evaluation),
        hindsight_with_figure(evaluation),
        _("{measured} Claim {id}.", measured=text.measured_by(), id=claim.id),
    ]
    return "\n".join(filter(None, lines)).replace("\N{NO-BREAK SPACE}", " ")


def _quoted(statement: str) -> str:
    """Return a statement in quotation marks, with single ones for those that are within."""
    inner = str.maketrans("“”", "‘’")
    return f"“{statement.translate(inner)}”"
