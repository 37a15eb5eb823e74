"""Gemini through Google's own SDK: what is retried, what fails at once, what it costs."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import date

import pytest
from pydantic import BaseModel

from taxi_assets.assistant.gemini.model import Gemini
from taxi_assets.assistant.gemini.usage import Prices, prices_of
from taxi_assets.errors import AssistantError, ModelBusyError
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import Answer, as_json
from taxi_assets_tests.gemini_server import KEY, GeminiServer, fault, quota, retry_info, stopped

Make = Callable[[], Gemini]

PER_DAY = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")
PER_MINUTE = quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")


class Colour(BaseModel):
    """A small form."""

    name: str


def ask(gemini: Gemini) -> str:
    """What the model replies to a greeting."""
    return gemini.write("Be kind.", "Hello?", gemini.meter()).value


def test_the_reply_comes_with_its_model_and_its_tokens(server: GeminiServer, gemini: Make) -> None:
    model = gemini()
    meter = model.meter()
    reply = model.write("Be kind.", "Hello?", meter)
    assert reply.value == "You asked: Hello?"
    assert server.asked[0].instruction == "Be kind."
    assert reply.model_version == "gemini-3.8-flash-001"
    assert (reply.usage.prompt, reply.usage.thoughts, reply.usage.reply) == (1000, 200, 100)
    prices = meter.prices
    assert meter.cost_usd == pytest.approx(
        (1000 * prices.prompt_usd + 300 * prices.reply_usd) / 1e6
    )


def test_a_typed_reply_has_the_form_that_was_asked_for(server: GeminiServer, gemini: Make) -> None:
    server.think = lambda _: {"name": "green"}
    model = gemini()
    assert model.reply("", "Which?", Colour, model.meter()).value.name == "green"
    schema = server.asked[0].schema
    assert schema is not None
    assert schema["required"] == ["name"]


@pytest.mark.parametrize(
    "reply",
    [
        '```json\n{"name": "green"}\n```',
        '```\n{"name": "green"}\n```\nI hope that helps.',
        'Here is the JSON requested:\n{"name": "green"}',
        'Here it is: ```json\n{\n  "name": "green"\n}\n```',
        '  {"name": "green"}  ',
    ],
)
def test_fences_and_preambles_are_no_part_of_a_reply(
    server: GeminiServer, gemini: Make, reply: str
) -> None:
    server.think = lambda _: reply
    model = gemini()
    assert model.reply("", "Which?", Colour, model.meter()).value.name == "green"


@pytest.mark.parametrize("reply", ["{", '{"colour": 1}', "[]", "sorry"])
def test_a_reply_of_another_form_is_told_as_such(
    server: GeminiServer, gemini: Make, reply: str
) -> None:
    server.think = lambda _: reply
    model = gemini()
    with pytest.raises(AssistantError, match="has not the form"):
        model.reply("", "Which?", Colour, model.meter())


@pytest.mark.parametrize("code", [408, 500, 503])
def test_what_passes_by_itself_is_tried_again(
    server: GeminiServer, gemini: Make, code: int
) -> None:
    server.faults = [fault(code, "not now"), fault(code, "not now")]
    assert ask(gemini()) == "You asked: Hello?"
    assert len(server.paths) == 3


def test_what_does_not_pass_ends_as_a_transient_error(server: GeminiServer, gemini: Make) -> None:
    server.faults = [fault(500, "not now")] * 10
    with pytest.raises(ModelBusyError, match="HTTP 500"):
        ask(gemini())
    assert len(server.paths) == 4


def test_a_short_wait_that_is_asked_for_is_slept_through(
    server: GeminiServer, gemini: Make, waits: list[float]
) -> None:
    server.faults = [fault(429, "slow down", PER_MINUTE, retry_info(17.5))]
    assert ask(gemini()) == "You asked: Hello?"
    assert waits == [17.5]


@pytest.mark.parametrize(
    ("details", "seconds"),
    [((PER_MINUTE,), 60), ((retry_info(45),), 60), ((retry_info(300),), 300), ((), 60)],
)
def test_a_long_wait_or_an_unknown_one_is_left_to_the_run(
    server: GeminiServer,
    gemini: Make,
    waits: list[float],
    details: tuple[dict[str, object], ...],
    seconds: int,
) -> None:
    server.faults = [fault(429, "slow down", *details)]
    with pytest.raises(ModelBusyError) as told:
        ask(gemini())
    assert told.value.wait_seconds == seconds
    assert waits == []
    assert len(server.paths) == 1


def test_a_day_s_quota_fails_at_once_and_says_what_to_change(
    server: GeminiServer, gemini: Make, waits: list[float]
) -> None:
    server.faults = [fault(429, "quota", PER_DAY, retry_info(1))]
    with pytest.raises(AssistantError, match="set TAXI_GEMINI_MODEL to another model") as told:
        ask(gemini())
    assert "PerDay" in told.value.what
    assert (waits, len(server.paths)) == ([], 1)


def test_a_wrong_model_fails_at_once_and_names_those_there_are(
    server: GeminiServer, gemini: Make
) -> None:
    os.environ["TAXI_GEMINI_MODEL"] = "gemini-0-none"
    with pytest.raises(AssistantError) as told:
        ask(gemini())
    assert "gemini-0-none" in told.value.what
    remedy = "set TAXI_GEMINI_MODEL to one of the models that can do it: gemini-3.8-flash"
    assert told.value.remedy == remedy, "and none that only embeds"
    assert len(server.paths) == 2


def test_a_wrong_model_for_embeddings_names_those_that_embed(
    server: GeminiServer, gemini: Make
) -> None:
    os.environ["TAXI_GEMINI_EMBEDDING_MODEL"] = "text-embedding-000"
    model = gemini()
    with pytest.raises(AssistantError) as told:
        model.embed(["text"], "RETRIEVAL_QUERY", model.meter())
    assert told.value.remedy.endswith("models that can do it: gemini-embedding-001")


def test_a_reply_that_is_cut_is_asked_for_once_more_with_twice_the_tokens(
    server: GeminiServer, gemini: Make
) -> None:
    os.environ["TAXI_GEMINI_REPLY_TOKENS"] = "1000"
    server.faults = [stopped("MAX_TOKENS", "You as", thoughts=990)]
    model = gemini()
    reply = model.write("Be kind.", "Hello?", model.meter())
    assert reply.value == "You asked: Hello?"
    assert reply.usage.thoughts == 990 + 200, "both are paid for"
    assert server.asked[0].generation["maxOutputTokens"] == 2000


def test_a_reply_that_is_cut_again_says_what_took_the_tokens(
    server: GeminiServer, gemini: Make
) -> None:
    os.environ["TAXI_GEMINI_REPLY_TOKENS"] = "1000"
    server.faults = [stopped("MAX_TOKENS", thoughts=990), stopped("MAX_TOKENS", thoughts=1980)]
    with pytest.raises(AssistantError, match="cut at 2,000 tokens, 1,980 of which it tho") as told:
        ask(gemini())
    assert "raise TAXI_GEMINI_REPLY_TOKENS" in told.value.remedy
    assert "lower TAXI_GEMINI_THINKING" in told.value.remedy
    assert len(server.paths) == 2


def test_where_the_budget_has_no_room_a_cut_reply_is_told_as_such(
    server: GeminiServer, gemini: Make
) -> None:
    os.environ["TAXI_GEMINI_REPLY_TOKENS"] = "1000"
    os.environ["TAXI_GEMINI_REPLY_USD"] = "100"  # 0.1 USD, and 0.2 USD the second time
    os.environ["TAXI_GEMINI_BUDGET_USD"] = "0.15"
    server.faults = [stopped("MAX_TOKENS", thoughts=100)]
    with pytest.raises(AssistantError, match="cut at 1,000 tokens"):
        ask(gemini())
    assert len(server.paths) == 1


@pytest.mark.parametrize(
    ("reason", "what", "remedy"),
    [
        ("SAFETY", "safety filters", "other words"),
        ("RECITATION", "word for word", "leave out the document"),
        ("SPII", "personal data", "leave out the document"),
        ("LANGUAGE", "does not speak", "ask in English"),
        ("BLOCKLIST", "block list", "other words"),
        ("PROHIBITED_CONTENT", "prohibited", "other words"),
        ("MALFORMED_RESPONSE", "cannot read", "TAXI_GEMINI_MODEL"),
        ("OTHER", "does not say why", "TAXI_GEMINI_MODEL"),
        ("STOP", "empty", "ask again"),
    ],
)
def test_each_reason_to_stop_is_told_as_what_it_is(
    server: GeminiServer, gemini: Make, reason: str, what: str, remedy: str
) -> None:
    server.faults = [stopped(reason)]
    with pytest.raises(AssistantError) as told:
        ask(gemini())
    assert f"({reason})" in told.value.what
    assert what in told.value.what
    assert remedy in told.value.remedy


def test_how_much_it_thinks_is_a_setting(server: GeminiServer, gemini: Make) -> None:
    ask(gemini())
    os.environ["TAXI_GEMINI_THINKING"] = "low"
    ask(gemini())
    first, second = (asked.generation for asked in server.asked)
    assert "thinkingConfig" not in first
    assert list(second["thinkingConfig"].values()) == ["LOW"]


def test_where_no_tokens_are_told_they_are_estimated(server: GeminiServer, gemini: Make) -> None:
    server.faults = [stopped("STOP", "x" * 2000, used=False)]
    model = gemini()
    meter = model.meter()
    model.write("", "y" * 4000, meter)
    assert (meter.used.prompt, meter.used.reply) == (2001, 1001)
    assert meter.cost_usd > 0


@pytest.mark.parametrize(
    ("day", "prompt", "reply"),
    [(date(2026, 12, 31), 0.75, 3.75), (date(2027, 1, 1), 1.5, 7.5)],
)
def test_prices_are_those_in_force_or_those_that_are_set(
    settings_env: object, day: date, prompt: float, reply: float
) -> None:
    assert prices_of(read_settings(), day) == Prices(prompt, reply, 0.15)
    os.environ["TAXI_GEMINI_PROMPT_USD"] = "0"
    assert prices_of(read_settings(), day) == Prices(0, reply, 0.15)


def test_where_google_does_not_serve_the_remedy_is_another_way(
    server: GeminiServer, gemini: Make
) -> None:
    server.faults = [fault(400, "User location is not supported for the API use.")]
    with pytest.raises(AssistantError) as told:
        ask(gemini())
    assert "TAXI_GEMINI_VERTEX_LOCATION" in told.value.remedy
    assert "TAXI_GEMINI_MODEL" not in told.value.remedy


def test_another_model_s_reply_is_warned_of(
    server: GeminiServer, gemini: Make, caplog: pytest.LogCaptureFixture
) -> None:
    server.model_version = "gemini-9-nano"
    with caplog.at_level(logging.WARNING):
        ask(gemini())
    assert "gemini-3.8-flash was asked, gemini-9-nano replied" in caplog.text


def test_silence_ends(server: GeminiServer, gemini: Make) -> None:
    os.environ["TAXI_GEMINI_TIMEOUT_SECONDS"] = "0.2"
    server.silent = True
    with pytest.raises(ModelBusyError, match=r"did not answer within 0\.2 s"):
        ask(gemini())


@pytest.mark.parametrize(
    "answer", [Answer(b"<html>sorry</html>"), Answer(b""), as_json([1]), as_json({"candidates": 1})]
)
def test_an_answer_that_cannot_be_read_is_an_error_with_a_remedy(
    server: GeminiServer, gemini: Make, answer: Answer
) -> None:
    server.faults = [answer] * 4
    with pytest.raises((ModelBusyError, AssistantError)) as told:
        ask(gemini())
    assert told.value.remedy


def test_a_blocked_question_says_so(server: GeminiServer, gemini: Make) -> None:
    server.faults = [as_json({"promptFeedback": {"blockReason": "SAFETY"}})]
    with pytest.raises(AssistantError, match=r"blocked \(SAFETY\)"):
        ask(gemini())


def test_a_server_that_is_not_there_is_named(gemini: Make) -> None:
    os.environ["TAXI_GEMINI_BASE_URL"] = "http://127.0.0.1:9"  # the port of "discard"
    with pytest.raises(ModelBusyError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        ask(gemini())


def test_the_key_is_in_no_error_and_no_log(
    server: GeminiServer, gemini: Make, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [fault(code, f"bad key {KEY} of yours") for code in (400, 401, 403, 404, 429, 500)]
    faults += [fault(400, f"API key not valid: {KEY}"), Answer(KEY.encode(), 400), as_json([KEY])]
    with caplog.at_level(logging.DEBUG):
        for each in faults:
            server.faults = [each] * 4
            with pytest.raises((AssistantError, ModelBusyError)) as told:
                ask(gemini())
            assert told.value.__cause__ is None
            assert KEY not in str(told.value)
            assert KEY not in repr(told.value)
        server.faults = []
        assert ask(gemini())
    assert KEY not in caplog.text
    assert KEY not in repr(gemini())


def test_a_key_that_is_refused_names_the_setting(server: GeminiServer, gemini: Make) -> None:
    os.environ["GEMINI_API_KEY"] = "AIzaSyAnotherKeyThatMustNeverBeShown999"
    with pytest.raises(AssistantError) as told:
        ask(gemini())
    assert "set GEMINI_API_KEY" in told.value.remedy
    assert "AnotherKey" not in str(told.value)


def test_texts_are_embedded_a_hundred_at_a_time(server: GeminiServer, gemini: Make) -> None:
    model = gemini()
    meter = model.meter()
    vectors = model.embed([f"text {n}" for n in range(230)], "RETRIEVAL_DOCUMENT", meter)
    assert [len(batch) for batch in server.embedded] == [100, 100, 30]
    assert {len(vector) for vector in vectors} == {768}
    assert meter.cost_usd > 0


def test_the_budget_stops_a_run_before_it_is_overspent(server: GeminiServer, gemini: Make) -> None:
    os.environ["TAXI_GEMINI_BUDGET_USD"] = "0.0625"
    os.environ["TAXI_GEMINI_PROMPT_USD"] = "0"
    os.environ["TAXI_GEMINI_REPLY_USD"] = "3.75"  # 0.0614 USD a call at the most
    model = gemini()
    meter = model.meter()
    model.write("", "Hello?", meter)
    with pytest.raises(AssistantError, match="raise TAXI_GEMINI_BUDGET_USD"):
        model.write("", "Hello?", meter)
    assert len(server.asked) == 1
