"""The report's templates, and how what they draw is shown where only Markdown is."""

from __future__ import annotations

import base64
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template


@cache
def template(name: str, autoescape: bool = True) -> Template:
    """A template of the page or of the charts.

    Args:
        name: of its file.
        autoescape: whether texts are escaped as HTML wants it; Markdown's template does by itself.
    """
    loaders = [PackageLoader("taxi_assets.report", folder) for folder in ("page", "charts")]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=autoescape,  # noqa: S701 - see above
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = _plain
    return environment.get_template(name)


def markdown_image(title: str, svg: str) -> str:
    """An SVG as an image in Markdown; the image's data are part of the text."""
    return f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def _plain(text: str) -> str:
    """A text that Markdown shows as it is, in a table, too."""
    marked = "".join(f"\\{letter}" if letter in r"\`*_[]<>|#" else letter for letter in text)
    return " ".join(marked.split())
