"""Documents in DuckDB: what changed is embedded, models are never mixed, passages are found."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import duckdb
import pytest

from taxi_assets.assistant.evaluation.evaluate import Search, mean_reciprocal_rank, search_all
from taxi_assets.assistant.evaluation.questions import known_questions
from taxi_assets.assistant.gemini.model import Gemini
from taxi_assets.assistant.knowledge.chunks import Chunk, Document, chunks_of
from taxi_assets.assistant.knowledge.embedder import (
    GeminiEmbedder,
    LocalEmbedder,
    embedder_of,
)
from taxi_assets.assistant.knowledge.refresh import add
from taxi_assets.assistant.knowledge.sources import read_sources
from taxi_assets.assistant.knowledge.store import Store, store_of
from taxi_assets.errors import AssistantError
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import Answer, api_server
from taxi_assets_tests.gemini_server import GeminiServer

FACTS = [
    Chunk("zoo.md", "Animals", "The giraffe eats leaves of acacia trees."),
    Chunk("zoo.md", "Prices", "A ticket costs nine dollars for children."),
    Chunk("zoo.md", "Hours", "The gate opens at eight in the morning."),
    Chunk("cars.md", "Engines", "A diesel engine compresses air until fuel ignites."),
    Chunk("cars.md", "Codes", "Error P0420 tells of the catalytic converter."),
]

WORDS = [
    *("apples", "bridges", "dinosaurs", "elephants", "fountains", "harbours", "islands"),
    *("kitchens", "mountains", "notebooks", "pyramids", "quarries", "umbrellas", "yachts"),
    *("cathedrals", "gardens", "jungles", "lanterns", "orchards", "rivers", "shadows"),
]
"""As many lines of a page."""


@pytest.fixture
def store(settings_env: Path) -> Store:
    """An empty database."""
    return store_of(read_settings())


def best(store: Store, question: str) -> str:
    """The heading of the best passage."""
    return store.search(question, LocalEmbedder(), 1).passages[0].chunk.heading


def test_passages_are_found_by_their_words_and_by_their_meaning(store: Store) -> None:
    store.put(FACTS)
    store.embed(LocalEmbedder())
    assert best(store, "what does P0420 mean") == "Codes"
    assert best(store, "entrance fee for kids") == "Prices"
    assert best(store, "motor of a vehicle") == "Engines"
    assert best(store, "when do you open?") == "Hours"


def test_only_what_changed_is_embedded(
    server: GeminiServer, gemini: Callable[[], Gemini], store: Store
) -> None:
    model = gemini()
    embedder = GeminiEmbedder(model, model.meter())
    store.put(FACTS)
    store.embed(embedder)
    server.embedded.clear()
    changed = [*FACTS[:4], Chunk("cars.md", "Codes", "Error P0300 tells of misfires.")]
    done = store.put(changed)
    assert (done.added, done.removed, done.kept) == (1, 1, 4)
    done = store.embed(embedder)
    assert (done.added, done.removed, done.kept) == (1, 1, 4)
    assert server.embedded == [["Codes\n\nError P0300 tells of misfires."]]
    assert store.embed(embedder).added == 0


def test_embeddings_of_different_models_are_never_mixed(
    server: GeminiServer, gemini: Callable[[], Gemini], store: Store, settings_env: Path
) -> None:
    os.environ["TAXI_GEMINI_EMBEDDING_DIMENSION"] = "256"  # as long as the local ones
    model = gemini()
    remote = GeminiEmbedder(model, model.meter())
    store.put(FACTS)
    store.embed(LocalEmbedder())
    store.embed(remote)
    assert best(store, "entrance fee for kids") == "Prices"
    with duckdb.connect(settings_env / "assistant.duckdb", read_only=True) as connection:
        lines = connection.execute(
            "SELECT model, dimension, count(*) FROM embeddings_256 GROUP BY ALL ORDER BY 1"
        ).fetchall()
        column = connection.execute("SELECT typeof(vector) FROM embeddings_256").fetchall()[0]
    assert lines == [("gemini-embedding-001", 256, 5), (LocalEmbedder().model, 256, 5)]
    assert column == ("FLOAT[256]",)


def test_nothing_is_found_where_nothing_is(store: Store) -> None:
    found = store.search("anything", LocalEmbedder(), 4)
    assert (found.passages, found.fits) == ([], False)


def test_words_alone_do_where_the_local_model_has_no_wheel(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setitem(sys.modules, "wordllama", None)
    store.put(FACTS)
    embedder = embedder_of(None, None)
    store.embed(embedder)

    found = store.search("error of the catalytic converter", embedder, 1)

    assert found.passages[0].chunk.heading == "Codes"
    assert found.fits
    assert not store.search("who won the cup final", embedder, 1).fits


@pytest.mark.parametrize("question", ["", "???", "'; DROP TABLE chunks; --", "\0", "日本"])
def test_no_question_breaks_the_search(store: Store, question: str) -> None:
    store.put(FACTS)
    store.embed(LocalEmbedder())
    store.search(question, LocalEmbedder(), 4)
    assert store.sources() == {"zoo.md", "cars.md"}


def test_the_search_can_be_kept_to_some_sources(store: Store) -> None:
    store.put(FACTS)
    store.embed(LocalEmbedder())
    found = store.search("ticket", LocalEmbedder(), 9, sources=["cars.md"])
    assert {passage.chunk.source for passage in found.passages} == {"cars.md"}


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory) -> list[Search]:
    """What is found in the project's own pages for the questions that nothing was tuned on."""
    with mock.patch.dict(os.environ, TAXI_DATA_DIR=str(tmp_path_factory.mktemp("searches"))):
        store = store_of(read_settings())
        pages = add(read_settings(), store, ["docs"])
        return search_all(store, LocalEmbedder(), known_questions(), pages)


