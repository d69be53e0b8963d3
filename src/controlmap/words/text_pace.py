"""The words about pace and projection; formats and plurals, no figures."""

from __future__ import annotations

from datetime import date

from controlmap.analysis.figures import ALL, Contested
from controlmap.analysis.pace import (
    CONFIDENCE,
    LEAST_PROJECTED_KM2,
    RIGHT_WITHIN,
    Pace,
    Score,
    has_multiples,
)
from controlmap.geo.oblasts import FACTS
from controlmap.words import text


def _percent(part: float) -> str:
    return f"{part:.0%}".replace("%", " %")


TITLE = "Pace"
LEDE = (
    "How fast Russian-held ground grows or shrinks, when that pace would take what remains, and "
    "how often such projections came true. A projection is no forecast: it says what follows if "
    "nothing changes."
)
OBLAST, WINDOW = "Oblast", "Window before the day"
OBLASTS = {**{iso: facts[0] for iso, facts in FACTS.items()}, ALL: "All four"}
OBLAST_HELP = "Whose Russian-held ground is measured."
WINDOW_HELP = "The days before the day over which the pace is measured."
NEVER = "not at this pace"
HORIZON_YEARS = 50
"""Beyond it neither days nor dates are told: no pace lasts so long."""
FAR = f"more than {HORIZON_YEARS} years"
NOT_WITHIN = f"not within {HORIZON_YEARS} years"
_DAYS_OF_YEAR = 365.25
NET = "net pace of Russian-held ground"
PLAIN, LEFT, TAKES, REACHED = "Plain difference", "Not held", "Time to take the rest", "Taken by"
WINDOWS_CAPTION = "By window: net pace in km² a day, and the time that what remains would take"
WINDOWS_COLUMNS = ("Window", "Pace", "Lowest", "Highest", "Plain", "Days", "Fewest", "Most",
                   "Snapshots")  # fmt: skip
TESTING = "Holding the projection of every day against what followed"
BACKTEST = "How often such projections were right"
BACKTEST_CAPTION = "Share of days whose projected net change was within 25 % of what followed"
_LEAST = f"{LEAST_PROJECTED_KM2:.0f} km²"
TOO_LITTLE = (
    f"Less than {_LEAST} of growth is projected over the year: what followed is told in no "
    "multiples of it."
)
METHOD = (
    f"The pace is the Theil-Sen slope: the median of the slopes between all pairs of snapshots in "
    f"the window, with its {_percent(CONFIDENCE)} confidence interval (Sen 1968). That interval "
    "supposes that days err apart from each other; fronts do not, so it says how well the past is "
    "known and not how sure the future is. The table below says that. The plain difference is that "
    "between the ends of the window."
)


def backtest_lede(source: str, iso: str, first: date, last: date) -> str:
    """What the backtest is."""
    whose = "all four oblasts" if iso == ALL else text.oblast(OBLASTS[iso])
    return (
        f"On every day from {text.day(first)} to {text.day(last)} whose window and horizon the "
        f"record of {source} covers for {whose}, the net change was projected with what was known "
        f"that day and held against the one that followed. Right is within "
        f"{_percent(RIGHT_WITHIN)} of it. What followed is told in multiples of what was projected "
        f"where that was {_LEAST} or more. Days overlap, so they are no independent trials."
    )


def rate(value: float | None) -> str:
    """A rate with its sign."""
    if value is None:
        return text.NOT_KNOWN
    shown = f"{value:+.2f}".replace("-", "−")
    return "0.00" if shown in ("+0.00", "−0.00") else shown


def rate_km2(value: float | None) -> str:
    """A rate with its sign and unit."""
    told = rate(value)
    return told if value is None else f"{told}\N{NO-BREAK SPACE}km² a day"


def interval(found: Pace) -> str:
    """The confidence interval of a rate."""
    return f"{rate(found.low)} to {rate(found.high)}"


def of_what(found: Pace) -> str:
    """What the headline's figure is."""
    return f"{NET} over {text.days(found.window_days)}, {rate(found.low)} to {rate_km2(found.high)}"


def count(days: float | None) -> str:
    """A number of days, or that it takes more than can be told, or never ends."""
    if days is None:
        return NEVER
    return FAR if is_far(days) else f"{days:,.0f}"


def is_far(days: float) -> bool:
    """Whether so many days are more than can be told."""
    return days > HORIZON_YEARS * _DAYS_OF_YEAR


def within(days: float | None) -> str:
    """A number of days with its unit, or as `count`."""
    return count(days) if days is None or is_far(days) else text.days(round(days))


