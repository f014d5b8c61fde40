"""Streamlit serving app.py, told beforehand what app.py can only tell it later, and made quicker.

`python -m tools.streamlit_server --server.port 8501 ...` takes Streamlit's own options.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state.session_state import SessionState

_copy_of_all = SessionState.filtered_state.fget


class OneByOne(Mapping[str, Any]):
    """What a session holds by key, each looked up when it is asked for.

    Number fields and lists copy all that the session holds to look up their own key, so that
    drawing a page takes the square of its fields: more than half of the time of a network of 32
    blocks.
    """

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_copy_of_all(self._state))

    def __len__(self) -> int:
        return len(_copy_of_all(self._state))


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
    SessionState.filtered_state = property(OneByOne)
    sys.argv = ["streamlit", "run", "app.py", *sys.argv[1:]]
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
