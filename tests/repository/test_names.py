"""A name or an error's words meet Markdown only through as_is or as_lines.

What is held here is what an expression shows of itself; what a name is by the time it is drawn,
tests/browser/test_names.py sees.
"""

import ast
from collections.abc import Iterator

from tests.repository.sources import PAGES, relative, text_of

# Of Streamlit: their first argument, and some of the named ones, are Markdown.
MARKDOWN = {
    *("markdown", "caption", "error", "warning", "info", "success", "toast", "title", "header"),
    *("subheader", "metric", "progress", "page_link", "link", "button", "download_button"),
    *("expander", "popover", "badge", "spinner", "empty_state", "checkbox", "toggle"),
}
NAMED = {"label", "text", "help", "body", "caption"}
# What is called so is, or may be, somebody else's words.
FOREIGN = {
    *("name", "title", "classes", "problem", "description", "source", "reason"),
    *("error", "advice", "message", "note", "device"),
}
OURS = {"preset", "recipe"}  # they ship with ConvScope
ESCAPES = {"as_is", "as_lines", "short", "len"}


def markdown_arguments(call: ast.Call) -> list[ast.expr]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in MARKDOWN:
        return []
    named = [word.value for word in call.keywords if word.arg in NAMED]
    values = call.args[:2] if call.func.attr in ("metric", "link") else call.args[:1]
    return [*values, *named]


def foreign(node: ast.AST) -> Iterator[str]:
    """The names and errors in an expression that nothing escapes."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called in ESCAPES:
            return
        if called.endswith("title"):
            yield called
    if isinstance(node, ast.Attribute) and node.attr in FOREIGN:
        owner = ast.unparse(node.value).removesuffix("[draft.recipe]")
        if owner not in OURS | {"RECIPES"}:
            yield ast.unparse(node)
    if isinstance(node, ast.Name) and node.id in {"error", "name", "problem", "reason"}:
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from foreign(child)


def test_no_name_meets_markdown_as_it_comes():
    found = [
        f"{relative(path)}:{node.lineno} {word}"
        for path in PAGES
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Call)
        for argument in markdown_arguments(node)
        for word in foreign(argument)
    ]
    assert not found, "\n".join(found)


def test_the_rule_finds_what_it_looks_for():
    for text in (
        "st.error(str(error))",
        'st.caption(f"**{run.title}**")',
        "st.metric('a', b.name)",
    ):
        call = ast.parse(text).body[0].value
        assert [word for argument in markdown_arguments(call) for word in foreign(argument)], text
    call = ast.parse('st.caption(f"**{as_is(run.title)}** {count}")').body[0].value
    assert not [word for argument in markdown_arguments(call) for word in foreign(argument)]


def test_no_name_goes_into_a_badge():
    """st.badge escapes brackets once more, so that what as_is gives would show its escapes."""
    labels = [
        ast.unparse(node.args[0])
        for path in PAGES
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(".badge")
        and node.args
        and ast.unparse(node.func) != "datasets.badge"
        and not isinstance(node.args[0], ast.Constant)
    ]
    assert set(labels) <= {"label", "str(status.state)"}
