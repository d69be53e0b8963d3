"""The sentences about pace and projection."""

from __future__ import annotations

from datetime import date, timedelta

from controlmap.words import numbers, text
from controlmap.words.catalog import Message, ngettext
from controlmap.words.catalog import gettext as _

TITLE = Message("Pace")
LEDE = Message(
    "How fast Russian-held ground grows or shrinks, when that pace would take what remains, and "
    "how often such projections came true. A projection is not a forecast: it says what follows if "
    "nothing changes."
)
OBLAST, WINDOW = Message("Oblast"), Message("Window before the day")
ALL_FOUR = Message("All four")
OBLAST_HELP = Message("Whose Russian-held ground is measured.")
WINDOW_HELP = Message("The days before the day over which the pace is measured.")
NEVER = Message("not at this pace")
HORIZON_YEARS = 50
"""Beyond it neither days nor dates are given: no pace lasts so long."""
FAR = Message("more than {years} years")(years=HORIZON_YEARS)
NOT_WITHIN = Message("not within {years} years")(years=HORIZON_YEARS)
_DAYS_OF_YEAR = 365.25
NET = Message("net pace of Russian-held ground")
PLAIN, LEFT = Message("Simple difference"), Message("Not held")
TAKES, REACHED = Message("Time to take the rest"), Message("Taken by")
WINDOWS_CAPTION = Message(
    "By window: net pace in km² a day, and the time that taking the rest would need"
)
WINDOWS_COLUMNS = (
    Message("Window"),
    Message("Pace"),
    Message("Lowest"),
    Message("Highest"),
    Message("Simple"),
    Message("Days"),
    Message("Fewest"),
    Message("Most"),
    Message("Snapshots"),
)
TESTING = Message("Comparing the projection of every day with what followed")
BACKTEST = Message("How often such projections were right")
BACKTEST_CAPTION = Message(
    "Share of days whose projected net change was within {tolerance:.0%} of what followed"
)
METHOD = Message(
    "The pace is the Theil-Sen slope: the median of the slopes between all pairs of snapshots in "
    "the window, with its {confidence:.0%} confidence interval (Sen 1968). That interval assumes "
    "independent errors; errors along a front are not independent, so it says how well the past is "
    "known and not how sure the future is. The table below says that. The simple difference is "
    "that between the ends of the window."
)


def backtest_lede(
    source: str, whose: str, first: date, last: date, *, tolerance: float, least_km2: float
) -> str:
    """Return what the backtest is.

    Parameters
    ----------
    source, whose
        Whose record it is, and of which ground: an oblast's name, "" for all four.
    first, last
        The span of the record.
    tolerance
        How far off, as a share, a projection is right.
    least_km2
        The least projected growth that multiples are given of.
    """
    template = Message(
        "On every day from {first} to {last} whose window and horizon the record of {source} "
        "covers for all four oblasts, the net change was projected from what was known that day "
        "and compared with the one that followed. Right is within {tolerance:.0%} of it. "
        "Multiples of the projected change are given where that was {least:.0f} km² or more. "
        "Days overlap, so they are not independent trials."
    )
    if whose:
        template = Message(
            "On every day from {first} to {last} whose window and horizon the record of {source} "
            "covers for {whose} oblast, the net change was projected from what was known that day "
            "and compared with the one that followed. Right is within {tolerance:.0%} of it. "
            "Multiples of the projected change are given where that was {least:.0f} km² or more. "
            "Days overlap, so they are not independent trials."
        )(whose=whose)
    return str(
        template(first=first, last=last, source=source, tolerance=tolerance, least=least_km2)
    )


def rate(value: float | None) -> str:
    """Return a rate with its sign."""
    return str(text.NOT_KNOWN) if value is None else numbers.minus(numbers.signed(value, 2))


def rate_km2(value: float | None) -> str:
    """Return a rate with its sign and unit."""
    if value is None:
        return rate(value)
    return _("{rate:+,.2f}\N{NO-BREAK SPACE}km² a day", rate=value)


