"""The words of the front end, which the browser fills in: braces name what stands there."""

from __future__ import annotations

from controlmap.words import numbers, text, text_sources
from controlmap.words.catalog import Message

FRONT = {
    "title": text.OVERVIEW,
    "choices": Message("Choose source, basis, layers"),
    "chosen": Message("{source} · {day} · of the {basis} · contested {contested}"),
    "source": text.SOURCE,
    "basis": text.BASIS,
    "contested": text.CONTESTED,
    "advance": text_sources.ADVANCE,
    "theme": Message("Colours"),
    "themes": {"": Message("system"), "light": Message("light"), "dark": Message("dark")},
    "date": text.DATE,
    "earlier": text.PREVIOUS,
    "later": text.NEXT,
    "latest": text.LATEST,
    "play": Message("Play"),
    "pause": Message("Pause"),
    "speed": Message("Speed"),
    "strip": Message("Days of the record"),
    "other": Message("Compare with (UTC)"),
    "no_other": Message("30 days before"),
    "of_claim": Message("of the claim is Russian-held on {day}"),
    "of_claim_both": Message("of the claim is Russian-held or contested on {day}"),
    "of_claim_before": Message("of what Russia was to claim is Russian-held on {day}"),
    "of_claim_before_both": Message(
        "of what Russia was to claim is Russian-held or contested on {day}"
    ),
    "facts": (Message("Russian-held"), Message("Claimed, not held"), text.CONTESTED_KM2),
    "facts_both": (
        Message("Russian-held or contested"),
        Message("Claimed, neither held nor contested"),
        text.CONTESTED_KM2,
    ),
    "change": Message("Net change over 30 days"),
    "change_since": Message("Net change since {day}"),
    "by_source": Message("sources {range}"),
    "between": Message("{low} to {high}"),
    "band": text_sources.BAND,
    "parts": text.PARTS,
    "bars": Message("Share of each claim that is held"),
    "bars_both": Message("Share of each claim that is held or contested"),
    "columns": (
        text.OBLAST,
        Message("Claimed"),
        Message("Held"),
        Message("Share"),
        Message("Gap"),
        Message("Contested"),
        Message("30 days"),
        Message("365 days"),
        Message("Redrawn"),
    ),
    "held_both": Message("Held or contested"),
    "table": Message(
        "Claimed versus held, km², rounded; changes are net; redrawn is when the oblast's map "
        "last changed; – is not known"
    ),
    "said": Message("Source: {source}. Observed {observed}, retrieved {retrieved}."),
    "not_recorded": text.NOT_RECORDED,
    "carried": Message("No snapshot on {day}: that of {observed} is carried forward."),
    "after": Message("{source}: nothing after {last}."),
    "before": Message("{source}: nothing before {first}."),
    "gap": Message("{source}: no snapshot for more than 14 days; control on {day} is not known."),
    "history": Message("Share held, by source"),
    "sources": text.SOURCES,
    "age": Message("{source}, {share} of the claim, map of {day}"),
    "download": Message("Download as CSV"),
    "cite": text.CITE,
    "copied": Message("Copied"),
    "citation": Message(
        "On {day} {share} of what Russia claims of Donetsk, Luhansk, Kherson and Zaporizhzhia "
        "oblasts is Russian-held: {held} km² of {claimed} km² ({basis}). Source: {source}, "
        "observed {observed}. {version}; areas geodesic on WGS84."
    ),
    "search": Message("Find a place"),
    "all": Message("Show all four oblasts"),
    "full": Message("Full screen"),
    "card": Message("Who holds this point"),
    "card_note": Message("A place is judged by its central point."),
    "close": Message("Close"),
    "nothing_here": Message("Beyond the four oblasts: not part of the record."),
    "panel": Message("Figures"),
    "more": Message("Show all figures"),
    "less": Message("Show the map"),
    "redrawn": Message("Map redrawn"),
    "no_snapshot": Message("No snapshot"),
    "turning_points": Message("Turning points"),
    "event": Message("{day}: {title}"),
    "km2": Message("{n}\N{NO-BREAK SPACE}km²"),
    "share": Message("{n} %"),
    "not_reported": text.NOT_REPORTED,
    "not_known": text.NOT_KNOWN,
    "failed": Message("The record could not be loaded; reload the page."),
    "step_km2": numbers.AREA_STEP_KM2,
    "least_km2": numbers.LEAST_KM2,
}
