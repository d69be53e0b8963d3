"""The catalog of what people read: texts marked for gettext, translated when they are shown.

A `Message` keeps its text and its figures apart, so that an answer that holds it can be shown in
any language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations

_translations = NullTranslations()


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Mark a text for the catalog and return it as it is."""
    return text


@dataclass(frozen=True)
class Message:
    """A text of the catalog with its named arguments; `str` gives it in the language in use.

    `plural` is the text for other counts than one, by the argument `count`.
    """

    text: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""

    def __str__(self) -> str:
        """Return the whole sentence."""
        if self.plural:
            count = self.arguments["count"]
            assert isinstance(count, int)
            text = _translations.ngettext(self.text, self.plural, count)
        else:
            text = _translations.gettext(self.text)
        return text.format(**{name: _shown(value) for name, value in self.arguments.items()})

    def __call__(self, **arguments: object) -> Message:
        """Return the message with these arguments."""
        return Message(self.text, {**self.arguments, **arguments}, self.plural)


def _shown(value: object) -> object:
    return str(value) if isinstance(value, Message) else value
