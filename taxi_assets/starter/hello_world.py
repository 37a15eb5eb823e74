"""Hello world: a job of five steps that greets somebody.

It shows run configuration, an output that one step passes to another, log lines, a schedule, and a
limit on the number of runs at the same time.
"""

import time

import dagster as dg
from pydantic import Field

from taxi_assets.settings import ThirdRun
from taxi_assets.starter.run_limit import LIMIT_TAGS, refuse_beyond_limit


class Greeting(dg.Config):
    """Who is greeted."""

    name: str = "Will"


class Pause(dg.Config):
    """How long the job waits."""

    seconds: float = Field(default=15, ge=0, le=86_400, allow_inf_nan=False)


@dg.op
def hello(context: dg.OpExecutionContext, config: Greeting) -> str:
    """Greet, and pass the name on."""
    refuse_beyond_limit(context)
    context.log.error(f"Hello, {config.name}!")  # The Kestra flow logs at this level, too.
    return config.name


@dg.op(ins={"start": dg.In(dg.Nothing)})
def generate_output() -> str:
    """Generate a text for a later step."""
    return "I was generated during this workflow."


@dg.op
def log_output(context: dg.OpExecutionContext, text: str) -> None:
    """Log the text from the earlier step."""
    context.log.error(f"This is an output: {text}")


@dg.op(ins={"start": dg.In(dg.Nothing)})
def pause(config: Pause) -> None:
    """Wait for the configured time."""
    time.sleep(config.seconds)


@dg.op(ins={"start": dg.In(dg.Nothing)})
def goodbye(context: dg.OpExecutionContext, name: str) -> None:
    """Say goodbye to the person who was greeted."""
    context.log.error(f"Goodbye, {name}!")


@dg.graph
def hello_world() -> None:
    """Greet somebody, pass a text between steps, wait, and say goodbye."""
    name = hello()
    logged = log_output(generate_output(start=name))
    goodbye(name, start=pause(start=logged))


def hello_world_definitions(third_run: ThirdRun) -> dg.Definitions:
    """The job and its schedule, which is off until somebody turns it on.

    Args:
        third_run: what happens to a third run while two are running.
    """
    job = hello_world.to_job(tags={LIMIT_TAGS[third_run]: hello_world.name})
    schedule = dg.ScheduleDefinition(
        job=job,
        cron_schedule="0 10 * * *",
        run_config=dg.RunConfig(ops={"hello": Greeting(name="Sarah")}),
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Greets Sarah each day at ten.",
    )
    return dg.Definitions(jobs=[job], schedules=[schedule])
