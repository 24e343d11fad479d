"""The figures that were drawn last: whoever comes back to a job sees them at once."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.i18n import current_language
from gui.results.figure_words import local_forms, translated_words
from gui.results.svg_picture import without_empty_glyphs
from queue_core.library.figures import fitted_figure, whole_figure

MOST = 32
_Key = tuple[str, int, int | None, str, str]
_drawn: OrderedDict[_Key, bytes] = OrderedDict()


async def drawn_figure(bridge: Bridge, source: Path, *, width_px: int | None, theme: str) -> bytes:
    """Return a stored figure as SVG for this theme; drawn where it is not known yet.

    Args:
        bridge: The way to the process that draws.
        source: The figure's description.
        width_px: The width of the plots alone; None: the whole figure at its own size.
        theme: The surface that it is drawn for.
    """
    changed_ns = await bridge.call(_changed_ns, source)
    key = (str(source), changed_ns, width_px, theme, current_language())
    if key not in _drawn:
        drawing = helpers_of(bridge).drawing
        words, forms = await translated_words(bridge, source), local_forms()
        if width_px is None:
            svg = await drawing.call(
                whole_figure, source=str(source), theme=theme, words=words, forms=forms
            )
        else:
            svg = await drawing.call(
                fitted_figure,
                source=str(source),
                width_px=width_px,
                theme=theme,
                words=words,
                forms=forms,
            )
        _drawn[key] = without_empty_glyphs(svg.encode())
    _drawn.move_to_end(key)
    while len(_drawn) > MOST:
        _drawn.popitem(last=False)
    return _drawn[key]


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
