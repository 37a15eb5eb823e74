"""Every link of the pages leads somewhere, to a file and a heading of it; so does the site's."""

from __future__ import annotations

import inspect
import re
import runpy
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from taxi_assets import components
from taxi_assets.cli import main
from taxi_assets.warehouse.interface import Warehouse

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)|(?:href|src)=\"([^\"]+)\"")


def anchors(page: Path) -> set[str]:
    """The anchors of the page's headings, as GitHub names them."""
    found: Counter[str] = Counter()
    named = set()
    for heading in re.findall(r"^#+ +(.+?) *#*$", FENCE.sub("", page.read_text("utf-8")), re.M):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        named.add(f"{slug}-{found[slug]}" if found[slug] else slug)
        found[slug] += 1
    return named


def dead_links(page: Path) -> list[str]:
    """The links of the page that lead nowhere. Other sites are not asked."""
    text = CODE.sub(lambda code: " " * len(code[0]), FENCE.sub("", page.read_text("utf-8")))
    dead = []
    for groups in LINK.findall(text):
        link = "".join(groups)
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_the_page_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


def test_a_dead_link_and_a_dead_anchor_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b` & c\n\n[there](#a-b--c) [gone](#d) [none](no.md) `[code](no.md)`\n\n"
        "```\n# [fenced](no.md)\n```\n[away](https://example.org/#x)\n",
        "utf-8",
    )
    assert dead_links(page) == ["#d", "no.md"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that the generator of the site is given."""
    folder = tmp_path_factory.mktemp("site") / "docs"
    runpy.run_path(str(ROOT / "docs" / "make_site.py"))["write_pages"](folder)
    return folder


def test_every_link_of_the_site_stays_on_it(site: Path) -> None:
    found = {page.name: dead for page in site.glob("*.md") if (dead := dead_links(page))}
    assert found == {}


def test_the_site_has_the_code_that_pages_link_to(site: Path) -> None:
    page = site / "source" / "taxi_assets" / "starter" / "hello_world.py.md"
    assert (ROOT / "taxi_assets" / "starter" / "hello_world.py").read_text() in page.read_text()
    assert "(source/taxi_assets/starter/hello_world.py.md)" in (site / "zoomcamp.md").read_text()


def test_the_site_tells_of_every_command_with_its_options(site: Path) -> None:
    page = (site / "commands.md").read_text("utf-8")
    for name, command in main.commands.items():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        options = [option for each in command.params for option in each.opts if option[0] == "-"]
        assert [option for option in options if option not in section] == []
        assert f"Usage: taxi-assets {name}" in section


def test_the_site_tells_of_the_python_api_in_the_words_of_the_sources(site: Path) -> None:
    page = (site / "python-api.md").read_text("utf-8")
    for component in components.__all__:
        assert f"\n#### `{component}`\n" in page
        fields = getattr(components, component).model_fields
        assert [name for name in fields if f"\n- `{name}`: " not in page] == []
    for name, member in vars(Warehouse).items():
        if not name.startswith("_"):
            section = page.partition(f"\n##### `Warehouse.{name}`\n")[2].partition("\n#####")[0]
            assert f"def {name}(self" in section
            assert (inspect.getdoc(member) or "").splitlines()[0] in section
    assert "(source/taxi_assets/warehouse/interface.py.md)" in page


def test_the_navigation_leads_to_every_page_once(site: Path) -> None:
    declared = tomllib.loads((ROOT / "docs" / "zensical.toml").read_text("utf-8"))
    led = re.findall(r"'([\w-]+\.md)'", str(declared["project"]["nav"]))
    assert sorted(led) == sorted(page.name for page in site.glob("*.md"))
