"""The words about claims, for the page and for the command; formats and plurals, no figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

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
from controlmap.analysis.place_history import NOT_HELD
from controlmap.analysis.quantities import (
    DAYS,
    KM,
    KM2,
    KM2_PER_DAY,
    PLACES,
    SHARE,
    Measure,
    Part,
    Trace,
)
from controlmap.core.model import Status
from controlmap.core.version import __version__
from controlmap.geo.oblasts import FACTS
from controlmap.words import text, text_pace
from controlmap.words.numbers import percent

TITLE = "Claims"
LEDE = (
    "What was said about control of the four oblasts, held against every source that is current: "
    "measured, judged by a rule that is told, and asked again on the record's last day."
)
MEASURED_ON = "Measured on"
ON_CHOICES = {"spoken": "the day spoken of", "chosen": "a day chosen"}
ON_HELP = "Each claim speaks of a day; it can be held against any other day of the record too."
CLAIMED, RULE = "Claimed", "Rule"
PARTS = "Figures behind it"
BROKEN = "Entries that cannot be used, and are left out:"
LAW = (
    "**What the words rest on.** Ukraine's constitution (article 73) leaves any change of its "
    "territory to an all-Ukrainian referendum alone. UN General Assembly resolution "
    "[ES-11/4](https://docs.un.org/A/RES/ES-11/4) of 12 October 2022 declares the attempted "
    "annexation invalid under international law. Moscow never defined the annexed border of "
    "Kherson and Zaporizhzhia oblasts in detail; the whole of each is taken to be claimed. A "
    "verdict is on the figure, on the day told, as the source named assesses control; it is none "
    "on who is right."
)
OWN = (
    "Claims are entries in a readable file. Yours go into `claims.toml` in your own folder, "
    "which `controlmap sources` names, or after `controlmap claims --file`; `docs/claims.md` tells "
    "the keys."
)
VERDICT = {
    Verdict.HOLDS: "Holds",
    Verdict.ROUGHLY: "Roughly holds",
    Verdict.NOT: "Does not hold",
    Verdict.UNKNOWN: "Cannot be told",
}
NEVER = "not at this pace"
STATUS_OF_PLACE = {
    "russian_held": "Russian-held",
    "contested": "contested",
    "ukrainian_held": "Ukrainian-held",
    NOT_HELD: "not Russian-held, contested not reported",
}
PARTS_COLUMNS = ("Measured", "From", "To")
SOURCES_COLUMNS = ("Source, as of", "Measured", "Spread", "By it alone")
DECLARATION = (
    "Source: Russia's declaration of 30 September 2022, not a measurement; the chart shows what "
    "was held."
)
QUANTITY = {
    "claimed_share": "Share that Russia claims",
    "held_share": "Russian-held share",
    "not_held_km2": "Not Russian-held",
    "days_to_take": "Time to take the rest",
    "gaining_share": "Periods with a net gain",
    "places_not_held": "Places not Russian-held",
}
TRACE = {
    "claimed_share": "Russian-held share, month by month",
    "held_share": "Russian-held share, month by month",
    "not_held_km2": "Not Russian-held, km², month by month",
    "days_to_take": "Pace of Russian-held ground, km² a day",
    "gaining_share": "Net gain of Russian-held ground, km²",
    "places_not_held": "Distance to Russian-held ground, km",
}


def value(unit: str, found: float | None) -> str:
    """A figure in its unit; infinite is never."""
    if found is None:
        return text.NOT_KNOWN
    if math.isinf(found):
        return NEVER
    if unit == DAYS and text_pace.is_far(found):
        return text_pace.FAR
    number = _number(unit, found)
    name = _UNITS[unit].removesuffix("s") if number == "1" else _UNITS[unit]
    return f"{number}\N{NO-BREAK SPACE}{name}"


_UNITS = {SHARE: "%", KM2: "km²", DAYS: "days", PLACES: "places", KM: "km",
          KM2_PER_DAY: "km² a day"}  # fmt: skip


def _number(unit: str, found: float) -> str:
    match unit:
        case "share":
            return percent(found).removesuffix("%").removesuffix(".0")
        case "km" | "km2_per_day":
            return f"{round(found, 1) + 0.0:,.1f}".replace("-", "−")
        case _:
            return f"{round(found, 0) + 0.0:,.0f}".replace("-", "−")


def span(unit: str, low: float, high: float) -> str:
    """A spread in its unit; "" where it is none to see."""
    if value(unit, low) == value(unit, high):
        return ""
    if math.isinf(high) or (unit == DAYS and text_pace.is_far(high)):
        return f"{value(unit, low)} to {value(unit, high)}"
    return f"{_number(unit, low)}–{value(unit, high)}"


def measured(unit: str, measure: Measure) -> str:
    """A figure with its spread."""
    spread = span(unit, measure.low, measure.high)
    told = value(unit, measure.value)
    return f"{told} ({spread})" if spread else told


def claimed_and_tolerance(claim: Claim) -> tuple[str, str]:
    """The figure claimed, and its tolerance, "" for none."""
    words = {
        Relation.ABOUT: "",
        Relation.AT_LEAST: "at least ",
        Relation.AT_MOST: "at most ",
        Relation.LESS_THAN: "less than ",
    }
    unit = claim.asks.unit
    low, high = claim.bounds()
    off = {
        Relation.AT_LEAST: f"counted from {value(unit, low)}",
        Relation.AT_MOST: f"counted up to {value(unit, high)}",
    }.get(claim.relation, f"± {value(unit, claim.tolerance)}")
    if not claim.tolerance:
        off = ""
    return f"{words[claim.relation]}{value(unit, claim.figure)}", off


def claimed(claim: Claim) -> str:
    """The figure claimed with its tolerance."""
    return " ".join(filter(None, claimed_and_tolerance(claim)))


def measured_on(claim: Claim, day: date) -> str:
    """That a figure is measured, on a day; what is claimed is not measured but declared."""
    return f"{'Declared' if claim.asks.declared else 'Measured'}, {text.day(day)}"


def rule(claim: Claim) -> str:
    """The rule that gave the verdict, with its bounds."""
    within, near = (_bounds(claim, tolerances) for tolerances in (1, 2))
    roughly = "" if within == near else f"roughly holds if all of it is {near}, "
    return (
        f"holds if all of the spread is {within}, {roughly}does not hold if none of it is; a "
        "spread partly within that and partly beyond cannot tell."
    )


def _bounds(claim: Claim, tolerances: int) -> str:
    unit = claim.asks.unit
    low, high = claim.bounds(tolerances)
    if claim.relation is Relation.LESS_THAN:
        return f"less than {value(unit, high)}"
    if math.isinf(high):
        return f"{value(unit, low)} or more"
    if math.isinf(low):
        return f"{value(unit, high)} or less"
    if value(unit, low) == value(unit, high):
        return value(unit, high)
    return f"between {_number(unit, low)} and {value(unit, high)}"


def problem(found: Evaluation) -> str:
    """Why a claim cannot be told; "" where it can."""
    why = unknown(found.claim, found)
    return f"{VERDICT[Verdict.UNKNOWN]}: {why}." if why else ""


def unknown(claim: Claim, found: Finding) -> str:
    """Why an answer's verdict is none; "" where it is one."""
    if found.measure is None or found.verdict is not Verdict.UNKNOWN:
        return found.problem
    told = span(claim.asks.unit, found.measure.low, found.measure.high)
    return f"the spread, {told}, is partly {_bounds(claim, 2)} and partly not"


