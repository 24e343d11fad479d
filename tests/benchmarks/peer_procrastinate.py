"""Procrastinate on PostgreSQL, for the comparison."""

from __future__ import annotations

import os

import peer_jobs
import procrastinate

app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=os.environ["PEER_DATABASE"])
)
stamp = app.task(name="stamp")(peer_jobs.stamp)
