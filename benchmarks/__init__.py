"""Comparisons that print ratios measured in one run, so that a busy machine matters less.

Nothing of this is part of the product, and tests do not run it. Each script's docstring says
what it measures and how to read it; `docs/benchmarks.md` holds what came out.
"""