def interval(low: float, high: float) -> str:
    """Return the confidence interval of a rate."""
    return _("{low:+,.2f} to {high:+,.2f}", low=low, high=high)


def of_what(window_days: int, low: float, high: float) -> str:
    """Return what the headline's figure is."""
    return ngettext(
        "net pace of Russian-held ground over {count} day, {low:+,.2f} to "
        "{high:+,.2f}\N{NO-BREAK SPACE}km² a day",
        "net pace of Russian-held ground over {count} days, {low:+,.2f} to "
        "{high:+,.2f}\N{NO-BREAK SPACE}km² a day",
        window_days,
        low=low,
        high=high,
    )


def count(days: float | None) -> str:
    """Return a number of days, or that it is more than is given, or never ends."""
    if days is None:
        return str(NEVER)
    return str(FAR) if is_far(days) else numbers.number(days)


def is_far(days: float) -> bool:
    """Return whether so many days are more than is given."""
    return days > HORIZON_YEARS * _DAYS_OF_YEAR


def within(days: float | None) -> str:
    """Return a number of days with its unit, or as `count`."""
    return count(days) if days is None or is_far(days) else text.days(round(days))


def takes(low: float | None, high: float | None) -> str:
    """Return the time that what remains would take, as a range of days; None never ends."""
    if low is None or is_far(low):
        return count(low)
    if high is None:
        return _("{days} or more, or not at this pace", days=within(low))
    if is_far(high):
        return _("{low} to {high}", low=within(low), high=count(high))
    return _("{low} to {high}", low=count(low), high=within(high))


def reached(start: date, low: float | None, high: float | None) -> str:
    """Return the months between which what remains would be taken, from the day `start` on."""
    if low is None:
        return str(NEVER)
    early, late = after(start, low), after(start, high)
    if early is None:
        return str(NOT_WITHIN)
    if late is None:
        return _(
            "{month:month} or later, or not within {years} years", month=early, years=HORIZON_YEARS
        )
    first, last = numbers.month(early), numbers.month(late)
    return first if first == last else _("{first} to {last}", first=first, last=last)


def after(start: date, days: float | None) -> date | None:
    """Return the day so many days on, None beyond what is given."""
    return None if days is None or is_far(days) else start + timedelta(days=round(days))


def share(value: float | None) -> str:
    """Return a share of days."""
    return "–" if value is None else numbers.percent(value, 0, " %")


def summary(
    *,
    tested: int,
    right: float | None,
    within_interval: float | None,
    tolerance: float,
    least_km2: float,
    has_multiples: bool,
    times_tested: int,
    times_low: float | None,
    times_high: float | None,
) -> str:
    """Return what the backtest says of the projection that is shown.

    Parameters
    ----------
    tested, right, within_interval
        How many days were tested; the share that was right, and that in the interval.
    tolerance
        How far off, as a share, a projection is right.
    least_km2, has_multiples
        The least projected growth that multiples are given of, and whether this one has them.
    times_tested, times_low, times_high
        On how many days it was that much; the range of what followed over what was projected.
    """
    if right is None:
        return _("The record is too short to say how often projections like this one were right.")
    lines = [
        ngettext(
            "Projections like this one were right within {tolerance:.0%} a year on in "
            "**{right}** of {count} case; what followed was within the confidence interval in "
            "{within}.",
            "Projections like this one were right within {tolerance:.0%} a year on in "
            "**{right}** of {count} cases; what followed was within the confidence interval in "
            "{within}.",
            tested,
            tolerance=tolerance,
            right=share(right),
            within=share(within_interval),
        )
    ]
    if not has_multiples:
        lines.append(
            _(
                "Less than {least:.0f} km² of growth is projected over the year, too little to "
                "give what followed as a multiple of it.",
                least=least_km2,
            )
        )
    elif times_low is not None:
        lines.append(
            ngettext(
                "Where {least:.0f} km² or more of growth was projected ({count} case), eight in "
                "ten of the changes that followed were {times} times the one projected.",
                "Where {least:.0f} km² or more of growth was projected ({count} cases), eight in "
                "ten of the changes that followed were {times} times the one projected.",
                times_tested,
                least=least_km2,
                times=times(times_low, times_high),
            )
        )
    return " ".join(lines)


