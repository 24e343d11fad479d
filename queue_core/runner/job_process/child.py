"""The child process: takes an order, runs it, answers, and ends.

It is either forked from the template, with the libraries loaded, or started as a program of its
own, `python -P -m queue_core.runner child CONNECTION RECORDS MARK MODULES`. It never imports Qt.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import os
import signal
import sys
from pathlib import Path

from queue_core.paths import LocalFolder
from queue_core.runner.job_process.channel import Channel
from queue_core.runner.job_process.child_logging import install_logging, prepare_streams
from queue_core.runner.job_process.fresh_process import take_setup
from queue_core.runner.job_process.job_runner import JobRunner, end_copy
from queue_core.runner.job_process.order_marks import OrderMarks
from queue_core.runner.job_process.preload import import_in_turn
from queue_core.runner.job_process.watched_connection import WatchedConnection
from queue_core.runner.messages import OutOfStepError
from queue_core.runner.protocol import Answer, CleanUp, Ended, Ready, Run, Setup
from queue_core.runner.snapshots.stack_signal import listen_for_requests
from queue_core.system import programs
from queue_core.system.choice import system


class ConnectionLostError(Exception):
    """How a job has ended could not be told."""


def main(arguments: list[str]) -> None:
    """Serve the supervisor at the other end of a connection; for a child that is spawned."""
    number, records_number, mark, names = arguments
    for name in ("PYTHONPATH", *programs.interpreter_variables()):
        os.environ.pop(name, None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    system().adopt_orphans()
    prepare_streams()
    records = programs.take_pipe(int(records_number))
    install_logging(records)
    marks = OrderMarks(bytes.fromhex(mark), records)
    connection = WatchedConnection(programs.take_connection(int(number)))
    for _ in import_in_turn([name for name in names.split(",") if name]):
        if connection.has_order:
            break
    os._exit(serve(Channel(connection, before_answer=marks.write)))


def serve(channel: Channel) -> int:
    """Run orders until this process is used up or its supervisor is gone; return the exit code."""
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
        leaves_processes = system().has_children()
        channel.say(Ended(leaves_processes))
        if leaves_processes:
            # As long as this process is there, they are found through it: it is ended with them.
            channel.receive()
