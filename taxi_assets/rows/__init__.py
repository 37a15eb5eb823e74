"""Typed rows with their ids, read from a raw file; what is refused, and why.

What a raw file is, and how it got here, is the lake's matter. Where rows go is a warehouse's.
"""
