"""The sentences about proposals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from controlmap.geo.places import Place
from controlmap.words import numbers, text
from controlmap.words.catalog import Figure, Message, Text, ngettext
from controlmap.words.catalog import gettext as _

TITLE = Message("Proposals")
LEDE = Message(
    "What would pass from Ukrainian to Russian hands, and the reverse, under each proposal. Who "
    "would hold the land and who would be recognised as sovereign over it are two things; each "
    "proposal states both. Being listed here is not an endorsement."
)
OWN, OWN_TITLE = "own", Message("Your own")
CHOOSE = Message("Show")
CHOOSE_HELP = Message("The proposal that the map, the figures and the text below show.")
DAY_OF_LINE = Message("Line on")
RECOGNISED = Message("Recognised as Russian")
RECOGNISED_HELP = Message("Who would be recognised as sovereign over what Russia would hold.")
RULE_HELP = Message("Where Russia would hold this oblast.")
RULES = {
    "claim": Message("all"),
    "line": Message("line of this day"),
    "line-of": Message("line of a day"),
    "pre_2022": Message("line of Feb 2022"),
    "none": Message("nothing ceded"),
}
_IN_WORDS = {
    "claim": Message("all of it"),
    "line": RULES["line"],
    "pre_2022": Message("line of 23 February 2022"),
    "none": RULES["none"],
}
RECOGNISED_CHOICES = {
    "unstated": Message("not stated"),
    "held": Message("what Russia would hold"),
    "none": Message("nothing"),
}
STATED = {
    "held": Message("Russia"),
    "none": Message("Ukraine"),
    "unstated": RECOGNISED_CHOICES["unstated"],
}
TOML = Message("This proposal as an entry of a file")
OWN_IS_TAKEN = Message("is reserved for the proposal composed on the page; choose another")
_TO_RUSSIA = (
    Message("To\N{NO-BREAK SPACE}Russia, km²"),
    Message("To\N{NO-BREAK SPACE}Russia, %"),
    Message("To\N{NO-BREAK SPACE}Russia, settlements"),
    Message("To\N{NO-BREAK SPACE}Russia, people"),
)
_TO_UKRAINE = (
    Message("To\N{NO-BREAK SPACE}Ukraine, km²"),
    Message("To\N{NO-BREAK SPACE}Ukraine, %"),
    Message("To\N{NO-BREAK SPACE}Ukraine, settlements"),
    Message("To\N{NO-BREAK SPACE}Ukraine, people"),
)
SIDE_COLUMNS = (
    Message("Proposal"),
    *_TO_RUSSIA,
    *_TO_UKRAINE,
    Message("Fortress cities"),
    RECOGNISED,
)
BY_OBLAST = Message(
    "By oblast: what would pass; sovereign is who would be recognised as sovereign over what "
    "Russia would hold"
)
COLUMNS = (
    text.OBLAST,
    Message("Rule"),
    *_TO_RUSSIA[:2],
    *_TO_UKRAINE[:2],
    Message("Would hold, km²"),
    Message("Sovereign"),
)
PASSES = {"gained": Message("Would pass to Russia"), "lost": Message("Would pass to Ukraine")}
LAYERS = {
    "rest": Message("Not Russian-held on the day"),
    "held": Message("Russian-held on the day"),
    "advance": text.LAYERS["advance"],
    "contested": Message("Contested on the day"),
    **PASSES,
    **{name: text.LAYERS[name] for name in ("oblasts", "claim", "places", "tiles")},
}
LAW = Message(
    "**Legal background.** Ukraine's constitution (article 73) leaves any change of its territory "
    "to an all-Ukrainian referendum alone. UN General Assembly resolution "
    "[ES-11/4](https://docs.un.org/A/RES/ES-11/4) of 12 October 2022 calls on states to recognise "
    "no change of status of the four oblasts. Moscow never defined the annexed border of Kherson "
    "and Zaporizhzhia oblasts in detail; the whole of each is taken to be claimed. Where nothing "
    "is ceded, no land passes: what is held stays occupied, within Ukraine's recognised border."
)
POPULATION = Message("population by GeoNames, of mixed dates, for most places before the war")
PEOPLE = Message(
    "Settlements of 500 inhabitants or more, by their central point; population by GeoNames, of "
    "mixed dates, for most places before the war: how many live there now is not known."
)
OWN_FILE = Message(
    "Proposals of yours go into `proposals.toml` in your own folder, which `controlmap sources` "
    "names, or after `controlmap proposals --file`; `docs/claims.md` gives the rules."
)
NOTHING = Message("No land would pass")
_SHOWN = 60  # settlements that are named


def side_by_side(source: str, observed: Figure) -> str:
    """Return what the table of all proposals is, by whom and of when."""
    return _(
        "Side by side: what would pass, and its share of the four oblasts; {source}, observed "
        "{observed}",
        source=source,
        observed=observed,
    )


def rule(kind: str, day: date | None) -> str:
    """Return an oblast's rule in words."""
    return _("line of {day}", day=day) if day else str(_IN_WORDS[kind])


