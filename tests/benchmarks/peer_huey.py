"""Huey as it comes, for the comparison."""

from __future__ import annotations

import os
from pathlib import Path

import peer_jobs
from huey import SqliteHuey

huey = SqliteHuey("peer", filename=Path(os.environ["PEER_FOLDER"]) / "huey.db", fsync=True)
stamp = huey.task()(peer_jobs.stamp)
