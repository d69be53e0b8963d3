"""The status that a phrase stands for, in English, Ukrainian and Russian.

Who holds decides, not whose land it is: "territory of Ukraine held by Russia" is Russian-held. What
could be read in two ways stands for nothing, so that a person is asked.
"""

from __future__ import annotations

import re

from controlmap.core.model import Status

_RU = (
    r"(?:russia\w{0,10}|ru|rf|dpr|dnr|lpr|lnr|moscow|kremlin|enemy|росі\w{0,10}|росси\w{0,10}"
    r"|рф|днр|лнр|ворож\w{0,4}|ворог\w{0,4}|враг\w{0,4}|враж\w{0,6}|противник\w{0,4}"
    r"|окупант\w{0,4}|оккупант\w{0,4})"
)
_UA = r"(?:ukrain\w{0,10}|ua|afu|зсу|всу|україн\w{0,10}|украин\w{0,10}|сил\w{0,4} оборони)"
_RU_BY = (
    r"(?:росією|рос\w{0,6}ськими|рос\w{0,6}ською|россией|российск(?:ими|им|ой)|рф|днр|лнр"
    r"|ворогом|врагом|противником|окупантами|оккупантами)"
)
_UA_BY = r"(?:україною|українськими?|украиной|украинскими|зсу|всу|силами оборони)"
_GAP = r"(?:\w{1,20} ){0,6}?"
_HOLD = r"(?:held|controll?ed|control|administered|governed|seized|annexed|conquered)"
_TAKE = r"(?:liberat\w{1,3}|retaken|recaptur\w{1,3}|captur\w{1,3}|taken(?: back)?)"
_HOLDS = r"(?:контрол(?:ю|ир)\w{0,8}|утриму\w{0,6}|удержива\w{0,6}|зайнят\w{0,3}|занят\w{0,3})"
_TAKES = (
    r"(?:освобожд\w{0,6}|освоб[оі]д\w{0,6}|звільн\w{0,6}|відбит\w{0,4}|отбит\w{0,3}|взят\w{0,3})"
)
_OCCUPIED = r"(?:occup(?:ied|ation)|ок[кк]?уп\w{0,10}|захоп\w{0,8}|захвач\w{0,6})"
_CONTROL = (
    r"(?:\bunder (?:the )?(?:control|occupation) of|(?:під|под) (?:контрол\w{1,4}|окк?упац\w{1,4}))"
)


def _by(verb: str, english: str, slavic: str) -> str:
    """Return the pattern of what is done by a side: "held by the forces of Russia"."""
    return rf"\b{verb} (?:{_GAP}by {_GAP}{english}|{_GAP}{slavic})\b"


def _under(side: str) -> str:
    """Return the pattern of what is under a side's control, or has it in its name."""
    return (
        rf"\bunder {_GAP}{side} {_GAP}(?:control|occupation|administration|rule)\b"
        rf"|{_CONTROL} {_GAP}{side}\b|\b(?:під|под)контрольн\w{{0,4}} {_GAP}{side}\b"
        rf"|\bin (?:the hands of {_GAP}{side}|{side} hands)\b|\bcontrol of {side}\b"
    )


_BY_RU = _by(rf"(?:{_HOLD}|{_HOLDS}|{_OCCUPIED})", _RU, _RU_BY) + "|" + _under(_RU)
_BY_UA = _by(rf"(?:{_HOLD}|{_HOLDS})", _UA, _UA_BY) + "|" + _under(_UA)
_RU_HELD = (
    rf"\b{_RU}(?: (?!{_UA})\w{{1,20}})? (?:held|control\w{{0,5}}|occup\w{{0,6}}"
    r"|окк?уп\w{0,10}|контрол\w{0,6})\b"
)
_UA_HELD = rf"\b{_UA}(?: (?!{_RU})\w{{1,20}})? (?:held|control(?:led)?|контрол\w{{0,6}})\b"
_FORMER = r"\b(?:former\w{0,4}|previous\w{0,4}|ex|once|колишн\w{0,4}|раніше|ранее|бывш\w{0,4})\b"

PHRASES: tuple[tuple[re.Pattern[str], Status | None], ...] = tuple(
    # The first that matches decides.
    (re.compile(pattern), status)
    for pattern, status in (
        (
            r"\b(?:not|non|never|no(?!\.| ?\d)|не|ні|нет)\b|n['’]t\b"
            r"|\b(?:un|non|not)(?:occup|russia|control|held)|\bне(?:окк?уп|захоп)",
            None,
        ),
        (r"^ukrain\w{0,3} control map?$", Status.RUSSIAN_HELD),  # so ISW calls its layer
        (r"\b(?:maps?|карт[аиуі]|мапа)\b", None),
        (rf"\b{_UA} claim|\bclaim\w{{0,3}} (?:{_GAP}by )?{_UA}\b|заявл\w{{1,4}} {_UA}", None),
        (r"\bclaim(?:ed|s)?\b|заявлен|заявляє", Status.CLAIMED_CONTROL),
        (rf"\b{_UA} {_GAP}(?:infiltrat|інфільтр|инфильтр)", None),
        (r"infiltrat|інфільтр|инфильтр", Status.INFILTRATION),
        (
            rf"\b{_UA} {_GAP}(?:advanc|просув)"
            rf"|(?:advanc\w{{1,6}}|просуван\w{{1,3}}) (?:by {_GAP}|of {_GAP})?{_UA}\b",
            None,
        ),
        (r"\badvanc|просуван|продвижени", Status.ASSESSED_ADVANCE),
        (
            r"\bpre ?2022|before ?(?:24|feb|2022)|ордло|\bcrimea\b|\bкрим\b|\bкрым\b|до 2022",
            Status.HELD_BEFORE_2022,
        ),
        (
            r"contest|\bgr[ae]y\b|disputed|unknown|сір[аі]|сер(?:ая|ой)|питанням|невідом",
            Status.CONTESTED,
        ),
        (_by(rf"(?:{_TAKE}|{_TAKES})", _RU, _RU_BY), Status.RUSSIAN_HELD),
        (
            rf"{_TAKE}|{_TAKES}|\bde ?occup|\bде ?окк?уп|звільнен|освобожд|відбит",
            Status.LIBERATED,
        ),
        (_FORMER, None),
        (rf"(?:{_BY_UA}).{{0,200}}?(?:{_BY_RU})|(?:{_BY_RU}).{{0,200}}?(?:{_BY_UA})", None),
        (_by(_OCCUPIED, _UA, _UA_BY), None),
        (_BY_RU, Status.RUSSIAN_HELD),
        (_BY_UA, Status.UKRAINIAN_HELD),
        (rf"\b{_UA} (?:occup|окк?уп)", None),
        (rf"(?:{_UA_HELD}).{{0,200}}?(?:{_RU_HELD})|(?:{_RU_HELD}).{{0,200}}?(?:{_UA_HELD})", None),
        (_RU_HELD, Status.RUSSIAN_HELD),
        (rf"{_UA_HELD}|^(?:ua|afu|зсу|всу)$", Status.UKRAINIAN_HELD),
        (rf"{_OCCUPIED}|^(?:ru|rf|рф)$", Status.RUSSIAN_HELD),
    )
)
"""Patterns of words joined by single spaces; None, that a phrase with them is not sure."""


def status_of(text: str) -> Status | None:
    """Return the status that a phrase in lower case stands for; None where none is sure."""
    words = " ".join(re.sub(r"[_/–—-]", " ", text).split())
    return next((status for pattern, status in PHRASES if pattern.search(words)), None)
