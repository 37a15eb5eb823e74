"""SQL statements from ``.sql`` files. Identifiers are filled in; values are bound parameters.

A file holds one statement with the name of the file, or several statements. Each of several starts
with a line ``-- name: verb`` and ends with a semicolon. Identifiers, lists of declared columns and
bound values are placed between ``{{`` and ``}}``, for example ``{{ bound.filename }}``. No database
uses such placeholders, so a linter can read the files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TypeVar

from jinja2 import Environment, StrictUndefined, Template

from taxi_assets.sql.dialect import Dialect

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)

# These two characters enclose the name of a bound value. No statement uses them otherwise.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")

_environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - no HTML

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Statement:
    """A statement for one database.

    Attributes:
        marked: its text, with a mark in the place of each bound value.
        dialect: the dialect of the database.
    """

    marked: str
    dialect: Dialect

    def __str__(self) -> str:
        return self.marked

    @cached_property
    def text(self) -> str:
        """The statement's text for the database's client."""
        text = self.marked
        if self.dialect.doubles_percent and self.parameters:
            text = text.replace("%", "%%")
        return _MARK.sub(lambda mark: self.dialect.bound(mark[1]), text)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of its bound values, each once."""
        return tuple(dict.fromkeys(_MARK.findall(self.marked)))

    def choose(self, values: Mapping[str, _Value]) -> dict[str, _Value]:
        """Choose the values that the statement binds.

        Raises:
            KeyError: a value is missing.
        """
        return {name: values[name] for name in self.parameters}

    def with_constants(self, values: Mapping[str, object]) -> Statement:
        """The same statement with constants in the place of its bound values.

        Some statements, such as CREATE TABLE AS in Postgres, cannot bind values.
        """
        return Statement(
            _MARK.sub(lambda mark: self.dialect.constant(values[mark[1]]), self.marked),
            self.dialect,
        )

    def renamed(self, suffix: str) -> Statement:
        """The same statement with a suffix on the names of its bound values.

        Several statements in one script need different names.
        """
        return Statement(_MARK.sub(rf"{_OPEN}\1{suffix}{_CLOSE}", self.marked), self.dialect)


class _Bound:
    """The variable ``bound`` of the templates: each attribute is a bound value of that name."""

    def __getattr__(self, name: str) -> str:
        return f"{_OPEN}{name}{_CLOSE}"


_BOUND = _Bound()


def bound(name: str) -> str:
    """A bound value of that name, for SQL that is composed in code."""
    return f"{_OPEN}{name}{_CLOSE}"


@dataclass(frozen=True)
class Statements:
    """The statements in a package's ``.sql`` files, for one database.

    Attributes:
        package: the package whose folder holds the files.
        dialect: the dialect of the database.
    """

    package: str
    dialect: Dialect

    def __call__(self, name: str, /, **parts: object) -> Statement:
        """The statement of that name.

        Args:
            name: the statement's verb.
            parts: identifiers as SQL, expressions, other statements, and lists of these.
        """
        template = _template(self.package, name)
        return Statement(template.render(parts, bound=_BOUND), self.dialect)


def names_of(package: str) -> list[str]:
    """The names of all statements in a package's files."""
    return sorted(_texts(package))


@cache
def _template(package: str, name: str) -> Template:
    """The statement's template. Only those that are used are compiled: each takes a millisecond."""
    return _environment.from_string(_texts(package)[name])


@cache
def _texts(package: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in resources.files(package).iterdir():
        stem, _, ending = file.name.rpartition(".")
        if ending == "sql":
            _, *named = _NAME.split(file.read_text("utf-8"))
            texts = dict(zip(named[::2], named[1::2], strict=True)) or {
                stem: file.read_text("utf-8")
            }
            for name, text in texts.items():
                assert name not in found, f"{package} has two statements {name}"
                found[name] = text.strip().removesuffix(";")
    return found