def headline(to_russia_km2: float, to_ukraine_km2: float) -> tuple[str, str]:
    """Return the figure that a proposal is about, and what it is of."""
    if max(to_russia_km2, to_ukraine_km2) < numbers.LEAST_KM2:
        return str(NOTHING), _("from hand to hand")
    if min(to_russia_km2, to_ukraine_km2) >= numbers.LEAST_KM2:
        return text.km2(to_russia_km2), _(
            "would pass from Ukrainian to Russian hands, and {area:km2}\N{NO-BREAK SPACE}km² the "
            "other way",
            area=to_ukraine_km2,
        )
    if to_russia_km2 >= to_ukraine_km2:
        return text.km2(to_russia_km2), _("would pass from Ukrainian to Russian hands")
    return text.km2(to_ukraine_km2), _("would pass from Russian to Ukrainian hands")


def facts(
    to_russia_km2: float,
    to_ukraine_km2: float,
    total_km2: float,
    contested_km2: float | None,
    to_russia: Sequence[Place],
    to_ukraine: Sequence[Place],
) -> list[tuple[str, str]]:
    """Return the figures behind it: areas and settlements that would pass either way."""
    lines = [
        (str(PASSES["gained"]), _part(to_russia_km2, total_km2)),
        (str(PASSES["lost"]), _part(to_ukraine_km2, total_km2)),
    ]
    for title, passing in ((_("Settlements to Russia"), to_russia),
                           (_("Settlements to Ukraine"), to_ukraine)):  # fmt: skip
        if passing:
            lines += [
                (title, numbers.number(len(passing))),
                (_("their population (GeoNames)"), numbers.number(_people(passing))),
            ]
    if to_russia_km2 >= numbers.LEAST_KM2:
        lines.append((_("of which contested now"), text.km2(contested_km2)))
    return lines


def _people(places: Iterable[Place]) -> int:
    return sum(place.population or 0 for place in places)


def _part(km2: float, of_km2: float) -> str:
    return _("{area:km2}\N{NO-BREAK SPACE}km² ({share:.1%})", area=km2, share=km2 / of_km2)


def recognised(km2: float | None) -> str:
    """Return what would be recognised as Russian."""
    return str(RECOGNISED_CHOICES["unstated"]) if km2 is None else text.km2(km2)


def fortress(cities: Mapping[str, tuple[bool, bool]]) -> str:
    """Return the fortress cities by name: whether Russia holds them, and would hold them."""
    groups = (
        ((False, True), Message("{cities} would pass to Russia")),
        ((True, False), Message("{cities} would pass to Ukraine")),
        ((True, True), Message("{cities} would stay Russian-held")),
        ((False, False), Message("{cities} would stay not Russian-held")),
    )
    listed = [
        str(message(cities=names))
        for ends, message in groups
        if (names := tuple(name for name, both in cities.items() if both == ends))
    ]
    return _("Fortress cities: {groups}.", groups="; ".join(listed))


