"""Opens a page of the app as a browser would, through the router, without a browser."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT

APP = ROOT / "app.py"
PAGES = {
    path.stem: path.relative_to(APP.parent).as_posix()
    for path in (APP.parent / "pages").rglob("*.py")
    if path.read_text(encoding="utf-8").endswith("\nmain()\n")
}


def open_app(**query: str) -> AppTest:
    """The Start page of a new session."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return healthy(app.run())


def open_page(name: str, title: str, **query: str) -> AppTest:
    """A new session that goes to the page of that file name, whose title is `title`."""
    return go_to(open_app(), name, title, **query)


def go_to(app: AppTest, name: str, title: str, **query: str) -> AppTest:
    """Go to another page in the same session; links drop what is in the address."""
    app.switch_page(PAGES[name])
    app.query_params.clear()
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert app.title[0].value == title  # a wrong address silently shows the default page
    return healthy(app)


def healthy(app: AppTest) -> AppTest:
    assert not app.exception, [item.value for item in app.exception]
    return app


def metrics(app: AppTest) -> dict[str, str]:
    """Label -> value of the metric cards; of equal labels the first."""
    return {item.label: seen(item.value) for item in reversed(app.metric)}


def texts(app: AppTest) -> str:
    """All Markdown and captions of the page."""
    return seen(
        "\n".join([*(item.value for item in app.markdown), *(c.value for c in app.caption)])
    )


def errors(app: AppTest) -> list[str]:
    """The page's error boxes, as they are read."""
    return [seen(item.value) for item in app.error]


def seen(markdown: str) -> str:
    """What pages.widgets.text.as_is has escaped, as a person sees it."""
    plain = re.sub(r"\\([^\sA-Za-z0-9])", r"\1", markdown.replace(":small[]", ""))
    return plain.replace("&#160;", " ")


def parameter(app: AppTest, name: str) -> str:
    """One query parameter of the address."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]
