"""The sentences about claims: titles, formats, and the parts of a verdict's rule."""

from __future__ import annotations

import math
import re

from controlmap.words import numbers, text, text_pace
from controlmap.words.catalog import Message
from controlmap.words.catalog import gettext as _

TITLE = Message("Claims")
LEDE = Message(
    "What was said about control of the four oblasts, compared with every source that is current: "
    "measured, with a verdict by a stated rule, and measured again on the record's last day."
)
MEASURED_ON = Message("Measured on")
ON_CHOICES = {"spoken": Message("the claim's own day"), "chosen": Message("a chosen day")}
ON_HELP = Message("Each claim is about a day; it can be measured on any other day of the record.")
CLAIMED = Message("Claimed")
BROKEN = Message("Entries that cannot be used, and are left out:")
LAW = Message(
    "**Legal background.** Ukraine's constitution (article 73) leaves any change of its territory "
    "to an all-Ukrainian referendum alone. UN General Assembly resolution "
    "[ES-11/4](https://docs.un.org/A/RES/ES-11/4) of 12 October 2022 declares the attempted "
    "annexation invalid under international law. Moscow never defined the annexed border of "
    "Kherson and Zaporizhzhia oblasts in detail; the whole of each is taken to be claimed. A "
    "verdict is about the figure, on the stated day, as the named source assesses control; it does "
    "not say who is right."
)
OWN = Message(
    "Claims are entries in a readable file. Yours go into `claims.toml` in your own folder, "
    "which `controlmap sources` names, or after `controlmap claims --file`; `docs/claims.md` lists "
    "the keys."
)
NO_FIGURE = Message("no figure")
NO_VERDICT = {
    "unstated": Message(
        "No verdict: no figure is claimed; what the statement is about is measured."
    ),
    "declared": Message("No verdict: a declaration is no measurement."),
}
_VERDICT = {
    "supported": (Message("Supported"), Message("supported")),
    "roughly supported": (Message("Roughly supported"), Message("roughly supported")),
    "not supported": (Message("Not supported"), Message("not supported")),
    "inconclusive": (Message("Inconclusive"), Message("inconclusive")),
}
"""By what JSON and CSV say: alone, and in a sentence."""
_NO_VERDICT = Message("No verdict"), Message("no verdict")
REGISTER = Message("Register of claims")
STATEMENT = Message("Statement")
SAID_BY = Message("Said by, about")
VERDICT = Message("Verdict")
HINDSIGHT = Message("Hindsight")
NO_HINDSIGHT = Message("none")
CHART = Message("Over time")
MEASURED = Message("Measured")
DETAILS = Message("Rule, sources and figures behind it")
BY_SOURCE = Message("{source}: {measured}, as of {observed}")
GROUND_PARTS = {
    "settlements": Message("Settlements in it"),
    "people": Message("Population of these (GeoNames)"),
}
STATUS_OF_PLACE = {
    "russian_held": Message("Russian-held"),
    "contested": Message("contested"),
    "ukrainian_held": Message("Ukrainian-held"),
    "not_russian_held": Message("not Russian-held, contested not reported"),
}
PARTS_COLUMNS = (Message("Measured"), Message("From"), Message("To"))
SOURCES_COLUMNS = (
    Message("Source, as of"),
    Message("Measured"),
    Message("Spread"),
    Message("By it alone"),
)
UNASSESSED = {
    "declaration": Message(
        "Source: Russia's declaration of 30 September 2022, not a measurement; the chart shows "
        "what was held."
    ),
    "calendar": Message("Counted on the calendar."),
}
QUANTITY = {
    "claimed_share": Message("Share that Russia claims"),
    "held_share": Message("Russian-held share"),
    "not_held_km2": Message("Not Russian-held"),
    "days_to_take": Message("Time to take the rest"),
    "gaining_share": Message("Periods with a net gain"),
    "places_not_held": Message("Places not Russian-held"),
    "days_since": Message("Days since then"),
}
TRACE = {
    "claimed_share": Message("Russian-held share, month by month"),
    "held_share": Message("Russian-held share, month by month"),
    "not_held_km2": Message("Not Russian-held, km², month by month"),
    "days_to_take": Message("Pace of Russian-held ground, km² a day"),
    "gaining_share": Message("Net gain of Russian-held ground, km²"),
    "places_not_held": Message("Distance to Russian-held ground, km"),
}
_WITHIN = Message("Dashed: what is claimed; grey: within its tolerance.")
MARKS = {
    "claimed_share": Message("Dashed: what is claimed."),
    "held_share": _WITHIN,
    "not_held_km2": _WITHIN,
    "days_to_take": Message("Dashed: the pace that the claim needs."),
    "gaining_share": Message("Dashed: no change."),
}
_CLAIMED = {
    "about": Message("{figure}"),
    "at_least": Message("at least {figure}"),
    "at_most": Message("at most {figure}"),
    "less_than": Message("less than {figure}"),
}
_VALUES = {
    "share": Message("{n}\N{NO-BREAK SPACE}%"),
    "km2": Message("{n}\N{NO-BREAK SPACE}km²"),
    "days": Message("{n}\N{NO-BREAK SPACE}day", "{n}\N{NO-BREAK SPACE}days"),
    "places": Message("{n}\N{NO-BREAK SPACE}place", "{n}\N{NO-BREAK SPACE}places"),
    "km": Message("{n}\N{NO-BREAK SPACE}km"),
    "people": Message("{n}"),
    "km2_per_day": Message("{n}\N{NO-BREAK SPACE}km² a day"),
}
"""By the unit of a quantity."""
_DIGITS = {"km": 1, "km2_per_day": 1}


