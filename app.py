"""The router: page configuration, navigation and sidebar. Knows nothing of what a page does."""

import streamlit as st

from pages.session import address, ahead, state
from pages.widgets.frame import sidebar
from pages.widgets.page import guarded

st.set_page_config(
    page_title="ConvScope",
    page_icon=sidebar.icon(),
    layout="wide",
    initial_sidebar_state=sidebar.WIDTH,
)

SECTIONS = {
    "": [
        st.Page("pages/start/start.py", title="Start", icon=":material/home:", default=True),
    ],
    "Data": [
        st.Page("pages/data/browse.py", title="Browse", icon=":material/photo_library:"),
    ],
    "Design": [
        st.Page("pages/design/design.py", title="Design", icon=":material/tune:"),
    ],
    "Train": [
        st.Page(
            "pages/train/lr_range.py",
            title="Learning-rate range test",
            icon=":material/troubleshoot:",
        ),
        st.Page("pages/train/train.py", title="Train", icon=":material/play_circle:"),
        st.Page("pages/train/studies/studies.py", title="Studies", icon=":material/biotech:"),
    ],
    "Understand": [
        st.Page("pages/understand/evaluate.py", title="Evaluate", icon=":material/grid_on:"),
        st.Page("pages/understand/mistakes.py", title="Mistakes", icon=":material/rule:"),
        st.Page("pages/understand/feature_maps.py", title="Feature maps", icon=":material/layers:"),
    ],
    "Use": [
        st.Page("pages/use/classify.py", title="Classify a photo", icon=":material/add_a_photo:"),
    ],
}
page = st.navigation(SECTIONS, position="hidden")

# Each in a guard of its own: what is wrong with one run must not take the page with it.
with guarded():
    address.remember()
with guarded():
    sidebar.show(SECTIONS)
with guarded():
    page.run()
with guarded():
    ahead.begin(state.run_id())
