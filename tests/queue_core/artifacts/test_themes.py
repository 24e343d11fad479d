from __future__ import annotations

import itertools

import numpy as np
import pytest

from queue_core.artifacts.figure import Tone
from queue_core.artifacts.themes import Theme, theme_colors

# How people with each kind of colour blindness see linear RGB (Machado et al. 2009, severity 1).
SIGHTS = {
    "normal": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def _linear(color: str) -> np.ndarray:
    parts = np.array([int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _contrast(first: str, second: str) -> float:
    low, high = sorted(float(_linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (first, second))
    return (high + 0.05) / (low + 0.05)


def _lab(linear: np.ndarray) -> np.ndarray:
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.asarray(to_xyz) @ np.clip(linear, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", list(Theme))
def test_every_colour_is_clear_on_its_surface(theme: Theme) -> None:
    colors = theme_colors(theme)
    for color in [*colors.palette, *colors.sweep, colors.tones[Tone.NEGATIVE]]:
        assert _contrast(color, colors.surface) >= 3, color
    for tone in (Tone.TEXT, Tone.MUTED):
        assert _contrast(colors.tones[tone], colors.surface) >= 4.5


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("sight", list(SIGHTS))
def test_the_first_eight_colours_stay_apart_for_everybody(theme: Theme, sight: str) -> None:
    sees = np.asarray(SIGHTS[sight])
    seen = [_lab(sees @ _linear(color)) for color in theme_colors(theme).palette[:8]]
    for (i, one), (j, other) in itertools.combinations(enumerate(seen), 2):
        assert np.linalg.norm(one - other) >= 13, (i, j)