def test_the_project_s_own_pages_answer_questions_about_it(searches: list[Search]) -> None:
    """A little less than docs/assistant.md says: a page that is edited moves a question or two."""
    answerable = [search for search in searches if search.known.facts]
    hits = sum(search.hit for search in answerable) / len(answerable)
    assert hits >= 0.83, [s.known.question for s in answerable if not s.hit]
    assert mean_reciprocal_rank(answerable) >= 0.68
    silenced = [s.known.question for s in answerable if not s.fits]
    assert len(silenced) <= 0.1 * len(answerable), silenced


def test_a_question_about_something_else_is_told_that_nothing_fits(searches: list[Search]) -> None:
    others = [search for search in searches if not search.known.facts]
    loud = [search.known.question for search in others if search.fits]
    assert len(loud) <= 0.25 * len(others), loud


def test_a_snippet_shows_the_part_that_is_asked_about(store: Store) -> None:
    lines = [f"| `TAXI_SETTING_{n}` | about {word} |" for n, word in enumerate(WORDS)]
    store.put([Chunk("page.md", "Settings", "\n".join(lines))])
    store.embed(LocalEmbedder())
    for n, word in enumerate(WORDS):
        snippet = store.search(f"setting about {word}", LocalEmbedder(), 1).passages[0].snippet
        assert f"TAXI_SETTING_{n}`" in snippet
        assert len(snippet) < 600


def test_files_and_addresses_are_read(settings_env: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\nText")
    with api_server() as server:
        server.routes["/notes"] = lambda _: Answer(b"# Notes\nNew.")
        url = f"{server.url}/notes"
        library = read_sources(read_settings(), [str(page), f"{url}?token=secret"])
    assert library.documents == (
        Document(str(page), "# Title\nText"),
        Document(url, "# Notes\nNew."),
    )


def test_a_source_that_cannot_be_read_keeps_its_chunks_and_is_told(
    settings_env: Path, tmp_path: Path, store: Store
) -> None:
    page, gone = tmp_path / "page.md", tmp_path / "gone.md"
    page.write_text("Here.")
    store.put([Chunk(str(gone), "", "There."), Chunk("other", "", "Elsewhere.")])
    library = read_sources(read_settings(), [str(page), str(gone)])
    assert list(library.unread) == [str(gone)]
    store.put([c for d in library.documents for c in chunks_of(d)], list(library.unread))
    assert store.sources() == {str(page), str(gone)}


@pytest.mark.parametrize("content", [None, b"\0\1\2"])
def test_no_source_at_all_is_an_error(
    settings_env: Path, tmp_path: Path, content: bytes | None
) -> None:
    page = tmp_path / "page.md"
    if content:
        page.write_bytes(content)
    with pytest.raises(AssistantError, match=r"page\.md"):
        read_sources(read_settings(), [str(page)])
