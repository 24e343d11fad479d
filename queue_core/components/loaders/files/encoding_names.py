"""Names of the encodings that a text is likely to have."""

from __future__ import annotations

UTF8 = "utf-8"
ALTERNATIVES = ("cp1252", "iso-8859-15", "cp1250", "cp1251", "shift_jis", "gb18030", "utf-16")
