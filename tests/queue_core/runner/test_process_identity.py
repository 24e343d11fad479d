"""Who a process is, told by what the clock does not change."""

from __future__ import annotations

import os
import subprocess
import sys

from queue_core.runner.process_identity import identity_of, is_same_process


class TestIdentity:
    def test_it_stays_the_same_while_the_process_runs(self) -> None:
        identity = identity_of(os.getpid())
        assert identity is not None
        assert identity_of(os.getpid()) == identity
        assert is_same_process(os.getpid(), identity)

    def test_it_tells_two_processes_apart(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        try:
            assert identity_of(process.pid) not in (None, identity_of(os.getpid()))
            assert not is_same_process(process.pid, identity_of(os.getpid()))
        finally:
            process.communicate(b"\n")

    def test_a_process_that_is_gone_has_none(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        assert identity_of(process.pid) is None
        assert not is_same_process(process.pid, None)

    def test_a_zombie_is_gone(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            assert identity_of(process.pid) is None
        process.wait()

    def test_a_number_that_cannot_be_one_has_none(self) -> None:
        assert identity_of(-5) is None
        assert identity_of(1 << 40) is None
