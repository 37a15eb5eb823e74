"""Why Gemini stopped without a whole reply, in words, with what helps.

The reasons are those of https://ai.google.dev/api/generate-content#FinishReason and BlockReason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taxi_assets.errors import AssistantError

if TYPE_CHECKING:
    from google.genai.types import GenerateContentResponse

_REPHRASE = "put the question in other words"
_OTHER_SOURCES = "put the question in other words, or leave out the document that it is about"
_ANOTHER_MODEL = "ask again; if it stays so, set TAXI_GEMINI_MODEL to another model"

_REASONS = {
    "SAFETY": ("Google's safety filters stopped it", _REPHRASE),
    "IMAGE_SAFETY": ("Google's safety filters stopped it", _REPHRASE),
    "PROHIBITED_CONTENT": ("Google takes its content for prohibited", _REPHRASE),
    "BLOCKLIST": ("it has a word of Google's block list", _REPHRASE),
    "JAILBREAK": ("Google takes the question for an attempt to break its rules", _REPHRASE),
    "MODEL_ARMOR": (
        "Model Armor of your Google Cloud project stopped it",
        "ask whoever set Model Armor up there",
    ),
    "RECITATION": ("it would have recited a text word for word", _OTHER_SOURCES),
    "SPII": ("it may hold personal data", _OTHER_SOURCES),
    "LANGUAGE": (
        "the model does not speak its language",
        "ask in English, or set TAXI_GEMINI_MODEL to another model",
    ),
    "MALFORMED_RESPONSE": ("the model wrote what Google cannot read", _ANOTHER_MODEL),
    "MALFORMED_FUNCTION_CALL": ("the model called a tool that it does not have", _ANOTHER_MODEL),
    "UNEXPECTED_TOOL_CALL": ("the model called a tool that it does not have", _ANOTHER_MODEL),
    "TOO_MANY_TOOL_CALLS": ("the model called a tool that it does not have", _ANOTHER_MODEL),
    "PUP_LIMITED_DISABLED": (
        "Google limited or disabled this account for what it was used for",
        "look at the account in https://aistudio.google.com",
    ),
    "OTHER": ("Google does not say why", _ANOTHER_MODEL),
}


def finish_reason(answer: GenerateContentResponse) -> str:
    """Why it stopped, as Google names it; nothing where that is not said."""
    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        return str(answer.prompt_feedback.block_reason.value)
    reasons = [c.finish_reason.value for c in answer.candidates or [] if c.finish_reason]
    return str(reasons[0]) if reasons else ""


def was_cut(answer: GenerateContentResponse) -> bool:
    """Whether it reached its limit of tokens."""
    return finish_reason(answer) in ("MAX_TOKENS", "CONTINUATION")


def no_text(model: str, answer: GenerateContentResponse) -> AssistantError:
    """The error of an answer without any text."""
    reason = finish_reason(answer)
    blocked = answer.prompt_feedback is not None and answer.prompt_feedback.block_reason is not None
    what, remedy = _REASONS.get(reason, ("the answer is empty", _ANOTHER_MODEL))
    subject = "the question was blocked" if blocked else "it stopped"
    named = f" ({reason})" if reason else ""
    return AssistantError(f"{model} gave no text: {subject}{named}: {what}", remedy)


def cut_reply(model: str, tokens: int, thoughts: int) -> AssistantError:
    """The error of a reply that does not fit, with more tokens neither."""
    return AssistantError(
        f"the reply of {model} was cut at {tokens:,} tokens, {thoughts:,} of which it thought",
        "raise TAXI_GEMINI_REPLY_TOKENS (and the budget with it), lower TAXI_GEMINI_THINKING, or "
        "ask for less",
    )
