"""SQL from its files: identifiers are filled in here, values are always bound parameters."""

from functools import cache
from importlib import resources
from string import Template


@cache
def _template(package: str, name: str) -> Template:
    return Template(resources.files(package).joinpath(f"{name}.sql").read_text("utf-8"))


def statement(package: str, name: str, /, **identifiers: str) -> str:
    """The statement in ``<package>/<name>.sql``.

    Args:
        package: the package whose folder holds the file.
        name: the file's name without its ending: the statement's verb.
        identifiers: quoted names, and lists derived from declared columns.
    """
    return _template(package, name).substitute(identifiers)
