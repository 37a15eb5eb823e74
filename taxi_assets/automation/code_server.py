"""Dagster's code server, which loads its definitions anew when the UI's *Reload* asks it to.

    python -m taxi_assets.automation.code_server --host 0.0.0.0 --port 4000

Dagster's own, `dagster api grpc`, answers that this is not possible. `dagster code-server start`
can, but no longer knows the runs from before, and run monitoring would take them for dead. Here
the definitions change, and what somebody has edited of this package is imported anew. Runs are
processes of their own, and go on. Those that start later have the edited code, asked or not.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import dagster as dg

from taxi_assets.automation.dagster_internals import (
    DagsterApiServer,
    DagsterGrpcServer,
    FuturesAwareThreadPoolExecutor,
    LoadableTargetOrigin,
    LoadedRepositories,
    ReloadCodeReply,
    configure_loggers,
    serializable_error_info_from_exc_info,
    setup_interrupt_handlers,
)
from taxi_assets.automation.edited_code import FileVariables, PackageFiles, forget_modules
from taxi_assets.automation.lookout import Lookout
from taxi_assets.automation.warm_runs import WarmProcesses
from taxi_assets.settings import read_settings

MODULE = "taxi_assets.definitions"
LOCATION = "taxi_assets"
_MISSES = 2
_INTERRUPT_SECONDS = 15.0


class ReloadingServer(DagsterApiServer):
    """Answers for the definitions of one module, and forks runs from a warm process."""

    def __init__(self, *, reads_env_file: bool, **arguments: Any) -> None:
        """Answer for the definitions that Dagster's server is told of.

        Args:
            reads_env_file: whether ``.env`` adds to the environment, as in Dagster's own servers.
            arguments: those of Dagster's server.
        """
        self._files, self._files_of_runs = PackageFiles(), PackageFiles()
        self._variables = FileVariables() if reads_env_file else None
        self._env_file_has_changed()
        self._processes = WarmProcesses()
        super().__init__(**arguments)
        self._mp_ctx = self._processes  # type: ignore[assignment] # Dagster spawns them

    def interrupt(self) -> None:
        """Take no new runs, and end those in progress as Ctrl-C does; then the server ends."""
        self._shutdown_once_executions_finish_event.set()
        self._send(signal.SIGINT)
        if not self._server_termination_event.wait(_INTERRUPT_SECONDS):
            self._send(signal.SIGKILL)

    def cleanup(self) -> None:
        """Wait for the runs in progress; where their history is gone, they would wait in vain."""
        threading.Thread(target=leave_in_vain, args=[_has_history, _leave], daemon=True).start()
        super().cleanup()

    @property
    def load_error(self) -> str:
        """Why the definitions cannot be loaded; empty where they can."""
        error = self._serializable_load_error
        while error is not None and error.cause is not None:
            error = error.cause
        return error.message.strip().splitlines()[0] if error else ""

    def ReloadCode(  # noqa: N802 - gRPC's name
        self, _request: object, _context: object
    ) -> ReloadCodeReply:
        """Load them anew: settings, pipeline files, and our own code where somebody edited it.

        Whoever asks for them afterwards gets the new ones, or what is wrong with them. Runs in
        progress go on with the code that they began with.
        """
        with self._reload_lock:
            if self._files.have_changed():
                forget_modules()
            if self._env_file_has_changed():
                self._renew_processes()
            sys.modules.pop(MODULE, None)
            try:
                self._loaded_repositories = LoadedRepositories(
                    self._loadable_target_origin,
                    entry_point=self._entry_point,
                    container_image=self._container_image,
                    container_context=self._container_context,
                    code_location_name=LOCATION,
                )
                self._serializable_load_error = None
            except Exception:  # whatever it is, the UI is to show it
                self._logger.exception("The definitions cannot be loaded")
                self._serializable_load_error = serializable_error_info_from_exc_info(
                    sys.exc_info()
                )
            self._server_id = str(uuid.uuid4())  # by which the daemon sees that they are new
        return ReloadCodeReply()

    def StartRun(self, request: Any, _context: Any) -> Any:  # noqa: N802 - gRPC's name
        """Start a run, with our own code as it is now, as a process that is started anew has it."""
        if self._files_of_runs.have_changed():
            self._renew_processes()
        return super().StartRun(request, _context)

    def _renew_processes(self) -> None:
        with self._execution_lock:
            self._processes.renew(process for process, _ in self._executions.values())

    def _check_for_orphaned_runs(self) -> None:
        super()._check_for_orphaned_runs()
        with self._execution_lock:
            self._processes.end_outlived()

    def _env_file_has_changed(self) -> bool:
        with suppress(Exception):  # a file that cannot be read: the settings say so
            return self._variables is not None and self._variables.read(LOCATION)
        return False

    def _send(self, sent: signal.Signals) -> None:
        with self._execution_lock:
            for process, _ in self._executions.values():
                if process.pid is not None and process.is_alive():
                    os.kill(process.pid, sent)


def leave_in_vain(
    has_history: Callable[[], bool], leave: Callable[[], None], pause_seconds: float = 10.0
) -> None:
    """Leave once Dagster's history has not answered twice in a row.

    Docker that stops all containers at once takes the databases away from under the runs, and waits
    for the code. Runs whose process died are run once more; they would fail, and tell nobody.
    """
    misses = 0
    while misses < _MISSES:
        time.sleep(pause_seconds)
        misses = 0 if has_history() else misses + 1
    leave()


def _has_history() -> bool:
    with suppress(Exception), dg.DagsterInstance.get() as instance:
        instance.get_run_ids(limit=1)
        return True
    return False


def _leave() -> None:
    logging.getLogger("dagster.code_server").warning("Dagster's history is gone: ended amid runs")
    os._exit(1)  # the runs end with it


def _end_with_starter(servicer: ReloadingServer) -> None:
    sys.stdin.buffer.read()
    servicer.interrupt()


def _reason(error: BaseException) -> str:
    """What is at the bottom of an error, in a line."""
    while error.__cause__ is not None:
        error = error.__cause__
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


@click.command()
@click.option("--host", "-h", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", "-p", default=4000, help="Port to listen on.")
@click.option(
    "--socket",
    help="Listen here instead, for `taxi-assets dev`: its UI shows why definitions cannot be "
    "loaded, and the end of standard input interrupts the runs and ends the server.",
)
def main(host: str, port: int, socket: str | None) -> None:
    """Serve until SIGTERM or Ctrl-C, and until the runs in progress are over."""
    # Dagster treats SIGTERM as SIGINT, which the background job of a script ignores.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    setup_interrupt_handlers()
    configure_loggers(log_level="INFO")
    logger = logging.getLogger("dagster.code_server")
    ended = threading.Event()
    threads = FuturesAwareThreadPoolExecutor()
    shared: dict[str, Any] = {"server_termination_event": ended, "logger": logger}
    try:
        servicer = ReloadingServer(
            **shared,
            server_threadpool_executor=threads,
            loadable_target_origin=LoadableTargetOrigin(
                executable_path=sys.executable,
                module_name=MODULE,
                working_directory=str(Path.cwd()),
            ),
            container_image=os.environ.get("DAGSTER_CURRENT_IMAGE"),
            location_name=LOCATION,
            lazy_load_user_code=socket is not None,
            reads_env_file=socket is not None,
        )
    except Exception as error:
        with suppress(Exception):  # the error itself matters
            Lookout(read_settings(), str).could_not_start(_reason(error))
        raise
    Lookout(read_settings(), lambda: servicer.load_error).start()
    server = DagsterGrpcServer(
        **shared,
        dagster_api_servicer=servicer,
        threadpool_executor=threads,
        **({"socket": socket} if socket else {"host": host, "port": port}),
    )
    if socket:
        threading.Thread(target=_end_with_starter, args=[servicer], daemon=True).start()
    logger.info("Started Dagster code server for module %s in process %s", MODULE, os.getpid())
    with suppress(KeyboardInterrupt):
        server.serve()


if __name__ == "__main__":
    main()
