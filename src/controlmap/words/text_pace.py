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
NO_DATE = {
    "beyond": Message("no calendar date is supported: the range goes beyond the longest horizon"),
    "wide": Message("no calendar date is supported: the range is wider than what remains"),
    "untested": Message("no calendar date is supported: too few projections could be tested"),
}
"""Why a pace gives no date, by `analysis.pace.Dating`."""
NOT_REDRAWN = Message("not redrawn since {day}")
NEVER_REDRAWN = Message("never redrawn in the record")
NET, LEFT = Message("Net change over the window"), Message("Not held")
TAKES, REACHED = Message("Time to take the rest"), Message("Taken by")
WINDOWS_CAPTION = Message(
    "By window: robust slope with its range, and net change, in km² a day; and the time that "
    "taking the rest would need at the slope"
)
WINDOWS_COLUMNS = (
    Message("Window"),
    Message("Slope"),
    Message("Lowest"),
    Message("Highest"),
    Message("Net"),
    Message("Time"),
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
    "The robust slope is Theil and Sen's: the median of the slopes between all pairs of snapshots "
    "in the window. Its range is calibrated on the record (split conformal): wide enough for "
    "{nominal:.0%} of the errors of earlier projections whose outcome was known by the day. The "
    "net change is the difference between the ends of the window."
)


