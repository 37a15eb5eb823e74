"""Processes for runs, forked from one that has imported what a run needs: a second and a half.

That one is Python's fork server. It has one thread, imports these modules, opens nothing, and forks
itself for each run. So a run is a process of its own as before: it reads the settings and makes its
definitions itself, has no connection, lock or random state of another, gives its memory back at its
end, and what ends it ends no other run.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterable
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess

_PRELOADED = "taxi_assets.automation.warm_imports"
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class RunProcess(ForkServerProcess):
    """A run's process. It ends with the code server: nobody else can cancel it, or hears of it."""

    def run(self) -> None:
        """Do the work, in the process itself."""
        threading.Thread(target=_end_with_code_server, name="code-server", daemon=True).start()
        super().run()


class WarmProcesses(ForkServerContext):
    """Makes processes that are forked from a warm one.

    A fork server that is killed is started anew for the next run.
    """

    Process = RunProcess

    def __init__(self) -> None:
        """Start the fork server, with the environment as it is now."""
        super().__init__()
        self._outlived: list[tuple[forkserver.ForkServer, list[BaseProcess]]] = []
        self._server = self._started()

    def renew(self, runs: Iterable[BaseProcess]) -> None:
        """Fork from a process that imports everything anew, with the environment as it is now.

        Args:
            runs: those in progress. They go on, and so does the process they were forked from.
        """
        self._outlived.append((self._server, list(runs)))
        self._server = self._started()

    def end_outlived(self) -> None:
        """End the fork servers from before whose runs are over."""
        for outlived in list(self._outlived):
            server, runs = outlived
            if not any(run.is_alive() for run in runs):
                self._outlived.remove(outlived)
                server._stop()  # type: ignore[attr-defined] # else it ends with this process only

    @staticmethod
    def _started() -> forkserver.ForkServer:
        """A fork server that starts, and that Python takes from now on."""
        server = forkserver.ForkServer()
        server.set_forkserver_preload([_PRELOADED])
        server.ensure_running()
        forkserver.ensure_running = server.ensure_running
        forkserver.connect_to_new_process = server.connect_to_new_process
        return server


def _end_with_code_server() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _end_with_fork_server() -> None:
    """Let a forked process end when the fork server does: nobody would hear how it ended.

    Only Linux can. Elsewhere such a run would go on, counted as failed, and its month be loaded
    twice, which changes nothing.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


os.register_at_fork(after_in_child=_end_with_fork_server)