def value(unit: str, figure: float | None) -> str:
    """Return a figure in its unit; infinite is never."""
    if figure is None:
        return str(text.NOT_KNOWN)
    if math.isinf(figure):
        return str(text_pace.NEVER)
    if unit == "days" and text_pace.is_far(figure):
        return str(text_pace.FAR)
    message = _VALUES[unit](n=number(unit, figure))
    return str(message(count=round(figure)) if message.plural else message)


def number(unit: str, figure: float) -> str:
    """Return a figure without its unit; a share as a percentage, with a digit where it has one."""
    if unit == "share":
        return re.sub(r"\D0$", "", numbers.percent(figure).removesuffix("%"))
    return numbers.minus(numbers.number(figure, _DIGITS.get(unit, 0)))


def span(unit: str, low: float, high: float) -> str:
    """Return a spread in its unit; "" where there is none to see."""
    if value(unit, low) == value(unit, high):
        return ""
    if math.isinf(high) or (unit == "days" and text_pace.is_far(high)):
        return _("{low} to {high}", low=value(unit, low), high=value(unit, high))
    return _("{low}–{high}", low=number(unit, low), high=value(unit, high))


def measured(unit: str, figure: float, low: float, high: float) -> str:
    """Return a figure with its spread."""
    shown, spread = value(unit, figure), span(unit, low, high)
    return f"{shown} ({spread})" if spread else shown


def claimed(relation: str, unit: str, figure: float) -> str:
    """Return the figure claimed, and how it bounds what is measured."""
    return str(_CLAIMED[relation](figure=value(unit, figure)))


def tolerance(relation: str, unit: str, figure: float, low: float, high: float) -> str:
    """Return how far off a claim is still supported: the tolerance, or where it counts from."""
    if not figure:
        return ""
    if relation == "at_least":
        return _("counted from {bound}", bound=value(unit, low))
    if relation == "at_most":
        return _("counted up to {bound}", bound=value(unit, high))
    return _("± {figure}", figure=value(unit, figure))


def bounds(relation: str, unit: str, low: float, high: float) -> str:
    """Return the range in which a claim is supported."""
    if relation == "less_than":
        return claimed(relation, unit, high)
    if math.isinf(high):
        return _("{low} or more", low=value(unit, low))
    if math.isinf(low):
        return _("{high} or less", high=value(unit, high))
    if value(unit, low) == value(unit, high):
        return value(unit, high)
    return _("between {low} and {high}", low=number(unit, low), high=value(unit, high))


def rule(within: str, near: str) -> str:
    """Return the rule behind a verdict, by the ranges of its two kinds of support."""
    if within == near:
        return _(
            "Supported if all of the spread is {within}, not supported if none of it is; "
            "inconclusive if it is partly within that and partly beyond.",
            within=within,
        )
    return _(
        "Supported if all of the spread is {within}, roughly supported if all of it is {near}, not "
        "supported if none of it is; inconclusive if it is partly within that and partly beyond.",
        within=within,
        near=near,
    )


def verdict(verdict: str | None, *, in_text: bool = False) -> str:
    """Return a verdict by what JSON says; None is that there is none."""
    return str((_VERDICT[verdict] if verdict else _NO_VERDICT)[in_text])


def tick(unit: str, figure: float) -> str:
    """Return a value on the axis of a chart."""
    shown = 100 * figure if unit == "share" else figure
    digits = len(f"{shown:.6f}".rstrip("0").partition(".")[2])
    if unit == "share":
        return _("{n} %", n=numbers.minus(numbers.number(shown, digits)))
    return numbers.minus(numbers.number(shown, digits))
