"""Makes the site of the docs in ``build/docs``: `make docs`. Dead links and anchors end it.

The pages are those that GitHub shows. What the site needs of them is made here: links that leave
the pages lead to pages with the linked file's text, folds are Markdown, and three pages of the
reference come from the code: commands, modules and the Python API. The generator is zensical;
``zensical.toml`` has the navigation.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.make_reference import reference  # noqa: E402
from taxi_assets.cli import main  # noqa: E402

BUILD = ROOT / "build" / "docs"
CONFIG = ROOT / "docs" / "zensical.toml"
_AT_THE_TOP = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md"}
_AT_THE_TOP |= {"CHANGELOG.md": "changelog.md"}
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
_FENCES = {".py": "python", ".sql": "sql", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml"}


def pages() -> dict[Path, str]:
    """Every page of the project, and its name on the site."""
    top = {ROOT / name: new for name, new in _AT_THE_TOP.items()}
    return top | {page: page.name for page in sorted((ROOT / "docs").glob("*.md"))}


def write_pages(folder: Path) -> None:
    """Write all pages of the site, and what they show, into the folder."""
    folder.mkdir(parents=True)
    (folder / "commands.md").write_text("\n".join(_commands()), "utf-8")
    (folder / "modules.md").write_text("\n".join(_modules()), "utf-8")
    (folder / "python-api.md").write_text(_led_all("\n".join(reference()), CONFIG, folder), "utf-8")
    for page, name in pages().items():
        text = page.read_text("utf-8").replace("<details>", "<details markdown>")
        (folder / name).write_text(_led_all(text, page, folder), "utf-8")


def _led_all(text: str, page: Path, folder: Path) -> str:
    """The text of a page with all links as on the site."""
    return _LINK.sub(lambda link: _led(link, page.parent, folder), text)


def _led(link: re.Match[str], from_: Path, folder: Path) -> str:
    """Where a link of a page in ``from_`` leads on the site. A linked file becomes a page, too."""
    target, anchor = (from_ / link[1]).resolve(), link[2] or ""
    if not target.exists():
        return link[0]
    if target in pages():
        return pages()[target] + anchor
    if target.suffix == ".png":
        shutil.copy(target, folder / target.name)
        return target.name
    name = f"source/{target.relative_to(ROOT)}.md".replace("/__init__", "/init")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(_source(target)), "utf-8")
    return name


def _source(target: Path) -> Iterator[str]:
    yield f"# {str(target.relative_to(ROOT)).replace('_', chr(92) + '_')}\n"
    if target.is_dir():
        yield from (f"- `{each.name}`" for each in sorted(target.iterdir()) if each.name[0] != "_")
    else:
        yield f"`````{_FENCES.get(target.suffix, 'text')}\n{target.read_text('utf-8')}\n`````"


def _commands() -> Iterator[str]:
    """The reference of `taxi-assets`: what each command says of itself."""
    yield "# Commands\n\nWhat `taxi-assets COMMAND --help` says.\n"
    for name, command in main.commands.items():
        context = click.Context(command, info_name=f"taxi-assets {name}", terminal_width=90)
        yield f"## {name}\n\n```text\n{command.get_usage(context)}\n```\n"
        yield f"{inspect.cleandoc(command.help or '')}\n"
        if isinstance(command, click.Group):
            for each in command.commands.values():
                yield f"- `{each.name}`: {each.get_short_help_str(limit=1_000)}"
        records = (option.get_help_record(context) for option in command.get_params(context))
        yield from (f"- `{record[0]}`: {record[1]}" for record in records if record)
        yield ""


def _modules() -> Iterator[str]:
    """A line for each module of the package: what it says that it is for."""
    yield "# Modules\n\nWhat each module of the package is for, in its own words.\n"
    for folder, names, files in os.walk(ROOT / "taxi_assets"):
        names[:] = sorted(name for name in names if name[0] not in "_.")
        modules = [Path(folder, name) for name in sorted(files) if name.endswith(".py")]
        if modules:
            yield f"\n## {Path(folder).relative_to(ROOT)}\n"
        for module in modules:
            said = (ast.get_docstring(ast.parse(module.read_text("utf-8"))) or "").splitlines()
            yield f"- `{module.name}`: {said[0] if said else ''}"


if __name__ == "__main__":
    shutil.rmtree(BUILD, ignore_errors=True)
    write_pages(BUILD / "docs")
    shutil.copy(CONFIG, BUILD)
    shutil.copy(CONFIG.with_name("site.css"), BUILD / "docs")
    zensical = Path(sys.executable).with_name("zensical")
    built = subprocess.run([zensical, "build", "--strict"], cwd=BUILD, check=False)  # noqa: S603
    sys.exit(built.returncode)
