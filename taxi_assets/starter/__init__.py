"""Three small pipelines to meet Dagster with, one idea each. Read them in this order.

``hello_world``: a job of steps, its configuration, a schedule, a limit on runs.
``image_pulls``: an asset made by a program outside of Dagster, in a container.
``products``: three assets, one made from the other, from an API to a table.

They know nothing of taxis, and nothing of the taxis knows them.
"""
