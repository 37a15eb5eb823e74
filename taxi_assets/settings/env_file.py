"""The file ``.env``: in UTF-8, as Dagster and Docker Compose read it, too."""

from __future__ import annotations

from pathlib import Path

from dotenv import dotenv_values

from taxi_assets.errors import SettingsError

ENV_FILE = Path(".env")

ENCODING = "utf-8-sig"
"""UTF-8; Windows PowerShell and some editors put a mark before it."""

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONVERT = (
    "save it in UTF-8; in PowerShell: (Get-Content .env) | Set-Content -Encoding utf8 .env, and "
    "write to it with Out-File -Encoding utf8 -Append rather than with >>"
)


def env_file_names() -> set[str]:
    """The variables that ``.env`` names, in upper case; none where there is no such file.

    Raises:
        SettingsError: it cannot be read.
    """
    if not ENV_FILE.is_file():
        return set()
    place = ENV_FILE.resolve()
    try:
        data = ENV_FILE.read_bytes()
        if data.startswith(_WIDE_MARKS) or b"\0" in data:
            raise SettingsError(f"{place} is in UTF-16", _CONVERT)
        data.decode(ENCODING)
    except OSError as error:
        raise SettingsError(
            f"{place} cannot be read: {error.strerror}", "let this user read it, or remove it"
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{place}, line {line}: it is not in UTF-8", _CONVERT) from None
    return {name.upper() for name in dotenv_values(ENV_FILE, encoding=ENCODING)}
