"""What this program stands on: each installed package with its version and its licence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

from queue_core.extras import DISTRIBUTION

# How the texts of licences begin that packages bring without naming them.
_TEXTS = {
    "MIT": "Permission is hereby granted, free of charge",
    "BSD": "Redistribution and use in source and binary forms",
    "Apache-2.0": "Apache License",
}


@dataclass(frozen=True)
class Package:
    """A package that the program uses.

    Attributes:
        name: As it calls itself.
        version: Its version.
        licence: As it states it, short; empty where it states none.
    """

    name: str
    version: str
    licence: str


def packages_in_use(*, without: frozenset[str] = frozenset({"dev"})) -> list[Package]:
    """Return what the program needs and has, and what that needs in turn, by name.

    Args:
        without: Extras of the program that do not count.
    """
    found: dict[str, metadata.Distribution] = {}
    waiting = list(_needed(DISTRIBUTION, without))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # of an extra, or of another system
            continue
        waiting.extend(_needed(name))
    packages = (Package(item.name, item.version, licence_of(item)) for item in found.values())
    return sorted(packages, key=lambda package: package.name.lower())


def _needed(name: str, without: frozenset[str] | None = None) -> list[str]:
    """Return the names in a package's requirements; of its extras only where some are left out."""
    needed = []
    for line in metadata.requires(name) or []:
        requirement, _, marker = line.partition(";")
        extra = re.search(r"extra\s*==\s*[\"']([^\"']+)", marker)
        if extra is None or (without is not None and extra[1] not in without):
            needed.append(plain_name(re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0]))
    return needed


def plain_name(name: str) -> str:
    """Return a package's name as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower().strip()


def licence_of(package: metadata.Distribution) -> str:
    """Return the licence as the package states it, short."""
    said = package.metadata
    if "License-Expression" in said:
        return said["License-Expression"]
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in said.get_all("Classifier") or []
        if text.startswith("License ::") and not text.endswith("OSI Approved")
    ]
    if classifiers:
        return ", ".join(classifiers)
    stated = said["License"].strip().split("\n")[0][:80] if "License" in said else ""
    return stated or _licence_in_files(package)


def _licence_in_files(package: metadata.Distribution) -> str:
    for file in package.files or []:
        if re.search(r"LICEN[CS]E|COPYING", file.name, re.IGNORECASE):
            try:
                text = " ".join(file.read_text(encoding="utf-8").split())
            except (OSError, ValueError):
                continue
            for name, beginning in _TEXTS.items():
                if beginning in text:
                    return name
    return ""
