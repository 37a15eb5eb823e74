"""Reads the text of a pipeline file: plain data, with the line of each value.

The text is YAML without templates, aliases, tags and duplicate keys, which no pipeline needs.
"""

from __future__ import annotations

import re
from typing import NoReturn

import yaml

from taxi_assets.errors import InvalidFileError

REMEDY = "correct the file, then reload the code location; docs/components.md shows every key"
LARGEST_BYTES = 100_000

Place = tuple[str | int, ...]
TEMPLATE = re.compile(r"\{\{|\{%|\$\{")
"""The start of a template that another loader might render."""

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
}


def parse_pipeline(text: str, file: str) -> tuple[object, dict[Place, int]]:
    """Parse the text; return its data, and the line of each place in them.

    Args:
        text: text of the file.
        file: name of the file, for errors.

    Raises:
        InvalidFileError: it is not YAML, is too large or has a part that is not allowed; it names
            the line.
    """
    if len(text) > LARGEST_BYTES:
        raise InvalidFileError(f"{file} is larger than {LARGEST_BYTES:,} bytes", REMEDY)
    loader = None
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        return _Reader(loader, file, lines).value(node, ()), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise InvalidFileError(f"{file}{line}: {error.problem}", REMEDY) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        why = " ".join(str(error).split())[:200]
        raise InvalidFileError(f"{file} is not YAML: {why}", REMEDY) from None
    finally:
        if loader is not None:
            loader.dispose()


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc] # PyYAML has no types.
    """Refuses aliases, because with them a small file can hold a huge value."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "an alias (*…) is not allowed", self.peek_event().start_mark
            )
        return super().compose_node(parent, index)


class _Reader:
    def __init__(self, loader: _PlainLoader, file: str, lines: dict[Place, int]) -> None:
        self.loader, self.file, self.lines = loader, file, lines

    def value(self, node: yaml.Node | None, place: Place) -> object:
        if node is None:
            return None
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node.tag not in _PLAIN_TAGS:
            self._refuse(node, f"the tag {node.tag} is not allowed")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*place, n)) for n, each in enumerate(node.value)]
        if TEMPLATE.search(node.value):
            self._refuse(
                node, "a template ({{ … }}, {% … %} or ${…}) is not allowed: write the value"
            )
        return self.loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self.value(key_node, (*place, ""))
            if not isinstance(key, str):
                self._refuse(key_node, f"the key {key!r} must be text: put it in quotes")
            if key in found:
                self._refuse(key_node, f"the key {key} stands there twice")
            self.lines[*place, key] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, (*place, key))
        return found

    def _refuse(self, node: yaml.Node, what: str) -> NoReturn:
        line = node.start_mark.line + 1
        raise InvalidFileError(f"{self.file}, line {line}: {what}", REMEDY)
