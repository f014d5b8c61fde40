"""A component of ours by itself in a browser, without Streamlit around it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_LOAD = """async (source) => {
  const address = "data:text/javascript;charset=utf-8," + encodeURIComponent(source);
  window.mount = (await import(address)).default;
}"""


def load_component(page: Page, script: Path) -> None:
    """Make what the script exports, which Streamlit would call, the page's own `mount`."""
    page.evaluate(_LOAD, script.read_text(encoding="utf-8"))
