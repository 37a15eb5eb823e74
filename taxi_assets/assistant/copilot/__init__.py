"""The copilot: a request in words becomes a pipeline file, or a command, that is proved first.

The model fills in a form (``plan``) and writes neither YAML nor code. The form becomes a pipeline
file (``rendering``), which is loaded in a process of its own (``proof``, ``child``); what is wrong
goes back to the model (``conversation``). Nothing is written before somebody asks for it.
"""
