"""What the core says while it runs, found in its source: the third catalogue's texts.

The core's sentences stay where they are made, in English; errors are raised with them, records
store them, the command line prints them. What the window shows of them it translates as it shows
them, by templates: an f-string becomes its text with `{0}`, `{1}` ... for the values. So this
looks for every text in the source that may reach people, and leaves out what is code: SQL,
patterns, names, logs. A text that is only code and is still found has its place in `CODE`.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Rooms that the window shows nothing of, and modules that hold words rather than say them.
LEFT_OUT = (
    "api/", "cli/", "client/", "system/", "database/migrations/", "components/catalogue_building/",
    "components/expressions/functions.py", "components/explorers/word_frequencies/stop_words.py",
    "artifacts/fonts.py", "licences.py", "settings/known.py", "runner/log/",
    "runner/job_process/brief.py", "runner/job_process/results.py", "runner/snapshots/stacks.py",
    "runner/job_process/child_logging.py", "runner/job_process/redaction.py",
    "components/date_formats.py", "components/loaders/tables/date_forms.py",
    "queue/store/history.py", "queue/store/watching_bell.py",
)  # fmt: skip
# What is given to these is for programs, for the log, or stands in the catalogue of records.
CODE_CALLS = frozenset(
    {
        "execute", "compile", "info", "exception", "warning", "debug", "error", "cast",
        "exec_driver_sql",
        "startswith", "endswith", "removeprefix", "removesuffix", "replace", "split", "strip",
        "relationship", "ForeignKey", "getLogger", "search", "fullmatch", "sub",
        "RuntimeError", "TypeError", "AssertionError", "NotImplementedError", "AttributeError",
        "PermissionError", "FileNotFoundError", "EOFError", "TimeoutError", "IntegrityError",
        "Setting", "Component", "parameter", "choice", "several", "_own_row",
        "describe_metric", "Function", "_built_in", "_Part", "_row", "read_one", "conflicts",
        "connect", "legend", "Client", "ContextVar", "simplefilter", "_whole", "locate",
        "repr1",
    }
)  # fmt: skip
CODE_FUNCTIONS = re.compile(r"_readme|_?sql|_variables|_bare_traceback|_as_text")
SQL = re.compile(
    r"\b(LISTEN|NOTIFY|SELECT|UPDATE|INSERT|CREATE|DELETE|FROM|WHERE|CASE|CAST|PRAGMA|AND|OR|NOT|NULL|AS|BY|IN|IS"
    r"|OVER|ALTER|DROP|VALUES|DESC|BEGIN|WHEN|END|LIMIT|DISTINCT|FILTER|NULLS|INTEGER|DOUBLE|LIKE"
    r"|VARCHAR|SET|COLLATE|UNION|BETWEEN|PRIMARY|DATE|TIMESTAMP|COPY|FORMAT|COLUMNS|VALUE|ENCODING)\b"
)
# Calls of functions, lists of names, patterns, markup.
CODE_FORM = re.compile(
    r"^[\w.]+\([^“]*\)(::\w+)?( \d+| [<>]=? ?\d+| <> \d+)?$|^\(\(\(|\(\?|\\"
    r"|^[a-z_]+(, [a-z_]+)+$|\n.*\n|^<|^[a-z]\{0\}: |%[A-Za-z(]|%\.\d"
    r"|julianday|excluded\.|= \?$|\} \?$|^exec |^Traceback|^\"no "
)
# Calls whose words are titles and labels of what is drawn, and those that name a phase.
TITLE_CALLS = frozenset(
    {
        "Axis", "Figure", "Panel", "Line", "Rule", "Area", "Heatmap", "Points", "Bars", "Box",
        "Text", "figure_draft", "table_draft", "text_draft", "report_draft", "add_figure",
        "add_table", "add_text", "add_report", "add_model", "append", "enumerate", "bars_figure",
        "small_multiples", "module",
    }
)  # fmt: skip
PHASE_CALLS = frozenset({"report", "report_progress", "step"})
HEADING_CALLS = frozenset({"DataFrame", "insert", "rename", "next"})
# Modules whose dictionaries and frames become tables and reports.
TABLES = re.compile(
    r"_(explorer|explainer)\.py$|training/results/|evaluation/|jobs/(generative|converter)_job"
    r"|stored/predicting|explainers/explaining/explained_model"
)
# A word that introduces another text.
LEAD = re.compile(r"[A-Z][a-z]+: ")
FIELD = re.compile(r"\{(?:\d+|[a-z_]*)\}")
# Texts that stand beside sentences, but are found in messages of libraries or given to programs.
CODE = frozenset(
    {
        "infinity or a value too large", "infs or NaNs", "empty vocabulary", "nu is infeasible",
        "output dimension must be less", "could not convert string", "only one class",
        "out of the valid range of the loss", "expected n_neighbors", "not full rank",
        "contains 1 class", "could not find a valid consensus", "negative values", "fewer than",
        "unsupported set of arguments", "unknown categories", "feature names", "is constant",
        "not among the choices", "null byte", "unexpected end", "invalid state", "Empty CSV file",
        "panel title", "bar text", "cell text", "panel text", "yyyy-mm-dd hh:mm:ss", "copies ",
        "Bearer {0}", "SigBlk: 0", "outside lower left", "outside right upper", "origin, {0}",
        "allow_quoted_nulls = false", "id = ?", "lag {}", "Release feed", "fixed width",
        "{0}, from", "{0}, to", "from queue_core import connect", "client = connect()",
        "job = client.submit(", ", last available logs",
        "pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch] | pd.DataFrame",
        '{0} -m pip install "{1}[{2}]"', "2 * pi() * ({0} - {1}) / {2}", "isodow({0}) >= 6",
        "COALESCE(finished_at, last_update)", "change feed", "[row {0}] {1}\n", "_",
        "unable to contact", "connection refused", "connection timed out", "socket timed out",
        "could not resolve", "zero bytes were transmitted", "already exists",
        "The above exception was the direct cause of the following exception:",
        "During handling of the above exception, another exception occurred:",
        "EntityT | None", "Unknown label type|continuous", "strlen({0}) > {1}",
        "n_neighbors|n_samples|only one sample",
    }
)  # fmt: skip


@dataclass(frozen=True)
class FoundText:
    """A text of the core.

    Attributes:
        template: It, with `{0}`, `{1}` ... for values.
        place: Its module, below the core's folder.
    """

    template: str
    place: str


def find_texts(core: Path) -> Iterator[FoundText]:
    """Yield what the modules below *core* say, in their order."""
    for path in sorted(core.rglob("*.py")):
        place = path.relative_to(core).as_posix()
        if not place.startswith(LEFT_OUT):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for template in _Texts(place).of(tree):
                yield FoundText(template, place)


def template_of(node: ast.Constant | ast.JoinedStr) -> str:
    """Return a literal's text; what an f-string puts in becomes `{0}`, `{1}` ..."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    numbers = itertools.count()
    return "".join(
        str(value.value) if isinstance(value, ast.Constant) else f"{{{next(numbers)}}}"
        for value in node.values
    )


