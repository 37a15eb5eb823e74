"""Writes an offered pipeline into the folder of pipelines, over nothing that was not agreed to."""

from __future__ import annotations

import difflib
from pathlib import Path
from tempfile import NamedTemporaryFile

from taxi_assets.errors import AssistantError, StorageError


def current_text(path: Path) -> str | None:
    """What stands in the file; None where there is none.

    Raises:
        StorageError: it cannot be read.
    """
    try:
        return path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}", "look at it") from None


def difference(path: Path, before: str | None, text: str) -> str:
    """What would change, as a unified diff."""
    lines = difflib.unified_diff(
        (before or "").splitlines(keepends=True),
        text.splitlines(keepends=True),
        "/dev/null" if before is None else str(path),
        str(path),
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def write_pipeline(path: Path, before: str | None, text: str) -> None:
    """Write the file as a whole, as a new one or in the place of the text that was shown.

    Raises:
        AssistantError: something else stands there meanwhile.
        StorageError: it cannot be written.
    """
    changed = AssistantError(
        f"{path} was made or changed meanwhile: nothing was written", "ask again"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if before is None:
            _create(path, text)
        elif current_text(path) == before:
            _exchange(path.resolve(), text)  # A link stays one.
        else:
            raise changed
    except FileExistsError:
        raise changed from None
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}",
            "make the folder writable, or save what is shown there yourself",
        ) from None


def _create(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            path.unlink()
            raise


def _exchange(path: Path, text: str) -> None:
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        draft = Path(file.name)
        try:
            file.write(text)
            file.flush()
            draft.chmod(path.stat().st_mode)
            draft.replace(path)
        except OSError:
            draft.unlink()
            raise
