"""Compiles the catalogues of the translations; all else about the package is in pyproject.toml."""

import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TRANSLATIONS = Path(__file__).parent / "packaging" / "translations.py"


class BuildWithCatalogues(build_py):
    """Compiles before files are collected; an editable installation passes here, too."""

    def run(self) -> None:
        """Compile, then build."""
        runpy.run_path(str(TRANSLATIONS))["compile_all"]()
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
