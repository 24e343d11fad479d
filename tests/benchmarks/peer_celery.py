"""Celery on Redis, for the comparison."""

from __future__ import annotations

import os

import peer_jobs
from celery import Celery

app = Celery("peer", broker=os.environ["PEER_BROKER"])
stamp = app.task(name="stamp")(peer_jobs.stamp)
