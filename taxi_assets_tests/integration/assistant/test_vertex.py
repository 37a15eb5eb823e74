"""Gemini on Vertex AI: the same models, asked by an account of Google Cloud without any key."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from taxi_assets.assistant.gemini.model import Gemini
from taxi_assets.errors import AssistantError, CredentialsError
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.gemini_server import EMBEDDING_MODEL, MODEL, VERTEX, GeminiServer
from taxi_assets_tests.integration.gcp.token_server import (
    TokenServer,
    encoded,
    new_private_key,
    service_account,
    serving_tokens,
)


@pytest.fixture
def tokens(server: GeminiServer) -> Iterator[TokenServer]:
    """Google's tokens, of an account that the settings name in place of a key."""
    del os.environ["GEMINI_API_KEY"]
    with serving_tokens() as running:
        os.environ["GCP_CREDS"] = encoded(service_account(running, new_private_key()))
        os.environ["TAXI_GEMINI_VERTEX_LOCATION"] = "europe-west4"
        # The bucket's stand-in wants nobody's name; the model does all the same.
        os.environ["STORAGE_EMULATOR_HOST"] = "http://127.0.0.1:1"
        yield running


def test_it_replies_to_an_account_in_its_project_and_location(
    server: GeminiServer, gemini: Callable[[], Gemini], tokens: TokenServer
) -> None:
    model = gemini()
    meter = model.meter()
    assert model.write("Be kind.", "Hello?", meter).value == "You asked: Hello?"
    assert server.paths == [f"{VERTEX}/models/{MODEL}:generateContent"]
    assert len(tokens.asked) == 1
    assert meter.cost_usd > 0


@pytest.mark.parametrize(("count", "call"), [(1, "embedContent"), (3, "batchEmbedContents")])
def test_it_embeds_texts(
    server: GeminiServer,
    gemini: Callable[[], Gemini],
    tokens: TokenServer,
    count: int,
    call: str,
) -> None:
    model = gemini()
    vectors = model.embed(["some words"] * count, "RETRIEVAL_DOCUMENT", model.meter())
    assert [len(vector) for vector in vectors] == [768] * count
    assert server.paths == [f"{VERTEX}/models/{EMBEDDING_MODEL}:{call}"]


def test_an_account_that_may_not_ask_is_told_which_role_it_needs(
    server: GeminiServer, gemini: Callable[[], Gemini], tokens: TokenServer
) -> None:
    tokens.answer = {"access_token": "an0ther", "expires_in": 3600}
    with pytest.raises(AssistantError) as refusal:
        gemini().write("", "Hello?", gemini().meter())
    assert "HTTP 403" in refusal.value.what
    assert "roles/aiplatform.user" in refusal.value.remedy
    assert "an0ther" not in str(refusal.value)


def test_an_account_that_google_does_not_know_is_told_before_the_model_is_asked(
    server: GeminiServer, gemini: Callable[[], Gemini], tokens: TokenServer
) -> None:
    tokens.refuse("Service account has been disabled.")
    with pytest.raises(CredentialsError, match="disabled"):
        gemini().write("", "Hello?", gemini().meter())
    assert not server.paths


def test_a_token_that_ran_out_and_is_not_renewed_is_told_as_such(
    server: GeminiServer, gemini: Callable[[], Gemini], tokens: TokenServer
) -> None:
    tokens.answer = {"access_token": "t0ken", "expires_in": 1}
    model = gemini()
    model.write("", "Hello?", model.meter())
    tokens.refuse("Token has been expired or revoked.")
    with pytest.raises(CredentialsError, match="expired or was revoked"):
        model.write("", "Hello?", model.meter())


def test_questions_are_answered_by_command_without_a_key(
    server: GeminiServer, tokens: TokenServer
) -> None:
    said = taxi_assets("ask", "--no-rag", "Hello?")
    assert said.exit_code == 0, said.text
    assert "You asked: Hello?" in said.text
    assert server.paths[-1].startswith(VERTEX)
