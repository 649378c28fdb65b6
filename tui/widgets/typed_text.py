"""What keys and pasted text make of a text that is typed in place, wherever that is."""

from __future__ import annotations

from textual import events

from training.preset.printable import printable


def typed(text: str, key: events.Key) -> str | None:
    """The text after the key; None where the key changes no text."""
    if key.key == "backspace":
        return text[:-1]
    if key.key == "ctrl+u":
        return ""
    return text + key.character if key.is_printable and key.character else None


def pasted(text: str, paste: events.Paste) -> str:
    """The text with the first line of what was pasted at its end, without control sequences."""
    return text + printable(paste.text.partition("\n")[0])


def is_sign(character: str | None) -> bool:
    """Whether a key's character is one that is typed."""
    return character is not None and character.isprintable()
