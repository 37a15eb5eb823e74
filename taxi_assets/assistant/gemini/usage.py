"""What calls of the model use, what that costs by estimate, and the limit of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from taxi_assets.errors import AssistantError
from taxi_assets.settings.assistant import AssistantSettings

_MILLION = 1_000_000

# English has about four; other languages and code have fewer. An estimate must not be too low.
_CHARACTERS_PER_TOKEN = 2


@dataclass(frozen=True)
class Prices:
    """US dollars for a million tokens, by what is done with them."""

    prompt_usd: float
    reply_usd: float
    embedding_usd: float


_HALF_PRICE_UNTIL = date(2026, 12, 31)
_PROMPT_USD, _REPLY_USD = 1.5, 7.5  # of gemini-3.8-flash from then on


def prices_of(settings: AssistantSettings, today: date | None = None) -> Prices:
    """The prices of the settings; where they name none, the list prices of the default model.

    These double with the year 2027: https://ai.google.dev/gemini-api/docs/pricing, October 2026.
    """
    day = today or datetime.now(UTC).date()
    share = 0.5 if day <= _HALF_PRICE_UNTIL else 1.0
    prompt, reply = settings.gemini_prompt_usd, settings.gemini_reply_usd
    return Prices(
        _PROMPT_USD * share if prompt is None else prompt,
        _REPLY_USD * share if reply is None else reply,
        settings.gemini_embedding_usd,
    )


@dataclass(frozen=True)
class Usage:
    """Tokens of one call, or of several."""

    prompt: int = 0
    thoughts: int = 0
    reply: int = 0
    embedded: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt + other.prompt,
            self.thoughts + other.thoughts,
            self.reply + other.reply,
            self.embedded + other.embedded,
        )

    def cost_usd(self, prices: Prices) -> float:
        """The estimated cost: thoughts are paid for as replies are."""
        return (
            self.prompt * prices.prompt_usd
            + (self.thoughts + self.reply) * prices.reply_usd
            + self.embedded * prices.embedding_usd
        ) / _MILLION


@dataclass
class Meter:
    """Counts what one run, or one command, uses, and stops it at its budget.

    Attributes:
        prices: what tokens cost.
        budget_usd: what may be spent.
        used: the tokens so far.
    """

    prices: Prices
    budget_usd: float
    used: Usage = field(default_factory=Usage)

    @property
    def cost_usd(self) -> float:
        """What was spent so far, by estimate."""
        return self.used.cost_usd(self.prices)

    def allows(self, most: Usage) -> bool:
        """Whether the budget has room for a call."""
        return self.cost_usd + most.cost_usd(self.prices) <= self.budget_usd

    def require(self, most: Usage) -> None:
        """Refuse a call that could exceed the budget.

        Raises:
            AssistantError: what was spent and the most that the call can cost are too much.
        """
        ahead = most.cost_usd(self.prices)
        if not self.allows(most):
            raise AssistantError(
                f"the budget of {self.budget_usd:g} USD does not allow another call of the model: "
                f"{self.cost_usd:.4f} USD are spent, and it may cost up to {ahead:.4f} USD",
                "raise TAXI_GEMINI_BUDGET_USD, or ask for less",
            )

    def add(self, used: Usage) -> None:
        """Count a call."""
        self.used += used


def most_tokens(text: str) -> int:
    """Tokens that a text has at the most, by its length."""
    return len(text) // _CHARACTERS_PER_TOKEN + 1
