"""At most two runs of a job at once; a third one waits or is refused, as its tag says.

Waiting is Dagster's: ``dagster.yaml`` limits runs with the one tag. Refusing is ours: a run with
the other tag looks around when it starts.
"""

import dagster as dg

from taxi_assets.settings import ThirdRun

LIMIT = 2

_REFUSE = "taxi_assets/refused_beyond_two"
LIMIT_TAGS = {ThirdRun.QUEUE: "taxi_assets/queued_beyond_two", ThirdRun.REFUSE: _REFUSE}
"""The tag that a job has for either behaviour."""

_GOING_ON = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def refuse_beyond_limit(context: dg.OpExecutionContext) -> None:
    """Fail if as many runs as are allowed go on that were created before this one.

    Raises:
        dagster.Failure: this run is one too many.
    """
    if _REFUSE not in context.run.tags:
        return
    going_on = context.instance.get_run_records(
        dg.RunsFilter(job_name=context.run.job_name, statuses=_GOING_ON), ascending=True
    )
    # In the order of their creation, so that of runs that start together all see the same ones.
    if context.run_id not in [record.dagster_run.run_id for record in going_on][:LIMIT]:
        raise dg.Failure(
            f"{LIMIT} runs of {context.run.job_name} go on already: this one is refused.\n"
            "  What to do: launch it again when one has ended, or set "
            "TAXI_HELLO_WORLD_THIRD_RUN=queue to let it wait.",
            allow_retries=False,
        )
