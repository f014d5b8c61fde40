"""Names that would be more than names, if a page let them."""

from __future__ import annotations

import string

OUTSIDE = "http://203.0.113.1"  # an address that is nobody's: a request for it is a fault

# What a folder can be called.
SET = "**set** $x$ :red[x] <img src=x> `c`"
BROKEN_SET = "[b](x) **one class**"
CLASSES = (
    "![p](x) :smile: :streamlit: www.example.org -> --",
    "**b** $x$ :red[x]",
    "1. # `c` ~~s~~ \u202ertl",
    "<img src=x onerror=alert(1)> &amp; $$x$$",
    "long " + "name" * 59,
)
TITLES = (
    f"![p]({OUTSIDE}/x.png)",
    f"<img src={OUTSIDE}/y.png>",
    f"[a]({OUTSIDE})",
    f"{OUTSIDE}/z",
    f"<{OUTSIDE}/w>",
    "www.example.org a@example.org mailto:a@example.org",
)
MARKDOWN = (
    *CLASSES[:-1],
    SET,
    *TITLES,
    string.printable.strip(),
    string.punctuation,
    string.punctuation[::-1],
    "".join(f"{mark} {mark}{mark}a{mark}" for mark in string.punctuation),
    "a -> b -- c <- d <-> e >= f <= g ~= h",
    "->",
    "--",
    "<->",
    "<-->-->=<=~=--->",
    ":material/home: :material_home: :smile: :+1: :streamlit: :a:b:",
    ":material/home::material/home:",
    ":help[x] :small[y] :color[z]{foreground=red} :red-badge[b] ::leaf[l]{a=b}",
    ":::container",
    "`c` ```d``` ~~s~~ ~t~ _u_ __v__ *w* ***x***",
    "# h",
    "1. x",
    "2) x",
    "- x",
    "+ x",
    "> x",
    "---",
    "===",
    "| a | b | c |",
    "[ ] x",
    "[^1] [x]: y",
    "    code",
    " x  y   z ",
    "a\u00a0b\u3000c",
    "\u3000x\u3000",
    "*",
    "\\",
    "a\\",
    "&lt;b&gt; &#42; &nbsp;x &copy;",
    "<script>alert(1)</script> <!-- c -->",
    "$x$ $$y$$ \\(z\\) \\[w\\]",
    "\U0001f431\u200d\U0001f464 caf\u00e9 \u05d0\u05d1\u05d2 \u4e2d\u6587",
    "x" * 300,
    "[x](y) " * 40,
)
