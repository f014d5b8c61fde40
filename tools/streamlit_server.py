"""Streamlit serving app.py, told beforehand what app.py can only tell it later.

`python -m tools.streamlit_server --server.port 8501 ...` takes Streamlit's own options.
"""

from __future__ import annotations

import sys


def main() -> None:
    from streamlit import net_util
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.web import cli

    # Until a process has called st.navigation once, Streamlit takes a folder named `pages` for
    # a multipage app of the old kind, and the address of a page, opened first after a start,
    # for one that does not exist.
    PagesManager.uses_pages_directory = False
    # Before it refuses a page of another origin, Streamlit asks the internet for this machine's
    # public address, to compare. A page is refused without; nothing is sent from here.
    net_util.get_external_ip = lambda: None
    sys.argv = ["streamlit", "run", "app.py", *sys.argv[1:]]
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
