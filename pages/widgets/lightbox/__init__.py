"""Enlarging in place: the script and the style that components with pictures put before theirs.

A component's script is one module without imports, so what several share is handed on as text.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
LIGHTBOX_JS = (_HERE / "lightbox.js").read_text(encoding="utf-8")
LIGHTBOX_CSS = (_HERE / "lightbox.css").read_text(encoding="utf-8")
