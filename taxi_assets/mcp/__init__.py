"""The Model Context Protocol server: any AI client's tools for this project.

A client's own model asks, so no key is needed here. ``reading`` holds the tools that change
nothing, ``writing`` those that are there only where they were allowed.
"""
