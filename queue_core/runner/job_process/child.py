"""The child process: takes an order, runs it, answers, and ends.

It is either forked from the template, with the libraries loaded, or started as a program of its
own, `python -P -m queue_core.runner child CONNECTION RECORDS MODULES`. It never imports Qt.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import os
import select
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from queue_core.paths import LocalFolder
from queue_core.runner import process_tree
from queue_core.runner.job_process.channel import Channel
from queue_core.runner.job_process.child_logging import install_logging, prepare_streams
from queue_core.runner.job_process.fresh_process import adopt_orphans, take_setup
from queue_core.runner.job_process.job_runner import JobRunner, end_copy
from queue_core.runner.job_process.preload import import_in_turn
from queue_core.runner.messages import OutOfStepError
from queue_core.runner.protocol import Answer, CleanUp, Ended, Ready, Run, Setup
from queue_core.runner.reuse import has_children
from queue_core.runner.snapshots.stack_signal import listen_for_requests

_LOOK_MS = 1_000


class ConnectionLostError(Exception):
    """How a job has ended could not be told."""


def main(arguments: list[str]) -> None:
    """Serve the supervisor at the other end of a connection; for a child that is spawned."""
    connection = Connection(int(arguments[0]))
    modules = [name for name in arguments[2].split(",") if name] if len(arguments) > 2 else []
    os.environ.pop("PYTHONPATH", None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    adopt_orphans()
    prepare_streams()
    install_logging(int(arguments[1]))
    threading.Thread(
        target=_watch, args=(connection.fileno(),), name="parent-watcher", daemon=True
    ).start()
    for _ in import_in_turn(modules):
        if connection.poll(0):
            break
    os._exit(serve(connection))


def serve(connection: Connection) -> int:
    """Run orders until this process is used up or its supervisor is gone; return the exit code."""
    channel = Channel(connection)
    try:
        setup = channel.receive()[0].message
        if not isinstance(setup, Setup):
            return 1
        take_setup(setup)
        listen_for_requests(LocalFolder(Path(setup.folder)), setup.program_pid)
        runner = JobRunner(channel, setup.program_pid)
        channel.say(Ready())
        while _serve_one(channel, runner):
            pass
    except ConnectionLostError:
        sys.stderr.write("The job has closed its connection to the monitor; its end is lost.\n")
        return 1
    except (EOFError, OSError, OutOfStepError):
        return 0  # nobody is there any more
    _leave(channel)
    return 0


def _serve_one(channel: Channel, runner: JobRunner) -> bool:
    """Carry out one order; return whether this process can take another."""
    envelope, payload = channel.receive()
    channel.begin(envelope.order_id)
    order = envelope.message
    answer: Answer
    if isinstance(order, Run):
        answer = runner.run(order, payload)
    elif isinstance(order, CleanUp):
        answer = runner.clean_up(order, payload)
    else:
        raise OutOfStepError("This is no order.")
    if not channel.answer(answer):
        raise ConnectionLostError
    return answer.reusable


def _leave(channel: Channel) -> None:
    """Do what Python does at the end of a program; the supervisor sees that it ends in time."""
    pid = os.getpid()
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()  # noqa: SLF001 - as the interpreter does at its end
    if os.getpid() != pid:
        end_copy(None)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    with contextlib.suppress(Exception):
        leaves_processes = has_children()
        channel.say(Ended(leaves_processes))
        if leaves_processes:
            # As long as this process is there, they are found through it: it is ended with them.
            channel.receive()


def _watch(descriptor: int) -> None:
    """End this process and all that it has started when its supervisor is gone."""
    poll = select.poll()
    poll.register(descriptor, select.POLLHUP | getattr(select, "POLLRDHUP", 0))
    while True:
        # Again and again, for a descriptor that the job closes stays open for whoever polls it.
        for _, event in poll.poll(_LOOK_MS):
            if event:
                # Descendants first: those in sessions of their own are found through us only.
                process_tree.send(process_tree.tree(os.getpid()) - {os.getpid()}, signal.SIGKILL)
                os.killpg(os.getpgid(0), signal.SIGKILL)
