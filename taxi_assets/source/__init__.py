"""Where files are published and how their bytes are had: two hosts, mirrors, a synthetic sample.

A source hands over bytes and says which version of the file they are. It does not judge what
is in them: that is the lake's work.
"""
