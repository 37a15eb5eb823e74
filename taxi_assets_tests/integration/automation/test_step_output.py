"""What a run prints is kept for the UI, and deleted with the run."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.old_runs import purge_old_runs
from taxi_assets.settings import read_settings

_EVERY_AGE = -1.0


@dg.op
def talkative() -> None:
    """Prints as Python does and as a program does that is started; leaves one behind."""
    sys.stdout.write("by Python\n")
    subprocess.run([sys.executable, "-c", "print('by a program')"], check=True)
    os.write(2, b"an error\n")
    # It holds the pipe open for longer than the run lasts.
    subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"])


@dg.job
def talks() -> None:
    """Prints."""
    talkative()


def test_what_a_run_prints_is_kept_and_goes_with_it(settings_env: Path) -> None:
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        said = [process.stdout.readline() for _ in range(4)] if process.stdout else []
        assert process.wait(60) == 0
    assert said == [b"by Python\n", b"by a program\n"] * 2

    with open_instance(read_settings()) as instance:
        second, first = (run.run_id for run in instance.get_runs())
        for run_id in (first, second):
            (captured,) = [
                entry.dagster_event.logs_captured_data
                for entry in instance.all_logs(run_id, dg.DagsterEventType.LOGS_CAPTURED)
                if entry.dagster_event
            ]
            logs = instance.compute_log_manager
            key = logs.build_log_key_for_run(run_id, captured.file_key)
            kept = logs.get_log_data(key)
            assert kept.stdout == b"by Python\nby a program\n"
            assert kept.stderr is not None
            assert b"an error\n" in kept.stderr
            assert logs.is_capture_complete(key)
        (folder,) = settings_env.rglob(first)
        purge_old_runs(instance, _EVERY_AGE)
        assert not folder.exists()
        assert [*settings_env.rglob(second)]


if __name__ == "__main__":
    with open_instance(read_settings()) as mine:
        for _ in range(2):
            talks.execute_in_process(instance=mine)
