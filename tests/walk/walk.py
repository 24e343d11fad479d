"""Goes through a day's work in the real window, with hands and a screen reader's ears only.

Run as `make walk`, or with the names of variants: `make walk ARGS="keyboard dark"`. Pictures and
what a reader would say of each step go to `build/walk/`.
"""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import desk
from desk import PYTHON, ROOT, Desk, NotInTimeError, wait_for

OUT = ROOT / "build" / "walk"
ROWS, BAD_ROW = 30_000, 25_000
MODELS = (
    "Ridge classifier, self-tuned",
    "Quadratic discriminant analysis",
    "Perceptron",
    "One-vs-rest",
)
SOURCE_AT = (1330, 20)
PATIENCE_S = 240


@dataclass(frozen=True)
class Variant:
    """One way to go.

    Attributes:
        name: What it is called at the command line.
        has_mouse: Whether files are dropped and things clicked; else only keys are used.
        language: Of the window.
        theme: Light or dark.
    """

    name: str
    has_mouse: bool = True
    language: str = "en"
    theme: str = "light"


VARIANTS = (
    Variant("mouse"), Variant("keyboard", has_mouse=False),
    Variant("spanish", has_mouse=False, language="es"), Variant("dark", theme="dark"),
)  # fmt: skip


class Walk:
    """The steps, in order; each waits for what it has brought about."""

    def __init__(self, variant: Variant, table: Desk) -> None:
        # On the desk's own bus, which is known only now.
        from person import Person
        from reader import Reader

        self.variant = variant
        self._desk = table
        self.reader = Reader("dashai-monitor")
        self.person = Person(self.reader, has_mouse=variant.has_mouse)
        self._files = table.home / "files"
        self._out = OUT / variant.name
        self._number = 0
        self._translate = _translator(variant.language)

    def run(self) -> None:
        """Take every step; keep a picture and a transcript of each, and of where it ends."""
        shutil.rmtree(self._out, ignore_errors=True)
        self._out.mkdir(parents=True)
        for step in self._steps():
            begun = time.monotonic()
            name = step.__name__
            try:
                step()
            except Exception:
                self._keep(f"{name}-failed")
                raise
            self._keep(name)
            print(f"  {self.variant.name}: {name}, {time.monotonic() - begun:.1f} s", flush=True)

    def _steps(self) -> tuple[Callable[[], None], ...]:
        bring = self.drop if self.variant.has_mouse else self.open_files
        return (
            self.begin, bring, self.watch, self.read_error, self.edit_and_retry, self.train_five,
            self.compare, self.explain, self.predict, self.export,
        )  # fmt: skip

    def say(self, text: str, **values: str) -> str:
        """Return a text of the window in its language."""
        return self._translate(text).format(**values) if values else self._translate(text)

    # --- steps --------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open the window for the first time."""
        self._make_files()
        settings = self._desk.home / "DashAI" / "monitor" / "settings.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(
            f'[window]\nlanguage = "{self.variant.language}"\ntheme = "{self.variant.theme}"\n',
            encoding="utf-8",
        )
        self._desk.open_program()
        self.person.choose("push button", self.say("Skip the tour"))
        self.reader.find("label", self.say("Drop a data file here, or try a sample"))

    def drop(self) -> None:
        """Drop three files from another program's window."""
        import hands

        files = [str(path) for path in sorted(self._files.iterdir())]
        script = str(Path(__file__).with_name("drag_source.py"))
        source = self._desk.start(str(PYTHON), script, *files)
        assert source.stdout is not None
        assert source.stdout.readline().strip() == "READY"
        target = self.reader.find("label", self.say("Drop a data file here, or try a sample"))
        hands.drag(SOURCE_AT, target.middle)
        self._load()

    def open_files(self) -> None:
        """Open all files of a folder."""
        import hands

        turns = self.reader.turns
        hands.press("ctrl+o")
        self._write_name(f"{self._files}/", turns)
        # All names at once would do, too, but for the first: Qt forgets it.
        self.reader.find("table cell", "harvest.csv")
        self.person.reach("tree|table cell", key="shift+Tab")
        hands.press("ctrl+a", "Return")
        self._load()

    def _load(self) -> None:
        import hands

        button = self.say("Load {count} files").format(count=3)
        self.reader.find("push button", button)
        if self.variant.has_mouse:
            self.person.choose("push button", button)
        else:
            hands.press("Return")
        self.reader.gone("push button", button)

    def watch(self) -> None:
        """Hear how each of them ends."""
        self._ends("penguins.csv", "Finished")
        self._ends("harvest.csv", "Finished")
        self._ends("weather.csv", "Failed")

    def read_error(self) -> None:
        """Choose the failed job; hear the sentence, and what to do."""
        from person import words

        self.person.row(words("weather.csv", self.say("Failed")))
        told = self.reader.find("comment", words(str(BAD_ROW + 1)[:2], "weather.csv"))
        assert told.description, "there is no next step"
        self.reader.find("page tab", self.say("Error"))

    def edit_and_retry(self) -> None:
        """Leave out the rows that are too long, and load again."""
        import hands
        from person import words

        if self.variant.has_mouse:
            self.person.choose("push button", self.say("Retry with changes…"))
        else:
            hands.press("ctrl+shift+r")
        stop = self.say("Stop with an error")
        wait_for(lambda: self._focus_is("combo box", stop), "the option that the failure names")
        hands.press("Down")
        wait_for(lambda: not self._focus_is("combo box", stop), "another choice")
        self.person.choose("push button", re_exactly(self.say("Load")))
        self.reader.gone("dialog")
        self.reader.find(
            "table cell", words("weather.csv", self.say("Finished")),
            timeout_s=PATIENCE_S,
        )  # fmt: skip

    def train_five(self) -> None:
        """Train five models on one dataset with one press."""
        import hands
        from person import words

        self.person.row(words("penguins.csv"))
        self._use("Train a model")
        wait_for(lambda: self._focus_is("text|combo box"), "the field for the target")
        hands.write("species")
        hands.press("Return")
        self.reader.find("combo box", words("species", " · "))
        if not self.variant.has_mouse:
            self.person.reach("list item", self.say("Random forest classifier"), key="shift+Tab")
            hands.press("space")  # it keeps its tick while others are looked for
        for model in MODELS:
            self._tick(self.say(model))
        self.person.choose("push button", self.say("Run {count} jobs").format(count=5))
        self.reader.gone("dialog")
        done = words(self.say("Model"), self.say("Finished"))
        wait_for(lambda: len(self.reader.all("table cell", done)) == 5, "5 models", PATIENCE_S)

    def compare(self) -> None:
        """See the five in one table."""
        import hands
        from person import words

        if self.variant.has_mouse:
            self.person.choose("push button", self.say("Compare"))
        else:
            hands.press("ctrl+m")
        self.reader.find("table", self.say("Models"))
        self.reader.find("table cell", words(self.say("Best: {value}").format(value="")))
        self._keep("compare-window")
        hands.press("Escape")
        self.reader.gone("dialog")

    def explain(self) -> None:
        """Ask what drives one of them."""
        from person import words

        is_job = words(self.say("Random forest classifier"), self.say("Finished"))
        self.person.row(is_job)
        self._use("Explain a model")
        self._run_one()
        done = words(self.say("Explanation"), self.say("Finished"))
        self.reader.find("table cell", done, timeout_s=PATIENCE_S)
        self.reader.find("chart")

    def predict(self) -> None:
        """Let it judge a dataset."""
        import hands
        from person import words

        model = self.say("Random forest classifier")
        self.person.row(words(model, self.say("Model") + ","))
        self._use("Predict")
        wait_for(lambda: self._focus_is("text|combo box"), "the field for the dataset")
        hands.write("penguins")
        hands.press("Return")
        self.reader.find("combo box", words("penguins", " · "))
        self._run_one()
        done = words(self.say("Prediction"), self.say("Finished"))
        self.reader.find("table cell", done, timeout_s=PATIENCE_S)

    def export(self) -> None:
        """Keep the predictions as a file."""
        from person import words

        done = words(self.say("Prediction"), self.say("Finished"))
        self.person.row(done)
        target = self._files / "predicted.csv"
        turns = self.reader.turns
        self.person.choose("push button", self.say("Save all rows…"))
        self._write_name(str(target), turns)
        wait_for(target.exists, "the file", PATIENCE_S)
        wait_for(lambda: "species" in target.read_text(encoding="utf-8"), "its rows")

    # --- what steps share ---------------------------------------------------------------------

    def _use(self, kind: str) -> None:
        opener = ("push button", self.say("Use in a new job"))
        self.person.menu(opener, self.say(kind))
        self.reader.find("dialog")

    def _run_one(self) -> None:
        self.person.choose("push button", re_exactly(self.say("Run")))
        self.reader.gone("dialog")

    def _write_name(self, text: str, turns: int) -> None:
        """Write into the dialog that opens, and look that it stands there."""
        import hands

        wait_for(lambda: self._focus_is("text") and self.reader.turns > turns, "a field for a name")
        for _ in range(3):
            hands.press("ctrl+a")
            hands.write(text)
            focused = self.reader.focused()
            if focused is not None and focused.text == text:
                break
        hands.press("Return")

    def _tick(self, model: str) -> None:
        import hands

        if self.variant.has_mouse:
            left, top, _width, height = self.reader.find("list item", model).box
            hands.click_at(left + 12, top + height // 2)
        else:
            self.person.reach("text", self.say("Find…"), key="shift+Tab")
            hands.press("ctrl+a")
            hands.write(max(re.findall("[ -~]+", model), key=len))  # keys that any keyboard has
            self.person.walk_to("list item", model, "Down")
            hands.press("space")

    def _ends(self, name: str, sentence: str) -> None:
        from person import words

        cell = words(name, self.say(sentence))
        self.reader.find("table cell", cell, timeout_s=PATIENCE_S)

    def _focus_is(self, role: str, name: str = "") -> bool:
        from reader import fits

        focused = self.reader.focused()
        return focused is not None and focused.role in role.split("|") and fits(focused, name)

    def _make_files(self) -> None:
        self._files.mkdir()
        shutil.copy(ROOT / "resources" / "samples" / "penguins.csv", self._files)
        harvest = [f"F{n % 4},{2000 + n // 4},{n * 1.5}" for n in range(40)]
        (self._files / "harvest.csv").write_text("\n".join(["field,year,tons", *harvest]))
        # Beyond what a preview looks at.
        rain = [f"{n};2026-03-{n % 28 + 1:02};{n / 4}" for n in range(1, ROWS)]
        rain[BAD_ROW - 1] += ";late"
        (self._files / "weather.csv").write_text("\n".join(["station;day;rain", *rain]))

    def _keep(self, name: str) -> None:
        self._number += 1
        stem = f"{self._number:02}-{name}"
        self._desk.picture(self._out / f"{stem}.png")
        said = [*self.reader.announced, "", self.reader.transcript()]
        focused = self.reader.focused()
        (self._out / f"{stem}.txt").write_text("\n".join([f"focus: {focused}", *said]))
        self.reader.announced.clear()


def re_exactly(text: str) -> re.Pattern[str]:
    """Return a pattern for a name that is just this."""
    return re.compile(f"^{re.escape(text)}$")


def _translator(language: str) -> Callable[[str], str]:
    catalogues = [
        gettext.translation(
            name, ROOT / "resources" / "translations", [language], fallback=language == "en"
        )
        for name in ("window", "core", "messages")
    ]

    def translate(text: str) -> str:
        found = (catalogue.gettext(text) for catalogue in catalogues)
        plural = (catalogue.ngettext(text.replace("files", "file").replace("jobs", "job"), text, 5)
                  for catalogue in catalogues)  # fmt: skip
        return next((said for said in (*found, *plural) if said != text), text)

    return translate


def main(names: list[str]) -> int:
    """Walk each variant that is named, or all; return the exit code."""
    missing = desk.missing_tools()
    if missing:
        print("A walk needs more: apt-get install -y --no-install-recommends", *missing)
        return 2
    wanted = [variant for variant in VARIANTS if not names or variant.name in names]
    if len(wanted) == 1:
        return _walk(wanted[0])
    # Each in a process of its own: who reads stays on the bus where it began.
    command = [sys.executable, "-W", "ignore", __file__]
    ended = [subprocess.run([*command, variant.name], check=False) for variant in wanted]
    return max(process.returncode for process in ended)


def _walk(variant: Variant) -> int:
    with tempfile.TemporaryDirectory() as place, Desk(Path(place)) as table:
        try:
            Walk(variant, table).run()
        except (NotInTimeError, AssertionError) as error:
            print(f"  {variant.name} ended: {error}", flush=True)
            return 1
    print("Pictures and transcripts:", (OUT / variant.name).relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
