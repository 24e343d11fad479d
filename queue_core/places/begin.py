"""Begins on another machine: looks whether its Python is the right one, finds the code, goes on.

A file of its own that any Python 3 reads and that imports the standard library alone: it is copied
to the shared storage, and a machine runs it there before it has anything of this program.
"""

import hashlib
import json
import os
import sys
import tempfile


def main(folder: str, digest: str) -> None:
    """Become the process that runs the ticket in *folder*."""
    with open(os.path.join(folder, "ticket.json"), "rb") as file:  # noqa: PTH118, PTH123
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        refuse(folder, digest, "The ticket of the job was changed after it was handed over.", "")
    ticket = json.loads(data.decode())
    here = "{}.{}".format(*sys.version_info[:2])
    if here != ticket["python"]:
        refuse(
            folder,
            digest,
            "The Python of the machine is {}, and the job was stored by {}.".format(
                here, ticket["python"]
            ),
            "Name an interpreter of the same version as `python` of the place in the settings.",
        )
    path = [*ticket["packages"][:1], os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    os.execv(
        sys.executable,
        [sys.executable, "-P", "-m", "queue_core.places.node", folder, digest],
    )


def refuse(folder: str, digest: str, message: str, hint: str) -> None:
    """Write an outcome that says why the job did not begin, and leave."""
    error = {"type": "PlaceError", "message": message, "hint": hint}
    outcome = {"ticket": digest, "outcome": {"reason": "raised", "error": error}}
    handle, aside = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w") as file:
        json.dump(outcome, file)
    try:
        os.link(aside, os.path.join(folder, "outcome.json"))  # noqa: PTH118
    finally:
        os.unlink(aside)  # noqa: PTH108
    sys.exit(message)


if __name__ == "__main__":
    main(*sys.argv[1:3])
