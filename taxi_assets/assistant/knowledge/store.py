"""Keeps chunks and their embeddings in DuckDB, and finds those that fit a question.

The file is the assistant's own: a load of taxi months never waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite

import duckdb

from taxi_assets.assistant.knowledge.chunks import Chunk
from taxi_assets.assistant.knowledge.embedder import Embedder
from taxi_assets.assistant.knowledge.ranking import Found, ranked
from taxi_assets.settings import Settings
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.statements import Statements
from taxi_assets.warehouse.duckdb.connection import DuckDBFile


@dataclass(frozen=True)
class Changes:
    """What an update did, in chunks."""

    added: int
    removed: int
    kept: int


@dataclass(frozen=True)
class Store:
    """The assistant's database."""

    file: DuckDBFile

    def put(self, chunks: Sequence[Chunk], keep: Sequence[str] = ()) -> Changes:
        """Hold exactly these chunks, and those there are of the sources to keep."""
        wanted = {chunk.id: (place, chunk) for place, chunk in enumerate(chunks)}
        with self.file.connect() as connection, _transaction(connection):
            connection.execute(_sql("create_chunks"))
            before = _ids(connection)
            connection.execute(
                _sql("delete_vanished_chunks"), {"kept": list(wanted), "keep": list(keep)}
            )
            left = _ids(connection)
            for id_, (place, chunk) in wanted.items():
                connection.execute(
                    _sql("put_chunk"),
                    {
                        "id": id_,
                        "source": chunk.source,
                        "place": place,
                        "heading": chunk.heading,
                        "text": chunk.text,
                    },
                )
        return Changes(len(wanted.keys() - before), len(before - left), len(left))

    def sources(self) -> set[str]:
        """The sources that chunks are held of."""
        with self.file.connect() as connection:
            connection.execute(_sql("create_chunks"))
            found = connection.execute("SELECT DISTINCT source FROM chunks").fetchall()
        return {source for (source,) in found}

    def embed(self, embedder: Embedder) -> Changes:
        """Embed what this model has not embedded yet, and forget what vanished."""
        names = _names(embedder)
        with self.file.connect() as connection:
            connection.execute(_sql("create_chunks"))
            connection.execute(_sql("create_embeddings", **names))
            before = _embedded(connection, names, embedder.model)
            connection.execute(_sql("delete_vanished_embeddings", embeddings=names["embeddings"]))
            kept = _embedded(connection, names, embedder.model)
            select = _sql("select_unembedded", embeddings=names["embeddings"])
            found = connection.execute(select, {"model": embedder.model}).fetchall()
        chunks = [Chunk(source, heading, text) for _, source, heading, text in found]
        # Nobody else has to wait for the model.
        vectors = embedder.documents([f"{c.heading}\n\n{c.text}" for c in chunks]) if chunks else []
        with self.file.connect() as connection, _transaction(connection):
            for chunk, vector in zip(chunks, vectors, strict=True):
                connection.execute(
                    _sql("put_embedding", embeddings=names["embeddings"]),
                    {
                        "chunk_id": chunk.id,
                        "model": embedder.model,
                        "dimension": embedder.dimension,
                        "vector": vector,
                    },
                )
        return Changes(len(chunks), before - kept, kept)

    def search(
        self, question: str, embedder: Embedder, most: int, sources: Sequence[str] | None = None
    ) -> Found:
        """The passages that fit a question best.

        Args:
            question: in words.
            embedder: the one whose embeddings are compared; `embed` has been called with it.
            most: how many at most.
            sources: only what is from these; None: all.
        """
        names = _names(embedder)
        vector = embedder.question(question)
        with self.file.connect() as connection:
            connection.execute(_sql("create_chunks"))
            connection.execute(_sql("create_embeddings", **names))
            found = connection.execute(
                _sql("search", **names),
                {
                    "all_sources": sources is None,
                    "sources": list(sources or []),
                    "vector": vector,
                    "model": embedder.model,
                },
            ).fetchall()
        chunks = tuple(Chunk(source, heading, text) for source, heading, text, _ in found)
        cosines = [cosine if isfinite(cosine or 0.0) else None for *_, cosine in found]
        return ranked(question, chunks, cosines, embedder, most)


def store_of(settings: Settings) -> Store:
    """The assistant's database as the settings place it; nothing is opened yet."""
    path = settings.data_dir.resolve() / "assistant.duckdb"
    return Store(DuckDBFile(path, settings.duckdb_memory_gb, settings.duckdb_wait_seconds))


def _sql(name: str, /, **identifiers: str) -> str:
    return Statements(__package__, DUCKDB)(name, **identifiers).text


def _names(embedder: Embedder) -> dict[str, str]:
    dimension = int(embedder.dimension)
    return {"embeddings": f"embeddings_{dimension}", "dimension": str(dimension)}


def _ids(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {id_ for (id_,) in connection.execute("SELECT id FROM chunks").fetchall()}


def _embedded(connection: duckdb.DuckDBPyConnection, names: dict[str, str], model: str) -> int:
    counted = _sql("count_embeddings", embeddings=names["embeddings"])
    return int(connection.execute(counted, {"model": model}).fetchall()[0][0])


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
