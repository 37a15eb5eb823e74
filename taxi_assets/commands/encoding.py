"""Signs for terminals: those that cannot be printed end no command, control codes are left out."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

_HANDLER = "taxi_assets.plain"
_PLAIN = dict(zip("✓✗◐·•×–—“”‘’", "+x~.*x--\"\"''", strict=True))
_PLAIN |= {"…": "...", "→": "->", "≥": ">=", "≤": "<="}
"""The signs of our own output; the plain ones differ from each other, too."""


def accept_every_sign() -> None:
    """Let stdout and stderr write plain signs in place of those that their encoding lacks.

    Such as ASCII (`LC_ALL=C`), or an old Windows code page.
    """
    codecs.register_error(_HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def printable(text: str) -> str:
    """The text without control characters, since it comes from outside."""
    return "".join(c for c in text if c.isprintable() or c == "\n")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Plain signs for those that cannot be encoded; letters lose their accents."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(map(_plain_sign, signs)), error.end


def _plain_sign(sign: str) -> str:
    letters = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return _PLAIN.get(sign) or letters or "?"
