"""The environment of a process that works on what somebody wrote: it holds no secret."""

from __future__ import annotations

import os

_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


def plain_environment() -> dict[str, str]:
    """What Python needs to start, and nothing else of what stands in this environment."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}
