"""The words about proposals; formats and plurals, no figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from controlmap.analysis import proposals
from controlmap.analysis.proposals import Outcome, Proposal, Recognised, Rule, Transfer
from controlmap.geo.places import Place
from controlmap.words import text

TITLE = "Proposals"
LEDE = (
    "What would pass from Ukrainian to Russian hands, and the reverse, by what has been proposed. "
    "Who would hold the land and who would be recognised as sovereign of it are two things; each "
    "proposal states both. Being listed here is no endorsement."
)
OWN, OWN_TITLE = "own", "Your own"
CHOOSE = "Show"
CHOOSE_HELP = "The proposal that the map, the figures and the text below are of."
DAY_OF_LINE = "Line on"
RECOGNISED = "Recognised as Russian"
RECOGNISED_HELP = "Who would be recognised as sovereign of what Russia would hold."
RULE_HELP = "Where Russia would hold this oblast."
RULES = {
    "claim": "all",
    "line": "line of this day",
    "line-of": "line of a day",
    "pre_2022": "line of Feb 2022",
    "none": "nothing ceded",
}
_IN_WORDS = {
    Rule.CLAIM: "all of it",
    Rule.LINE: "line of this day",
    Rule.PRE_2022: "line of 23 February 2022",
    Rule.NONE: "nothing ceded",
}
RECOGNISED_CHOICES = {
    "unstated": "not stated",
    "held": "what Russia would hold",
    "none": "nothing",
}
STATED = {
    Recognised.HELD: "Russia",
    Recognised.NONE: "Ukraine",
    Recognised.UNSTATED: "not stated",
}
TOML = "This proposal as an entry of a file"
OWN_IS_TAKEN = "is the page's own; allowed: another"
_PASSING = [
    tuple(f"To\N{NO-BREAK SPACE}{whom}, {what}" for what in ("km²", "%", "settlements", "people"))
    for whom in ("Russia", "Ukraine")
]
SIDE_COLUMNS = ("Proposal", *_PASSING[0], *_PASSING[1], "Fortress cities", "Recognised as Russian")
BY_OBLAST = (
    "By oblast: what would pass; sovereign is who would be recognised as such of what Russia would "
    "hold"
)
COLUMNS = ("Oblast", "Rule", *_PASSING[0][:2], *_PASSING[1][:2], "Would hold, km²", "Sovereign")
LAYERS = {
    "rest": "Not Russian-held on the day",
    "held": "Russian-held on the day",
    "advance": "Assessed Russian advance",
    "contested": "Contested on the day",
    "gained": "Would pass to Russia",
    "lost": "Would pass to Ukraine",
    **{name: text.LAYERS[name] for name in ("oblasts", "claim", "places", "tiles")},
}
PASSES = {"gained": "Would pass to Russia", "lost": "Would pass to Ukraine"}
LAW = (
    "**What the words rest on.** Ukraine's constitution (article 73) leaves any change of its "
    "territory to an all-Ukrainian referendum alone. UN General Assembly resolution "
    "[ES-11/4](https://docs.un.org/A/RES/ES-11/4) of 12 October 2022 calls on states to recognise "
    "no change of status of the four oblasts. Moscow never defined the annexed border of Kherson "
    "and Zaporizhzhia oblasts in detail; the whole of each is taken to be claimed. Where nothing "
    "is ceded, no land passes: what is held stays occupied, within Ukraine's recognised border."
)
POPULATION = "population by GeoNames, of mixed dates, for most places before the war"
PEOPLE = (
    f"Settlements of 500 inhabitants or more, by their central point; {POPULATION}: how many live "
    "there now is not known."
)
OWN_FILE = (
    "Proposals of yours go into `proposals.toml` in your own folder, which `controlmap sources` "
    "names, or after `controlmap proposals --file`; `docs/claims.md` tells the rules."
)
BROKEN = "Entries that cannot be used, and are left out:"
NOTHING = "No land would pass"
LEAST_KM2 = 0.5
"""Less than this is shown as 0, and is not spoken of as land that passes."""
_SHOWN = 60  # settlements that are named


def side_by_side(source: str, observed: datetime) -> str:
    """What the table of all proposals is, by whom and of when."""
    return (
        f"Side by side: what would pass, and its share of the four oblasts; {source}, observed "
        f"{text.instant(observed)}"
    )


def rule(proposal: Proposal, iso: str) -> str:
    """An oblast's rule in words."""
    drawn = proposal.rules[iso]
    return f"line of {text.day(drawn.day)}" if drawn.day else _IN_WORDS[drawn.rule]


def headline(every: Transfer) -> tuple[str, str]:
    """The figure that a proposal is about, and what it is of."""
    if max(every.to_russia_km2, every.to_ukraine_km2) < LEAST_KM2:
        return NOTHING, "from hand to hand"
    if every.to_russia_km2 >= every.to_ukraine_km2:
        return text.km2(every.to_russia_km2), "would pass from Ukrainian to Russian hands"
    return text.km2(every.to_ukraine_km2), "would pass from Russian to Ukrainian hands"


