"""Sentences in the current language: gettext, plurals, and figures in the forms of CLDR."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from controlmap.words import catalog, numbers
from controlmap.words.catalog import Message, gettext, ngettext, rendered
from controlmap.words.language import LANGUAGE

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 &&"
" (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "{count} day"
msgid_plural "{count} days"
msgstr[0] "{count} день"
msgstr[1] "{count} дні"
msgstr[2] "{count} днів"

msgid "{area:.1f} km² held on {day}"
msgstr "на {day} утримувалося {area:.1f} км²"
"""
DAYS = Message("{count} day", "{count} days")
HELD = Message("{area:.1f} km² held on {day}")(area=20781.44, day=date(2025, 8, 4))


@pytest.fixture
def ukrainian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak Ukrainian, by a catalog that has two sentences."""
    path = tmp_path / "uk" / "LC_MESSAGES" / "controlmap.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO, encoding="utf-8")
    monkeypatch.setattr(catalog, "LOCALES", tmp_path)
    catalog.translations.cache_clear()
    token = LANGUAGE.set("uk")
    yield
    LANGUAGE.reset(token)
    catalog.translations.cache_clear()


def test_english_needs_no_catalog() -> None:
    assert str(HELD) == "20,781.4 km² held on 4 August 2025"
    assert [str(DAYS(count=n)) for n in (1, 2, 1000)] == ["1 day", "2 days", "1,000 days"]
    assert ngettext("{count} day", "{count} days", 21) == "21 days"


@pytest.mark.usefixtures("ukrainian")
def test_a_language_costs_one_catalog() -> None:
    assert str(HELD) == "на 4 серпня 2025 утримувалося 20\N{NO-BREAK SPACE}781,4 км²"
    assert [str(DAYS(count=n)) for n in (1, 3, 5, 21)] == ["1 день", "3 дні", "5 днів", "21 день"]
    assert gettext("Not in the catalog") == "Not in the catalog"


def test_a_message_is_translated_when_it_is_shown(ukrainian: None) -> None:
    del ukrainian
    nested = Message("{what}, as of {day:iso}")(what=HELD, day=date(2025, 8, 4))
    assert str(nested).startswith("на 4 серпня 2025")
    LANGUAGE.set("en_GB")
    assert str(nested) == "20,781.4 km² held on 4 August 2025, as of 2025-08-04"


def test_a_message_is_a_value() -> None:
    again = Message(HELD.text)(area=20781.44, day=date(2025, 8, 4))
    assert again == HELD
    assert {again, HELD} == {HELD}
    assert pickle.loads(pickle.dumps(HELD)) == HELD
    assert Message(HELD.text)(area=1.0, day=date(2025, 8, 4)) != HELD
    assert hash(Message("{names}")(names=["a", "b"]))


@pytest.mark.parametrize(
    ("template", "figure", "shown"),
    [
        ("{x}", 1234567, "1,234,567"),
        ("{x:.1f}", -0.04, "0.0"),
        ("{x:.0f}", 1234.5, "1,234"),
        ("{x:+.1f}", -4.25, "−4.2"),
        ("{x:+.1f}", 4.26, "+4.3"),
        ("{x:+.1f}", 0.01, "0.0"),
        ("{x:.1%}", 0.784, "78.4 %"),
        ("{x:.1%}", 0.99999, ">99.9 %"),
        ("{x:.1%}", 1e-6, "<0.1 %"),
        ("{x:.2%}", 0.1234, "12.34 %"),
        ("{x:km2}", 20786.98, "20,790"),
        ("{x:km2}", 20784.98, "20,780"),
        ("{x:km2}", 108845.0, "108,850"),
        ("{x:km2}", 4.9, "<10"),
        ("{x:km2}", 0.4, "0"),
        ("{x:1km2}", 244.6, "245"),
        ("{x:1km2}", 0.4, "0"),
        ("{x:.0%}", 0.25, "25 %"),
        ("{x:month}", date(2024, 3, 5), "March 2024"),
        ("{x}", datetime(2025, 8, 4, 3, tzinfo=UTC), "4 August 2025, 03:00 UTC"),
        ("{x}", ("Kherson", date(2025, 8, 4)), "Kherson, 4 August 2025"),
        ("{x}", "{y} %s", "{y} %s"),
        ("{x:.0f}", 1e300, numbers.number(1e300)),
    ],
)
def test_figures_have_the_forms_of_the_language(
    template: str, figure: catalog.Figure, shown: str
) -> None:
    assert gettext(template, x=figure) == shown


def test_an_unknown_form_is_an_error() -> None:
    with pytest.raises(ValueError, match="is no form of a date"):
        gettext("{day:weekday}", day=date(2025, 8, 4))


def test_data_is_rendered_at_any_depth() -> None:
    assert rendered({"a": [HELD, {"b": DAYS(count=1)}], "{n} km²": 1}) == {
        "a": ["20,781.4 km² held on 4 August 2025", {"b": "1 day"}],
        "{n} km²": 1,
    }
    assert str(Message("{n} km²")) == "{n} km²"  # filled in by JavaScript