def contested(found: Finding) -> str:
    """What the first source's spread has in it of contested ground; "" for nothing to say."""
    if found.measure is None:
        return ""
    by = f", by {_title(found.by_source[0].source)}" if len(found.by_source) > 1 else ""
    if not found.measure.contested_known:
        return f"Contested ground is not reported for this time{by}: its spread leaves it out."
    if found.measure.contested_of is None:
        return ""
    return (
        f"Contested ground is not reported on this day{by}: its spread takes what was contested "
        f"when last reported, on {text.day(found.measure.contested_of)}."
    )


def advance(found: Finding) -> str:
    """What assessed advance is counted as on the page, where a source that tells has it."""
    told = (sources.find_source(t.source).reports for t in _several(found))
    known = any(Status.ASSESSED_ADVANCE in reports for reports in told)
    return text.COUNTED_ADVANCE["contested"] if known else ""


def _several(found: Finding) -> tuple[SourceFinding, ...]:
    """What each source tells, where it is told one by one."""
    return found.by_source if len(found.by_source) + len(found.left_out) > 1 else ()


def by_source(found: Finding, unit: str) -> list[str]:
    """What each source tells, with its day and its own verdict, and which are left out and why."""
    told = [
        f"{_title(t.source)}, {text.day(t.snapshot.info.observed.date())}: "
        f"{measured(unit, t.measure)}, {t.verdict.value}"
        for t in _several(found)
    ]
    return [*told, *left_out(found)]


