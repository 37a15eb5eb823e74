"""Limits a job to two runs at the same time. Its tag says whether a third run waits or is refused.

Dagster itself lets runs with the one tag wait, by the limit in ``dagster.yaml``. A run with the
other tag looks for other runs when it starts, and refuses to go on.
"""

import dagster as dg

from taxi_assets.settings import ThirdRun

LIMIT = 2

_REFUSE = "taxi_assets/refused_beyond_two"
LIMIT_TAGS = {ThirdRun.QUEUE: "taxi_assets/queued_beyond_two", ThirdRun.REFUSE: _REFUSE}
"""The tag of a job for each behaviour of a third run."""

_GOING_ON = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def refuse_beyond_limit(context: dg.OpExecutionContext) -> None:
    """Fail if the job's limit is already reached by runs that were created before this one.

    Raises:
        dagster.Failure: the limit is reached.
    """
    if _REFUSE not in context.run.tags:
        return
    going_on = context.instance.get_run_records(
        dg.RunsFilter(job_name=context.run.job_name, statuses=_GOING_ON), ascending=True
    )
    # Sorted by creation, so that runs that start together agree on which of them come first.
    if context.run_id not in [record.dagster_run.run_id for record in going_on][:LIMIT]:
        raise dg.Failure(
            f"{LIMIT} runs of {context.run.job_name} go on already: this one is refused.\n"
            "  What to do: launch it again when one has ended, or set "
            "TAXI_HELLO_WORLD_THIRD_RUN=queue to let it wait.",
            allow_retries=False,
        )
