"""Which fonts figures are written in: only such as exist, with others for rare scripts."""

from __future__ import annotations

from functools import cache

# The first that is installed leads; DejaVu Sans always is: it comes with matplotlib.
_PREFERRED = ("Segoe UI", "Noto Sans", "Open Sans", "DejaVu Sans")

# Asked in this order for characters that the first one lacks.
_FALLBACKS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC",
    "Microsoft YaHei", "Yu Gothic", "Meiryo", "Malgun Gothic", "PingFang SC", "PingFang HK",
    "Hiragino Sans", "Hiragino Sans GB", "Apple SD Gothic Neo", "Arial Unicode MS",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Noto Sans Arabic",
    "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai", "Nirmala UI", "Leelawadee UI",
    "Geeza Pro", "Noto Sans Symbols 2", "Segoe UI Symbol",
)  # fmt: skip


@cache
def font_families() -> tuple[str, ...]:
    """Return the installed families to write with, the leading one first."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    leading = next(name for name in _PREFERRED if name in installed)
    return (leading, *(name for name in _FALLBACKS if name in installed and name != leading))


@cache
def can_write(character: str) -> bool:
    """Return whether one of the families has this character."""
    return any(ord(character) in _characters(family) for family in font_families())


@cache
def _characters(family: str) -> frozenset[int]:
    from matplotlib import font_manager

    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return frozenset(font_manager.get_font(path).get_charmap())