def left_out(found: Finding) -> list[str]:
    """The sources that cannot tell, and why."""
    known = found.left_out if found.by_source else ()
    return [f"{_title(source)}: left out: {why}" for source, why in known]


def source_rows(found: Evaluation) -> list[tuple[str, ...]]:
    """As `by_source`, as rows, and below them the same of the hindsight; none for one source."""
    unit = found.claim.asks.unit
    answers = (found, *([found.hindsight] if found.hindsight else []))
    if all(len(answer.by_source) < 2 for answer in answers):
        return []
    return [
        (
            f"{_title(told.source)}, {text.day(told.snapshot.info.observed.date())}",
            value(unit, told.measure.value),
            span(unit, told.measure.low, told.measure.high),
            VERDICT[told.verdict],
        )
        for answer in answers
        for told in answer.by_source
    ]


def _title(source: str) -> str:
    return sources.find_source(source).title


def hindsight(found: Evaluation) -> str:
    """What the record shows since, in sentences."""
    since = found.hindsight
    if since is None:
        return "The record ends on this day: nothing has followed yet."
    when = f"{text.day(since.day)}, {text.days(since.days)} on"
    told = f"Asked again on {when}, the claim {since.verdict.value}"
    why = unknown(found.claim, since)
    told += f": {why}." if why else "."
    if found.claim.asks.declared:
        return told
    if found.claim.asks.unit == PLACES:
        return f"{told} {_distances(found, since)}".rstrip()
    return f"{told} {_ground(found, since)}"


def hindsight_with_figure(found: Evaluation) -> str:
    """As `hindsight`, with what is measured at the end."""
    since = found.hindsight
    if since is None or since.measure is None or found.claim.asks.declared:
        return hindsight(found)
    return f"{hindsight(found)} Measured: {measured(found.claim.asks.unit, since.measure)}."


def _ground(found: Evaluation, since: Hindsight) -> str:
    """What became of the ground that was not held."""
    if not since.gains:
        return ""
    first, *others = since.gains
    net, left = first.net_km2, first.left_km2
    told = f"Since then Russian-held ground {_grew(net)}"
    if left > 0 and net > 0:
        told += f", {value(SHARE, net / left)} of what was not held"
    if others:
        told += f", by {_title(first.source)}"
    told = "; ".join([told, *(f"by {_title(o.source)} it {_grew(o.net_km2)}" for o in others)])
    told += "."
    if found.claim.asks.unit == DAYS and since.days > 0:
        needed = left / found.claim.figure if found.claim.figure else math.inf
        told += (
            f" That is {value(KM2_PER_DAY, net / since.days)}; the claim needs "
            f"{value(KM2_PER_DAY, needed)}."
        )
    return told


def _grew(net_km2: float) -> str:
    return f"{'grew' if net_km2 >= 0 else 'shrank'} by {value(KM2, abs(net_km2))}"


def _distances(found: Evaluation, since: Hindsight) -> str:
    """How far Russian-held ground was and is from each place, where the same source tells both."""
    if found.measure is None or since.measure is None or found.source != since.source:
        return ""
    listed = "; ".join(
        f"{then.key} {_number(KM, then.value)} to {value(KM, now.value)}"
        for then, now in zip(found.measure.parts, since.measure.parts, strict=True)
        if then.value is not None and now.value is not None
    )
    return f"Nearest Russian-held ground, then and now: {listed}." if listed else ""


def tick(unit: str, found: float) -> str:
    """A value on the axis of a chart."""
    return f"{found * 100:g} %" if unit == SHARE else f"{found:,g}".replace("-", "−")


def chart(found: Evaluation) -> str:
    """What a chart shows, by whom, and what its marks are."""
    claim = found.claim
    by = _title(found.source or sources.DEFAULT)
    marks = {
        "claimed_share": "Dashed: what is claimed. ",
        "held_share": "Dashed: what is claimed; grey: within its tolerance. ",
        "not_held_km2": "Dashed: what is claimed; grey: within its tolerance. ",
        "days_to_take": "Dashed: the pace that the claim needs. ",
        "gaining_share": "Dashed: no change. ",
    }
    told = f"{TRACE[claim.quantity]}, by {by}. {marks.get(claim.quantity, '')}"
    return f"{told}Upright: {text.day(found.day)}."


