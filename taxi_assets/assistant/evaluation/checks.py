"""The checks of the evaluation by name. Who asks how they ended need not import the assistant."""

import dagster as dg

EVALUATION = dg.AssetKey(["assistant", "evaluation"])

CHECKS = {
    "retrieval": "The passages that answer the known questions are found.",
    "facts": "The model's answers from the documents hold the known facts.",
    "refusals": "What no page answers is not answered.",
    "quotes": "Every answer quotes words that stand in a passage.",
}
"""Its checks, each with what it means."""
