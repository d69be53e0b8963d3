"""The words of the front end, which the browser fills in: braces name what stands there."""

from __future__ import annotations

from controlmap.core.model import Status
from controlmap.geo import water
from controlmap.words import notes, numbers, text, text_sources
from controlmap.words.catalog import Message

DATES = {
    "at_start": Message("Held on {day}, when the record begins"),
    "lost": Message("Hatched: no longer held since then"),
}
FACE = {
    "on": Message("{status} on {day}"),
    "since": Message("{status} since {day}"),
    "since_start": Message("{status} on {day}, when the record begins"),
    "later": Message("Later: {period}"),
    "earlier": Message("Earlier periods: {n}"),
    "statuses": tuple(text.PARTS[part] for part in ("rest", "held", "contested")),
    "silent": Message("Not known"),
    "rest_or_contested": Message("Not Russian-held (contested is not reported)"),
}
_CLAIMED = Message("Claimed")
_OF_CLAIM = (Message("Share"), Message("Gap"), Message("Contested"))
OBLAST_ON = Message("{oblast} oblast, {day}")
ON_THE_MAP = Message("Show on the map")
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
    "gap_parts": (text.GAP_LAND, text.GAP_WATER),
    "statuses": {
        status.value: text.STATUS[status]
        for status in (Status.ASSESSED_ADVANCE, Status.INFILTRATION, Status.CLAIMED_CONTROL)
    },
    "changes": (Message("Held, change over 30 days"), Message("Held, change since {day}")),
    "changes_both": (
        Message("Held or contested, change over 30 days"),
        Message("Held or contested, change since {day}"),
    ),
    "by_source": Message("sources {range}"),
    "between": Message("{low} to {high}"),
    "band": text_sources.BAND,
    "parts": text.PARTS,
    "bars": Message("Share of each claim that is held"),
    "bars_both": Message("Share of each claim that is held or contested"),
    "oblast": text.OBLAST,
    "as_tables": Message("Figures as tables"),
    "tables": (
        {
            "caption": Message("Areas in km², rounded; – is not known"),
            "columns": (_CLAIMED, Message("Held"), *_OF_CLAIM),
            "columns_both": (_CLAIMED, Message("Held or contested"), *_OF_CLAIM),
        },
        {
            "caption": Message(
                "Net changes of held ground in km²; redrawn is when the oblast's map last changed"
            ),
            "caption_both": Message(
                "Net changes of held or contested ground in km²; redrawn is when the oblast's map "
                "last changed"
            ),
            "columns": (Message("30 days"), Message("365 days"), Message("Redrawn")),
        },
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
    "newest": Message("The newest map of {source} is of {day}."),
    "not_redrawn": Message("Not redrawn for more than {days} days: {oblasts}."),
    "since": Message("{name} since {day}"),
    "gap_water": Message(
        "Of what is claimed and not held {km2} are lakes and reservoirs as they were before the "
        "war, most of it the Kakhovka reservoir: drained since its dam was destroyed on {day}."
    ),
    "readers_change": text.READERS_CHANGE,
    "contested_not_counted": notes.CONTESTED_NOT_COUNTED,
    "unreported": Message(
        "Contested and liberated ground is not reported for this day, so what is not held includes "
        "an unknown contested part."
    ),
    "reported_before": Message("Contested when last reported, on {day}: {km2}."),
    "before_claim": text.BEFORE_CLAIM,
    "compared_since": Message("here since {day}"),
    "as_last_reported": Message("as last reported on {day}"),
    "drained_on": str(water.DRAINED_ON),
    "what_changed": text.CHANGES,
    "last_days": Message("{n} days"),
    "files": text.DOWNLOAD,
    "download": Message("Download as CSV"),
    "cite": text.CITE,
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
    "copy": Message("Copy"),
    "copied": Message("Copied."),
    "share_link": Message("Share"),
    "place_page": Message("Its whole record"),
    "line_km": Message("Line of contact: {km} km away"),
    "change_near": Message("Last change within {km} km: {day}"),
    "no_change_near": Message("No change within {km} km since the record begins"),
    "tools": Message("Tools"),
    "zoom_to": Message("Zoom to"),
    "changes_shown": Message("The changes shown"),
    "no_changes": Message("Nothing changed between the two days, or it is not known."),
    "swipe": Message("Swipe between two maps"),
    "no_swipe": Message("Swipe: off"),
    "swipe_other": Message("Swipe: the day compared with"),
    "side": Message("{source}, {day}"),
    "measure": Message("Measure a distance"),
    "measure_hint": Message("Choose points on the map; Enter takes its middle, Escape ends."),
    "way": Message("{km} km"),
    "nothing_here": Message("Beyond the four oblasts: not part of the record."),
    "panel": Message("Figures"),
    "more": Message("Show all figures"),
    "less": Message("Show the map"),
    "redrawn": Message("Map redrawn"),
    "event": Message("{day}: {title}"),
    "km2": Message("{n}\N{NO-BREAK SPACE}km²"),
    "share": Message("{n} %"),
    "not_reported": text.NOT_REPORTED,
    "not_known": text.NOT_KNOWN,
    "failed": Message("The record could not be loaded; reload the page."),
    "step_km2": numbers.AREA_STEP_KM2,
    "least_km2": numbers.LEAST_KM2,
}
