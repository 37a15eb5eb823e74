"""The assistant: finds what documents say, and has Google Gemini answer from it.

Its packages are the extra ``assistant`` and are imported when they are first used, so that the
project is there without them, and starts no slower with them.
"""