def takes(found: Pace) -> str:
    """The time that what remains would take, as a range."""
    low, high = found.days_low, found.days_high
    if low is None or is_far(low):
        return count(low)
    if high is None:
        return f"{within(low)} or more, or {NEVER}"
    return f"{within(low)} to {count(high)}" if is_far(high) else f"{count(low)} to {within(high)}"


def reached(found: Pace) -> str:
    """The months between which what remains would be taken."""
    if found.days_low is None:
        return NEVER
    early, late = (on(found, days) for days in (found.days_low, found.days_high))
    if early is None:
        return NOT_WITHIN
    first = f"{early:%B %Y}"
    if late is None:
        return f"{first} or later, or {NOT_WITHIN}"
    return first if first == f"{late:%B %Y}" else f"{first} to {late:%B %Y}"


def on(found: Pace, days: float | None) -> date | None:
    """The day so many days on, None beyond what is told."""
    return None if days is None or is_far(days) else found.date_after(days)


def share(value: float | None) -> str:
    """A share of days."""
    return "–" if value is None else _percent(value)


def summary(found: Pace, score: Score | None) -> str:
    """What the backtest says of the projection that is shown."""
    if score is None or score.right is None:
        return "The record is too short to say how often projections like this one were right."
    told = (
        f"Projections like this one were right within {_percent(RIGHT_WITHIN)} a year on in "
        f"**{share(score.right)}** of {score.tested:,} cases; the confidence interval held what "
        f"followed in {share(score.within_interval)}."
    )
    if not has_multiples(found, score.horizon_days):
        return f"{told} {TOO_LITTLE}"
    if score.times_low is not None:
        told += (
            f" Where {_LEAST} or more of growth was projected ({score.times_tested:,} cases), "
            f"eight in ten of the changes that followed were {times(score)} times the one "
            "projected."
        )
    return told


def chart(found: Pace) -> dict[str, str]:
    """The words of the chart."""
    return {
        "day": "Day",
        "today": text.day(found.snapshot.day),
        "km2": "Russian-held, km²",
        "past": "Assessed, up to the day",
        "followed": "Assessed, what followed",
        "projected": f"Projected from {text.days(found.window_days)}, with the interval",
        "errors": "Where eight in ten past projections put it",
    }


def backtest_columns(horizons: tuple[int, ...]) -> tuple[str, ...]:
    """The columns of the backtest: right, and how far off, at each horizon."""
    last = _on(horizons[-1])
    return (
        "Window",
        *map(_on, horizons),
        f"Plain, {last}",
        f"In the interval, {last}",
        f"Followed / projected, {last}",
        f"Days tested, {last}",
    )


def _on(days: int) -> str:
    """So many days on, on one line."""
    return f"{text.days(days)} on".replace(" ", "\N{NO-BREAK SPACE}")


def times(score: Score) -> str:
    """The range of what followed over what was projected."""
    if score.times_low is None or score.times_high is None:
        return "–"
    ends = (round(score.times_low, 1) + 0.0, round(score.times_high, 1) + 0.0)
    return "{:.1f} to {:.1f}".format(*ends).replace("-", "−")


def citation(found: Pace, score: Score | None) -> list[str]:
    """The figures in sentences."""
    whose = found.name if found.iso == ALL else text.oblast(found.name)
    counted = "counted as held" if found.contested is Contested.IN else "not counted as held"
    return [
        f"{whose}, net pace of Russian-held ground over the {text.days(found.window_days)} to "
        f"{text.day(found.snapshot.day)}: {rate_km2(found.km2_per_day)} ({interval(found)}, "
        f"Theil-Sen slope of {found.snapshots} snapshots, {_percent(CONFIDENCE)} interval); "
        f"plain difference {rate_km2(found.plain_km2_per_day)}; contested ground {counted}.",
        f"Not held: {text.km2(found.remaining_km2)}. {_taken(found)}",
        summary(found, score).replace("**", ""),
    ]


def _taken(found: Pace) -> str:
    if found.days_low is None:
        return "At this pace it would never be taken."
    return f"At this pace it would take {takes(found)} ({reached(found)})."


def uncounted(on: date, last: date | None) -> str:
    """That contested ground cannot be counted in on a day, and what to choose."""
    until = f", or a day up to {text.day(last)}" if last else ""
    return (
        f"Contested ground is not reported on {text.day(on)}, so it cannot be counted as held. "
        f"Choose “{text.CONTESTED_CHOICES['out']}”{until}."
    )