def facts(found: Outcome) -> list[tuple[str, str]]:
    """The figures behind it."""
    every = found.every
    out = [
        (PASSES["gained"], _part(every.to_russia_km2, every.total_km2)),
        (PASSES["lost"], _part(every.to_ukraine_km2, every.total_km2)),
        *_people("Russia", found.to_russia),
        *_people("Ukraine", found.to_ukraine),
    ]
    if every.to_russia_km2 >= LEAST_KM2:
        out.append(("of which contested now", text.km2(every.contested_km2)))
    return out


def _people(to: str, found: Sequence[Place]) -> list[tuple[str, str]]:
    """The settlements that would pass to whom, and how many people they have; nothing for none."""
    if not found:
        return []
    return [
        (f"Settlements to {to}", f"{len(found):,}"),
        ("their population (GeoNames)", f"{proposals.people(found):,}"),
    ]


def _part(km2: float, of_km2: float) -> str:
    return f"{text.km2(km2)} ({text.share(km2 / of_km2)})"


def moved(found: Outcome) -> tuple[Place, ...]:
    """The settlements in the land that would pass either way."""
    return (*found.to_russia, *found.to_ukraine)


def recognised(found: Transfer) -> str:
    """What would be recognised as Russian."""
    return "not stated" if found.recognised_km2 is None else text.km2(found.recognised_km2)


def fortress(found: Outcome) -> str:
    """The fortress cities by name: whose they would be."""
    groups = {
        "would pass to Russia": [n for n, both in found.fortress.items() if both == (False, True)],
        "would pass to Ukraine": [n for n, both in found.fortress.items() if both == (True, False)],
        "would stay Russian-held": [n for n, both in found.fortress.items() if all(both)],
        "would stay not Russian-held": [n for n, both in found.fortress.items() if not any(both)],
    }
    told = "; ".join(f"{', '.join(names)} {what}" for what, names in groups.items() if names)
    return f"Fortress cities: {told}."


def settlements(found: Sequence[Place]) -> str:
    """Settlements by name, the largest first, with their people; the rest as a number."""
    listed = sorted(found, key=lambda place: -(place.population or 0))
    named = ", ".join(
        f"{p.name} ({'not known' if p.population is None else f'{p.population:,}'})"
        for p in listed[:_SHOWN]
    )
    more = len(listed) - _SHOWN
    return f"{named}, and {more:,} more." if more > 0 else f"{named}."


def settlements_title(to: str, found: Sequence[Place]) -> str:
    """How many settlements would pass to whom."""
    count = "1 settlement" if len(found) == 1 else f"{len(found):,} settlements"
    return f"{count} to {to}, population {proposals.people(found):,} (GeoNames)"


def _passing(found: Outcome) -> str:
    """How many settlements would pass each way, with how many people."""
    ways = (("Russia", found.to_russia), ("Ukraine", found.to_ukraine))
    return "; ".join(settlements_title(to, listed) for to, listed in ways)


def lines(found: Outcome) -> list[str]:
    """What a rule's line rests on where that is not the day itself."""
    out = []
    if found.pre_2022_of and found.pre_2022_of != found.snapshot.day:
        out.append(
            f"What was held before 2022 is as last reported, on {text.day(found.pre_2022_of)}."
        )
    if found.every.to_russia_km2 >= LEAST_KM2 and found.every.contested_km2 is None:
        out.append(
            "Contested ground is not reported on this day: what would pass to Russia includes an "
            "unknown contested part."
        )
    return out


def tooltip(name: str, layer: str, km2: float, part: float) -> tuple[str, ...]:
    """What would pass in an oblast on the map."""
    return text.oblast(name), PASSES[layer], f"{text.km2(km2)}, {text.share(part)} of the oblast"


def citation(found: Outcome) -> list[str]:
    """The figures in sentences."""
    made, every = found.proposal, found.every
    rules = "; ".join(f"{row.name}: {rule(made, row.iso)}" for row in found.rows[:-1])
    by_oblast = "; ".join(
        f"{row.name} {text.km2(row.to_russia_km2)} to Russia, {text.km2(row.to_ukraine_km2)} to "
        "Ukraine"
        for row in found.rows
    )
    return [
        f"Proposal: {made.title}, on {text.day(found.snapshot.day)} ({rules}).",
        f"What would pass: {by_oblast}.",
        f"Of settlements of 500 people or more: {_passing(found)}; {POPULATION}. {fortress(found)}",
        f"Recognised as Russian: {recognised(every)}.",
        *lines(found),
    ]


def labels(made: Sequence[Proposal]) -> Mapping[str, str]:
    """Proposals by id, and the one that a visitor composes."""
    return {**{p.id: p.title for p in made}, OWN: OWN_TITLE}
