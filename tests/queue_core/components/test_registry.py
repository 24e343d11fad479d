"""The list of components: light to read, and not harmed by broken packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from queue_core.cli.checks import Verdict, check_components
from queue_core.components import registry
from queue_core.components.registry import (
    ComponentKind,
    component_problems,
    components,
    get_component,
)
from queue_core.errors import ParameterError
from queue_core.paths import LocalFolder

Install = Callable[..., Path]
HEAVY = ("numpy", "pandas", "pyarrow", "sklearn", "duckdb", "matplotlib", "scipy")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install packages that are a module and what pip writes beside it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules_before = set(sys.modules)

    def write(module: str, code: str, *targets: str) -> Path:
        (tmp_path / f"{module}.py").write_text(code)
        facts = tmp_path / f"{module}-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1.0\n"
        )
        lines = [f"point-{n} = {module}:{target}" for n, target in enumerate(targets)]
        (facts / "entry_points.txt").write_text(
            "\n".join([f"[{registry.ENTRY_POINT_GROUP}]", *lines])
        )
        return facts

    def forget() -> None:
        components.cache_clear()
        registry._others.cache_clear()

    forget()
    yield write
    forget()
    for name in set(sys.modules) - modules_before:
        if (tmp_path / f"{name}.py").exists():
            del sys.modules[name]


GOOD = """
from queue_core.components.registry import Component, ComponentKind

def made(**changes):
    facts = {
        "id": "echo",
        "kind": ComponentKind.EXPLORER,
        "title": "Echo",
        "description": "Shows the rows again.",
        "factory": "echo_parts:echo",
        "schema": {"type": "object", "properties": {"times": {"type": "integer", "default": 1}}},
    }
    return Component(**{**facts, **changes})

COMPONENTS = [made()]

def echo(exploration):
    return []