def chart_alt(found: Evaluation, traces: Sequence[Trace]) -> str:
    """What a chart shows, for who cannot see it: its first and last values."""
    unit = found.claim.asks.trace_unit
    ends = "; ".join(
        f"{trace.key} {value(unit, float(trace.values[0]))} on {text.day(trace.days[0])}, "
        f"{value(unit, float(trace.values[-1]))} on {text.day(trace.days[-1])}".strip()
        for trace in traces
    )
    return f"{TRACE[found.claim.quantity]}: {ends}."


def parts_columns(found: Finding) -> tuple[str, ...]:
    """The columns of the parts of a figure; whose they are, where there are several sources."""
    by = f"By {_title(found.by_source[0].source)}" if len(found.by_source) > 1 else ""
    return (by, *PARTS_COLUMNS)


def part_name(part: Part) -> str:
    """What a part of a figure is of: an oblast, a window, a period, a place."""
    if part.key in FACTS:
        return FACTS[part.key][0]
    if part.key.isdigit():
        return f"{text.days(int(part.key))} before"
    return f"30 days to {part.key}" if part.unit == KM2 else part.key


def part_row(part: Part) -> tuple[str, str, str, str]:
    """A part as a row: what, measured, from, to; of a place, its status and distance."""
    if part.status is not None:
        away = f"{value(KM, part.value)} away" if part.value else ""
        return part.key, STATUS_OF_PLACE[part.status], away, ""
    low, high = ("" if v is None else value(part.unit, v) for v in (part.low, part.high))
    return part_name(part), value(part.unit, part.value), low, high


def source_line(found: Evaluation) -> str:
    """Who assesses, as of when; observed and retrieved. "" where no source tells."""
    if found.claim.asks.declared:
        return DECLARATION
    if found.snapshot is None or found.source is None:
        return ""
    info = found.snapshot.info
    taken = text.instant(info.retrieved) if info.retrieved else "not recorded by the archive"
    carried = (
        f" ({text.carried(found.day, info.observed.date())})" if found.snapshot.carried else ""
    )
    return (
        f"Source: {_title(found.source)}, observed "
        f"{text.instant(info.observed)}, retrieved {taken}{carried}{_others(found)}{_again(found)}."
    )


def _others(found: Finding) -> str:
    listed = [
        f"{_title(told.source)} of {text.day(told.snapshot.info.observed.date())}"
        for told in found.by_source[1:]
    ]
    return f"; the spread is also that of {' and '.join(listed)}" if listed else ""


def _again(found: Evaluation) -> str:
    since = found.hindsight
    if since is None or since.snapshot is None:
        return ""
    return f"; hindsight: observed {text.instant(since.snapshot.info.observed)}{_others(since)}"


def said(claim: Claim) -> str:
    """Who says so, where and when, and of which day."""
    who = claim.said_by[:1].upper() + claim.said_by[1:]
    return (
        f"{who}; {claim.published_in}, published {text.day(claim.published)}; speaks of "
        f"{text.day(claim.speaks_of)}"
    )


def citation(found: Evaluation) -> str:
    """The figure with what it is, of whom and when, to be copied."""
    claim = found.claim
    unit = claim.asks.unit
    now = f"not known ({found.problem})" if found.measure is None else measured(unit, found.measure)
    why = f": {unknown(claim, found)}" if found.measure and unknown(claim, found) else ""
    lines = [
        f"{_quoted(claim.statement)} ({said(claim)}).",
        f"{QUANTITY[claim.quantity]}{_where(claim)} on {text.day(found.day)}: {now}. "
        f"Claimed: {claimed(claim)}. {VERDICT[found.verdict]}{why}. Rule: {rule(claim)}",
        *filter(None, [contested(found), source_line(found), *by_source(found, unit)]),
        *filter(None, [advance(found)]),
        hindsight_with_figure(found),
        f"controlmap {__version__}, claim {claim.id}; areas geodesic on WGS84.",
    ]
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def _quoted(statement: str) -> str:
    """In quotation marks, with single ones for those that are within."""
    inner = str.maketrans("“”", "‘’")
    return f"“{statement.translate(inner)}”"


def _where(claim: Claim) -> str:
    names: Sequence[str] = [FACTS[iso][0] for iso in claim.query.oblasts] or claim.query.places
    return f" ({', '.join(names)})" if names else ""