def backtest_lede(
    source: str, whose: str, first: date, last: date, *, tolerance: float, nominal: float
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
    nominal
        The share of changes that a range is to hold.
    """
    template = Message(
        "On every day from {first} to {last} whose window and horizon the record of {source} "
        "covers for all four oblasts, the net change was projected from what was known that day "
        "and compared with the one that followed. Right is within {tolerance:.0%} of it. In range "
        "is within the range that the errors known by that day gave, meant to hold {nominal:.0%}. "
        "Days overlap, so they are not independent trials; in brackets is how many do not overlap."
    )
    if whose:
        template = Message(
            "On every day from {first} to {last} whose window and horizon the record of {source} "
            "covers for {whose} oblast, the net change was projected from what was known that day "
            "and compared with the one that followed. Right is within {tolerance:.0%} of it. In "
            "range is within the range that the errors known by that day gave, meant to hold "
            "{nominal:.0%}. Days overlap, so they are not independent trials; in brackets is how "
            "many do not overlap."
        )(whose=whose)
    return str(
        template(first=first, last=last, source=source, tolerance=tolerance, nominal=nominal)
    )


def rate(value: float | None) -> str:
    """Return a rate with its sign."""
    return str(text.NOT_KNOWN) if value is None else numbers.minus(numbers.signed(value, 2))


def rate_km2(value: float | None) -> str:
    """Return a rate with its sign and unit."""
    if value is None:
        return rate(value)
    return _("{rate:+,.2f}\N{NO-BREAK SPACE}km² a day", rate=value)


def net(km2: float | None, rate: float | None) -> str:
    """Return a net change, and what it is a day."""
    if km2 is None or rate is None:
        return str(text.NOT_KNOWN)
    return _("{net}, {rate:+,.2f}\N{NO-BREAK SPACE}km² a day", net=text.change_km2(km2), rate=rate)


def rate_and_range(value: float, low: float | None, high: float | None) -> str:
    """Return a rate with its unit, and its range where it has one."""
    if low is None or high is None:
        return rate_km2(value)
    return _(
        "{rate:+,.2f}\N{NO-BREAK SPACE}km² a day, {low:+,.2f} to {high:+,.2f}",
        rate=value,
        low=low,
        high=high,
    )


def slope_and_net(slope: str, net: str) -> str:
    """Return a robust slope beside the net change over its window."""
    return _("robust slope {slope}; net change {net}", slope=slope, net=net)


def of_what(window_days: int, low: float | None, high: float | None) -> str:
    """Return what the headline's figure is, with its range where it has one."""
    if low is None or high is None:
        return ngettext(
            "robust slope of Russian-held ground over {count} day",
            "robust slope of Russian-held ground over {count} days",
            window_days,
        )
    return ngettext(
        "robust slope of Russian-held ground over {count} day, {low:+,.2f} to "
        "{high:+,.2f}\N{NO-BREAK SPACE}km² a day",
        "robust slope of Russian-held ground over {count} days, {low:+,.2f} to "
        "{high:+,.2f}\N{NO-BREAK SPACE}km² a day",
        window_days,
        low=low,
        high=high,
    )


def not_redrawn(day: date | None) -> Message:
    """Return that a map was not redrawn since a day, None for never in its record."""
    return NEVER_REDRAWN if day is None else NOT_REDRAWN(day=day)


def count(days: float | None) -> str:
    """Return a number of days, or that it is more than is given, or never ends."""
    if days is None:
        return str(NEVER)
    if is_far(days):
        return str(FAR)
    return text.days(days) if days > text.MOST_DAYS else numbers.number(days)


def is_far(days: float) -> bool:
    """Return whether so many days are more than is given."""
    return days > HORIZON_YEARS * text.DAYS_OF_YEAR


def within(days: float | None) -> str:
    """Return a number of days with its unit, or as `count`."""
    return count(days) if days is None or days > text.MOST_DAYS else text.days(round(days))


def takes(low: float | None, high: float | None) -> str:
    """Return the time that what remains would take, as a range of days; None never ends."""
    if low is None or is_far(low) or low == high:
        return within(low)
    if high is None:
        return _("{days} or more, or not at this pace", days=within(low))
    if low > text.MOST_DAYS and not is_far(high):
        years = low / text.DAYS_OF_YEAR, high / text.DAYS_OF_YEAR
        return _("{low:,.1f} to {high:,.1f} years", low=years[0], high=years[1])
    if high > text.MOST_DAYS:
        return _("{low} to {high}", low=within(low), high=count(high))
    return _("{low} to {high}", low=count(low), high=within(high))


def reached(start: date, low: float | None, high: float | None, dating: str) -> str:
    """Return the months between which the rest would be taken, or why none are supported."""
    if dating in NO_DATE or low is None or high is None:
        return str(NEVER if low is None and dating == "beyond" else NO_DATE[dating])
    first, last = (numbers.month(start + timedelta(days=round(days))) for days in (low, high))
    return first if first == last else _("{first} to {last}", first=first, last=last)


def share(value: float | None) -> str:
    """Return a share of days."""
    return "–" if value is None else numbers.percent(value, 0, " %")


def summary(
    *,
    tested: int,
    right: float | None,
    within_interval: float | None,
    trials: int,
    tolerance: float,
    nominal: float,
) -> str:
    """Return what the backtest says of the projection that is shown, a year on.

    Parameters
    ----------
    tested, right
        How many days were tested, and the share that was right.
    within_interval, trials
        The share of what followed that the range held; how many trials do not overlap.
    tolerance
        How far off, as a share, a projection is right.
    nominal
        The share that the range is to hold.
    """
    if right is None:
        return _("The record is too short to say how often projections like this one were right.")
    lines = [
        ngettext(
            "Projections like this one were right within {tolerance:.0%} a year on in "
            "**{right}** of {count} case.",
            "Projections like this one were right within {tolerance:.0%} a year on in "
            "**{right}** of {count} cases.",
            tested,
            tolerance=tolerance,
            right=share(right),
        )
    ]
    if within_interval is not None:
        lines.append(
            ngettext(
                "Their ranges, meant to hold {nominal:.0%} of what followed, held **{within}**, in "
                "{count} trial that does not overlap another.",
                "Their ranges, meant to hold {nominal:.0%} of what followed, held **{within}**, in "
                "{count} trials that do not overlap.",
                trials,
                nominal=nominal,
                within=share(within_interval),
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
            "Projected from {count} day, with its range",
            "Projected from {count} days, with its range",
            window_days,
        ),
    }


def backtest_columns(horizons: tuple[int, ...]) -> tuple[str, ...]:
    """Return the columns of the backtest: right, and in range, at each horizon."""
    last = _on(horizons[-1])
    return (
        _("Window"),
        *map(_on, horizons),
        _("By net change, {horizon}", horizon=last),
        *(_("In range, {horizon}", horizon=_on(days)) for days in horizons),
        _("Days tested, {horizon}", horizon=last),
    )


def _on(days: int) -> str:
    """Return so many days on, on one line."""
    return ngettext("{count} day on", "{count} days on", days).replace(" ", "\N{NO-BREAK SPACE}")


def held(value: float | None, trials: int) -> str:
    """Return the share of changes that ranges held, with the trials that do not overlap."""
    return share(None) if value is None else f"{share(value)} ({numbers.number(trials)})"


def citation(
    whose: str,
    *,
    day: date,
    window_days: int,
    snapshots: int,
    rate: str,
    net: str,
    both: bool,
    remaining_km2: float,
    time: str,
    months: str,
    summary: str,
) -> list[str]:
    """Return the figures in sentences; `both` counts contested ground, `time` "" is not known."""
    template = Message(
        "{whose}, Russian-held ground over the {window} to {day}: net change {net}; robust slope "
        "{rate} (Theil-Sen, of {snapshots}); contested ground not counted as held."
    )
    if both:
        template = Message(
            "{whose}, Russian-held ground over the {window} to {day}: net change {net}; robust "
            "slope {rate} (Theil-Sen, of {snapshots}); contested ground counted as held."
        )
    pace = template(
        whose=whose,
        window=text.days(window_days),
        day=day,
        rate=rate,
        snapshots=text.snapshots(snapshots),
        net=net,
    )
    if not time:
        left = _("Not held: {area:km2} km².", area=remaining_km2)
    elif time == str(NEVER):
        left = _(
            "Not held: {area:km2} km². At this pace it would never be taken.", area=remaining_km2
        )
    else:
        left = _(
            "Not held: {area:km2} km². At this pace it would take {time} ({months}).",
            area=remaining_km2,
            time=time,
            months=months,
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
