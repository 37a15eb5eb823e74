"""Three small pipelines to learn Dagster with. Read them in this order.

``hello_world``: a job of steps, its configuration, a schedule, a limit on runs.
``image_pulls``: an asset made by a program outside of Dagster, in a container.
``products``: three assets from an API to a table, each made from the one before.

They have nothing to do with taxi trips, and the taxi pipelines do not use them.
"""
