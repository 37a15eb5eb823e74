"""The raw files, byte for byte as published, and how their rows are read.

Landing fetches a file, verifies it while its bytes pass by, and publishes it in one step. What
stands in the lake is complete and well-formed; which database its rows go to is not known here.
"""
