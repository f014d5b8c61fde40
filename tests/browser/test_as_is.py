"""Names in Markdown, seen by Streamlit's own front end: character by character what they are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.reading import visible
from tests.browser.hostile import MARKDOWN
from tools.clicks import wait_until_idle
from tools.dashboard import ROOT, Complaints, Server

pytestmark = pytest.mark.browser

SCRIPT = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from pages.widgets.text import as_is, as_lines
from tests.browser.hostile import MARKDOWN

KINDS = {{
    "markdown": st.markdown,
    "bold": lambda text: st.markdown(f"**{{text}}**"),
    "heading": lambda text: st.markdown(f"#### {{text}} &ensp; :gray[1]"),
    "coloured": lambda text: st.markdown(f":gray[{{text}}]"),
    "caption": st.caption,
    "error": lambda text: st.error(text, icon=":material/error:"),
    "button": st.button,
    "link": lambda text: st.page_link("http://127.0.0.1/", label=text),
    "metric": lambda text: st.metric(text, 0),
    "value": lambda text: st.metric("Value", text),
    "expander": st.expander,
    "progress": lambda text: st.progress(0.5, text=text),
}}
for place, text in enumerate(MARKDOWN):
    for kind, draw in KINDS.items():
        with st.container(key=f"shown-{{kind}}-{{place}}"):
            draw(as_is(text))
one, other = MARKDOWN[:2]
with st.container(key="others"):
    st.error(as_lines("one *a*\\n  two\\n# three\\n"), icon=":material/error:")
    st.segmented_control("Segments", [as_is(one), as_is(other)])
    st.metric("Help", 0, help=as_is(other))
    st.selectbox("Options", MARKDOWN)
    st.multiselect("Several", MARKDOWN, default=[other])
    st.toast(as_lines(other), duration="infinite")
"""


class Script(Server):
    """The same server with another script."""

    script: Path

    def command(self) -> list[str]:
        address = ["--server.address", "127.0.0.1", "--server.port", str(self.port)]
        return [sys.executable, "-m", "streamlit", "run", str(self.script), *address]


@pytest.fixture
def script(tmp_path: Path, runs_folder: Path) -> Iterator[Server]:
    server = Script(runs_folder, tmp_path / "streamlit.log")
    server.script = tmp_path / "names.py"
    server.script.write_text(SCRIPT.format(root=str(ROOT)), encoding="utf-8")
    server.start()
    yield server
    server.kill()


TEXTS = ':is([data-testid="stMarkdownContainer"], [data-testid="stCaptionContainer"])'
READ = f"""() => Object.fromEntries(
  [...document.querySelectorAll('[class*="st-key-shown-"]')].map((node) => [
    [...node.classList].find((name) => name.startsWith("st-key-shown-")).slice(13),
    [...node.querySelectorAll('{TEXTS}')].map((text) => text.innerText),
  ]))"""
MADE = (
    '[data-testid="stMarkdownContainer"] :is(a:not([href^="#"]), img, code, em, del, li, hr, table)'
)


def test_names_are_seen_as_they_are(script: Server, page: Page, complaints: Complaints):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(script.url)
    wait_until_idle(page)
    others = page.locator(".st-key-others")
    expect(others.get_by_test_id("stMultiSelect")).to_be_visible()
    shown = page.locator(f'[class*="st-key-shown-"] {TEXTS}')
    expect(shown).to_have_count(14 * len(MARKDOWN))  # 12 kinds; a metric is label and value
    for kind, texts in page.evaluate(READ).items():
        what, _, place = kind.partition("-")
        text = texts[-1 if what == "value" else 0]
        expected = spaces(visible(MARKDOWN[int(place)])[0])
        assert (kind, spaces(text)) == (kind, expected + "   1" * (what == "heading"))
    assert page.locator(MADE).all_inner_texts() == []
    check_the_others(page, others)
    assert [url for url in asked if not url.startswith((script.url, "data:"))] == []
    assert complaints.lines == []


def check_the_others(page: Page, others: Locator) -> None:
    """Lines, segments and help are Markdown; options and values are plain text already."""
    one, other = MARKDOWN[:2]
    alert = spaces(others.get_by_test_id("stAlertContentError").inner_text())
    assert alert.endswith("one *a*\n  two\n# three")
    segments = others.get_by_test_id("stButtonGroup").get_by_role("radio")
    assert segments.all_inner_texts() == [one, other]
    assert page.get_by_test_id("stToast").inner_text().strip() == other
    assert other in others.get_by_test_id("stMultiSelect").inner_text()
    expect(others.get_by_role("combobox", name="Options")).to_have_value(one)


def spaces(text: str) -> str:
    for space in "\u00a0\u2002\u3000":
        text = text.replace(space, " ")
    return text