class _Texts:
    """Walks one module, knowing for each literal in which calls and functions it stands."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._makes_tables = bool(TABLES.search(place))
        self._is_form = place.endswith("__init__.py")

    def of(self, tree: ast.AST) -> Iterator[str]:
        yield from self._walk(tree, call="", function="", is_key=False)

    def _walk(self, node: ast.AST, *, call: str, function: str, is_key: bool) -> Iterator[str]:
        if isinstance(node, ast.Constant | ast.JoinedStr):
            template = template_of(node)
            if template and self._is_said(template, call, function, is_key):
                yield template
            if isinstance(node, ast.JoinedStr):
                for value in node.values:
                    if isinstance(value, ast.FormattedValue):
                        yield from self._walk(
                            value.value, call=call, function=function, is_key=False
                        )
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, ast.Call):
            call = _name(node.func)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            call, function = "", node.name
        keys = set(map(id, node.keys)) if isinstance(node, ast.Dict) else set()
        for child in ast.iter_child_nodes(node):
            yield from self._walk(child, call=call, function=function, is_key=id(child) in keys)

    def _is_said(self, text: str, call: str, function: str, is_key: bool) -> bool:
        letters = re.sub(r"[^A-Za-z]", "", FIELD.sub("", text))
        if len(letters) < 2 or text in CODE or CODE_FORM.search(text) or SQL.search(text):
            return False
        if call in CODE_CALLS or CODE_FUNCTIONS.fullmatch(function):
            return False
        if " " in text.strip() or (" " in text and FIELD.search(text)) or LEAD.fullmatch(text):
            return True
        return self._is_word(text, call, is_key)

    def _is_word(self, text: str, call: str, is_key: bool) -> bool:
        """Return whether a single word is a title, a phase, or what a table's column is called."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z-]+[.:]?", text) or text.isupper():
            return False
        if call in PHASE_CALLS:
            return True
        if not self._makes_tables or self._is_form:
            return False
        if text[0].isupper():
            return text.istitle() and call in TITLE_CALLS
        return is_key or call in HEADING_CALLS


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