def settlements(places: Sequence[Place]) -> str:
    """Return settlements by name, the largest first, with their people; the rest as a number."""
    ordered = sorted(places, key=lambda place: -(place.population or 0))
    named = tuple(
        f"{p.name} ({_('not known') if p.population is None else numbers.number(p.population)})"
        for p in ordered[:_SHOWN]
    )
    more = len(ordered) - _SHOWN
    if more <= 0:
        return _("{settlements}.", settlements=named)
    return ngettext(
        "{settlements}, and {count} more.",
        "{settlements}, and {count} more.",
        more,
        settlements=named,
    )


def to_russia_title(places: Sequence[Place]) -> str:
    """Return how many settlements would pass to Russia."""
    return ngettext(
        "{count} settlement to Russia, population {people} (GeoNames)",
        "{count} settlements to Russia, population {people} (GeoNames)",
        len(places),
        people=_people(places),
    )


def to_ukraine_title(places: Sequence[Place]) -> str:
    """Return how many settlements would pass to Ukraine."""
    return ngettext(
        "{count} settlement to Ukraine, population {people} (GeoNames)",
        "{count} settlements to Ukraine, population {people} (GeoNames)",
        len(places),
        people=_people(places),
    )


def lines(
    day: date, pre_2022_of: date | None, to_russia_km2: float, contested_km2: float | None
) -> list[str]:
    """Return what a rule's line rests on where that is not the day itself."""
    out = []
    if pre_2022_of and pre_2022_of != day:
        out.append(_("What was held before 2022 is as last reported, on {day}.", day=pre_2022_of))
    if to_russia_km2 >= numbers.LEAST_KM2 and contested_km2 is None:
        out.append(
            _(
                "Contested ground is not reported on this day: what would pass to Russia includes "
                "an unknown contested part."
            )
        )
    return out


def tooltip(name: str, layer: str, km2: float, part: float) -> tuple[str, ...]:
    """Return what would pass in an oblast on the map."""
    return text.oblast(name), str(PASSES[layer]), text.of_oblast(km2, part)


def citation(
    title: str,
    day: date,
    rules: Iterable[tuple[str, str]],
    rows: Iterable[tuple[str, float, float]],
    to_russia: Sequence[Place],
    to_ukraine: Sequence[Place],
    fortress: str,
    recognised_km2: float | None,
) -> list[str]:
    """Return the figures in sentences.

    Parameters
    ----------
    title, day, rules
        The proposal, the day, and the rule of each oblast by name.
    rows
        Name, km2 to Russia and km2 to Ukraine: an oblast each, and all four.
    to_russia, to_ukraine
        The settlements that would pass.
    fortress
        The sentence of the fortress cities.
    recognised_km2
        What would be recognised as Russian, None where it is not stated.
    """
    row = Message("{name} {to_russia:km2} km² to Russia, {to_ukraine:km2} km² to Ukraine")
    return [
        _(
            "Proposal: {title}, on {day} ({rules}).",
            title=title,
            day=day,
            rules="; ".join(f"{name}: {rule}" for name, rule in rules),
        ),
        _(
            "What would pass: {rows}.",
            rows="; ".join(str(row(name=n, to_russia=r, to_ukraine=u)) for n, r, u in rows),
        ),
        _(
            "Of settlements of 500 people or more: {to_russia}; {to_ukraine}; population by "
            "GeoNames, of mixed dates, for most places before the war.",
            to_russia=to_russia_title(to_russia),
            to_ukraine=to_ukraine_title(to_ukraine),
        )
        + f" {fortress}",
        _("Recognised as Russian: {area}.", area=recognised(recognised_km2)),
    ]


def labels(titles: Mapping[str, str]) -> Mapping[str, Text]:
    """Return proposals by id, and the one that a visitor composes."""
    return {**titles, OWN: OWN_TITLE}