"""


def _measured(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.strip()


def test_describing_all_components_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from queue_core.components.registry import ComponentKind, components\n"
        "found = [c.to_json() for kind in ComponentKind for c in components(kind).values()]\n"
        "assert len(found) > 250, len(found)\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    assert _measured(program) == "[]"


def test_describing_all_components_is_quick() -> None:
    # It takes 0.1 s of the processor; a heavy import takes more than what is allowed here.
    program = (
        "import time\n"
        "start = time.process_time()\n"
        "from queue_core.components.registry import ComponentKind, components\n"
        "for kind in ComponentKind:\n"
        "    components(kind)\n"
        "print(time.process_time() - start)\n"
    )
    assert min(float(_measured(program)) for _ in range(3)) < 0.5


@pytest.mark.parametrize("kind", list(ComponentKind))
def test_each_component_is_made_by_what_it_names(kind: ComponentKind) -> None:
    optional = {"xgboost", "catboost", "lightgbm", "imblearn"}
    for item in components(kind).values():
        if item.package in optional or item.extra:
            continue
        assert callable(item.load()), item.id


def test_another_packages_components_stand_behind_ours(install: Install) -> None:
    install("echo_parts", GOOD + "def listed():\n    yield made(id='late', title='A')\n",
            "COMPONENTS", "listed")  # fmt: skip
    explorers = components(ComponentKind.EXPLORER)
    assert list(explorers)[-2:] == ["late", "echo"]
    assert get_component(ComponentKind.EXPLORER, "echo").load()(None) == []
    assert component_problems() == ()


BROKEN = {
    "cannot be imported": ("import not_installed_anywhere", "COMPONENTS", "No module named"),
    "is no Python": ("x = (", "COMPONENTS", "SyntaxError"),
    "exits": ("raise SystemExit", "COMPONENTS", "SystemExit"),
    "raises a base exception": ("raise BaseException('off')", "COMPONENTS", "BaseException: off"),
    "raises what has no text": (
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd",
        "COMPONENTS", "cannot be loaded: Odd.",
    ),
    "lacks the attribute": ("", "COMPONENTS", "has no attribute 'COMPONENTS'"),
    "names no attribute": ("", "a b", "cannot be loaded"),
    "lists nothing": ("COMPONENTS = 3", "COMPONENTS", "not iterable"),
    "lists something else": ("COMPONENTS = ['x']", "COMPONENTS", "of the class str"),
    "fails when called": ("def listed():\n    return 1 / 0", "listed", "ZeroDivisionError"),
    "exits when called": ("def listed():\n    exit()", "listed", "SystemExit"),
    "wants arguments": ("def listed(a):\n    return []", "listed", "TypeError"),
    "has an odd id": (GOOD + "bad = [made(id='a b')]", "bad", "needs an id of letters"),
    "has a number for an id": (GOOD + "bad = [made(id=3)]", "bad", "needs an id of letters"),
    "has no kind": (GOOD + "bad = [made(kind='explorer')]", "bad", "is no ComponentKind"),
    "has no title": (GOOD + "bad = [made(title=None)]", "bad", "needs a title"),
    "has no factory": (GOOD + "bad = [made(factory='echo')]", "bad", "module:attribute"),
    "has a wrong schema": (GOOD + "bad = [made(schema=['a'])]", "bad", "not a JSON Schema object"),
    "requires what it lacks": (
        GOOD + "bad = [made(schema={'properties': {}, 'required': ['a']})]", "bad", "requires “a”",
    ),
    "is no JSON": (
        GOOD + "bad = [made(schema={'properties': {'a': {'default': {1, 2}}}})]", "bad",
        "not JSON serializable",
    ),
    "has tasks that are a word": (GOOD + "bad = [made(tasks='x')]", "bad", "tuple of words"),
    "has options that are none": (GOOD + "bad = [made(options=None)]", "bad", "no mapping"),
    "has no scope": (
        GOOD + "bad = [made(kind=ComponentKind.EXPLAINER)]", "bad", "the option “scope”",
    ),
    "takes our id": (GOOD + "bad = [made(id='describe')]", "bad", "this program uses already"),
    "never ends": (
        "import itertools\ndef listed():\n    return itertools.repeat(None)", "listed", "NoneType",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_is_told_and_harms_nobody(
    install: Install, name: str, local_folder: LocalFolder
) -> None:
    before = {kind: list(components(kind)) for kind in ComponentKind}
    code, target, why = BROKEN[name]
    install("echo_parts", GOOD, "COMPONENTS")
    install("broken_parts", code, target)
    components.cache_clear()
    registry._others.cache_clear()
    assert list(components(ComponentKind.EXPLORER)) == [*before[ComponentKind.EXPLORER], "echo"]
    for kind in ComponentKind:
        if kind is not ComponentKind.EXPLORER:
            assert list(components(kind)) == before[kind]
    problems = component_problems()
    assert {(problem.name, problem.package) for problem in problems} == {
        ("point-0", "broken-parts")
    }
    assert why in problems[0].message
    told = [item for item in check_components(local_folder) if item.verdict is Verdict.WARNING]
    assert told[0].message == problems[0].message
    assert "broken-parts" in told[0].hint
    with pytest.raises(ParameterError) as caught:
        get_component(ComponentKind.EXPLORER, "qqqqqq")
    assert "broken-parts" in str(caught.value.hint)


def test_the_first_of_two_packages_keeps_an_id(install: Install) -> None:
    install("echo_parts", GOOD + "again = [made(id='second')]", "COMPONENTS", "again")
    install("more_parts", GOOD, "COMPONENTS")
    explorers = components(ComponentKind.EXPLORER)
    assert {"echo", "second"} <= set(explorers)
    (problem,) = component_problems()
    assert "“echo”" in problem.message
    assert "uses already" in problem.message


def test_what_comes_before_a_failure_is_kept(install: Install) -> None:
    code = GOOD + "def listed():\n    yield made()\n    raise KeyError('gone')\n"
    install("echo_parts", code, "listed")
    assert "echo" in components(ComponentKind.EXPLORER)
    (problem,) = component_problems()
    assert "KeyError: 'gone'" in problem.message


def test_entry_points_that_cannot_be_read_are_told(install: Install) -> None:
    facts = install("broken_parts", "", "COMPONENTS")
    (facts / "entry_points.txt").write_bytes(b"[dashai_monitor.components]\nx = \xff\xfe:y\n")
    install("echo_parts", GOOD, "COMPONENTS")
    assert "echo" in components(ComponentKind.EXPLORER)
    (problem,) = component_problems()
    assert problem.package == "broken-parts"
    assert "cannot be read" in problem.message
