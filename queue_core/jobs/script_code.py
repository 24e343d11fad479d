"""What another interpreter is given to run a script of the user's.

It knows nothing of this program: the standard library only, of any Python 3. What the script leaves
in `result`, or what it raised and through which calls, comes back through a file.
"""

from __future__ import annotations

from typing import Final

RESULT_FILE: Final = "DASHAI_MONITOR_RESULT"
SCRIPT_RUNNER: Final = """
import json, linecache, os, reprlib, runpy, sys, threading, traceback
target = os.environ.pop("DASHAI_MONITOR_RESULT")
script = sys.argv[1]
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(script)
told = {}

def shown(value, short=reprlib.Repr()):
    short.maxstring = short.maxother = 300
    short.maxdict = short.maxlist = short.maxtuple = short.maxset = 20
    try:
        shape = getattr(value, "shape", None)
        if type(shape) is tuple:
            return "<%s of shape %r>" % (type(value).__name__, shape)
        return short.repr(value)[:600]
    except BaseException as error:
        return "<%s: %s in __repr__>" % (type(value).__name__, type(error).__name__)

def calls_of(trace, frames):
    found = list(traceback.walk_tb(trace))[-12:]
    for frame, line in found:
        code = frame.f_code
        frames.append({"file": code.co_filename, "line": line, "code": "",
                       "function": getattr(code, "co_qualname", code.co_name), "locals": {}})
    def look():
        for place, (frame, line) in reversed(list(zip(frames, found))):
            place["code"] = linecache.getline(place["file"], line).strip()[:500]
            for name, value in list(frame.f_locals.items())[:30]:
                if not name.startswith("__"):
                    place["locals"][str(name)[:300]] = shown(value)
    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    looker.join(2.0)

try:
    value = runpy.run_path(script, run_name="__main__").get("result")
    try:
        told["result"] = json.loads(json.dumps(value))
    except (TypeError, ValueError):
        told["result"] = repr(value)
except SystemExit:
    raise
except BaseException as error:
    told["type"], told["message"] = type(error).__name__, str(error)
    told["missing"] = getattr(error, "name", None) if isinstance(error, ImportError) else None
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != script:
        trace = trace.tb_next
    trace = trace or error.__traceback__
    text = "".join(traceback.format_exception(type(error), error, trace))
    told["traceback"], told["frames"] = text[-100000:], []
    calls_of(trace, told["frames"])
    traceback.print_exc()
    sys.exit(1)
finally:
    try:
        text = json.dumps(told)
    except (RuntimeError, TypeError, ValueError):  # a value that is still being looked at
        told.pop("frames", None)
        text = json.dumps(told)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)
"""