def chart(day: date, window_days: int) -> dict[str, str]:
    """Return the words of the chart."""
    return {
        "day": _("Day"),
        "today": text.day(day),
        "km2": _("Russian-held, km²"),
        "past": _("Assessed, up to the day"),
        "followed": _("Assessed, what followed"),
        "projected": ngettext(
            "Projected from {count} day, with the interval",
            "Projected from {count} days, with the interval",
            window_days,
        ),
        "errors": _("Range of eight in ten past projections"),
    }


def backtest_columns(horizons: tuple[int, ...]) -> tuple[str, ...]:
    """Return the columns of the backtest: right, and how far off, at each horizon."""
    last = _on(horizons[-1])
    return (
        _("Window"),
        *map(_on, horizons),
        _("Simple, {horizon}", horizon=last),
        _("In the interval, {horizon}", horizon=last),
        _("Followed / projected, {horizon}", horizon=last),
        _("Days tested, {horizon}", horizon=last),
    )


def _on(days: int) -> str:
    """Return so many days on, on one line."""
    return ngettext("{count} day on", "{count} days on", days).replace(" ", "\N{NO-BREAK SPACE}")


def times(low: float | None, high: float | None) -> str:
    """Return the range of what followed over what was projected."""
    if low is None or high is None:
        return "–"
    return _("{low:.1f} to {high:.1f}", low=low, high=high)


def citation(
    whose: str,
    *,
    day: date,
    window_days: int,
    snapshots: int,
    km2_per_day: float,
    low: float,
    high: float,
    plain_km2_per_day: float | None,
    confidence: float,
    both: bool,
    remaining_km2: float,
    days_low: float | None,
    days_high: float | None,
    summary: str,
) -> list[str]:
    """Return the figures in sentences; rates are in km2 a day, `both` counts contested ground."""
    template = Message(
        "{whose}, net pace of Russian-held ground over the {window} to {day}: "
        "{pace:+,.2f} km² a day ({low:+,.2f} to {high:+,.2f}, Theil-Sen slope of {snapshots}, "
        "{confidence:.0%} interval); simple difference: {plain}; contested ground not counted as "
        "held."
    )
    if both:
        template = Message(
            "{whose}, net pace of Russian-held ground over the {window} to {day}: "
            "{pace:+,.2f} km² a day ({low:+,.2f} to {high:+,.2f}, Theil-Sen slope of {snapshots}, "
            "{confidence:.0%} interval); simple difference: {plain}; contested ground counted as "
            "held."
        )
    pace = template(
        whose=whose,
        window=text.days(window_days),
        day=day,
        pace=km2_per_day,
        low=low,
        high=high,
        snapshots=text.snapshots(snapshots),
        confidence=confidence,
        plain=rate_km2(plain_km2_per_day),
    )
    if days_low is None:
        left = _(
            "Not held: {area:,.0f} km². At this pace it would never be taken.", area=remaining_km2
        )
    else:
        left = _(
            "Not held: {area:,.0f} km². At this pace it would take {time} ({months}).",
            area=remaining_km2,
            time=takes(days_low, days_high),
            months=reached(day, days_low, days_high),
        )
    return [str(pace), left, summary.replace("**", "")]


def uncounted(on: date, last: date | None) -> str:
    """Return that contested ground cannot be counted on a day, and what to choose."""
    if last is None:
        return _(
            "Contested ground is not reported on {day}, so it cannot be counted as held. Choose "
            "“{choice}”.",
            day=on,
            choice=text.CONTESTED_CHOICES["out"],
        )
    return _(
        "Contested ground is not reported on {day}, so it cannot be counted as held. Choose "
        "“{choice}”, or a day up to {last}.",
        day=on,
        choice=text.CONTESTED_CHOICES["out"],
        last=last,
    )
