"""The checks of the evaluation by name. Who asks how they ended need not import the assistant."""

import dagster as dg

EVALUATION = dg.AssetKey(["assistant", "evaluation"])

CHECKS = ("retrieval", "facts", "refusals", "quotes")
"""Names of its checks."""
