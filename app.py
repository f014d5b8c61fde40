"""The router: page configuration, navigation and sidebar. Knows nothing of what a page does."""

import streamlit as st

from pages.components import layout, sidebar, state

st.set_page_config(page_title="ConvScope", page_icon=sidebar.icon(), layout="wide")

page = st.navigation(
    {
        "": [
            st.Page("pages/start.py", title="Start", icon=":material/home:", default=True),
        ],
        "Data": [
            st.Page("pages/browse.py", title="Browse", icon=":material/photo_library:"),
        ],
        "Design": [
            st.Page("pages/design.py", title="Design", icon=":material/tune:"),
        ],
        "Train": [
            st.Page(
                "pages/range_test.py",
                title="Learning-rate range test",
                icon=":material/troubleshoot:",
            ),
            st.Page("pages/train.py", title="Train", icon=":material/play_circle:"),
        ],
        "Understand": [
            st.Page("pages/evaluate.py", title="Evaluate", icon=":material/grid_on:"),
            st.Page("pages/mistakes.py", title="Mistakes", icon=":material/rule:"),
            st.Page("pages/feature_maps.py", title="Feature maps", icon=":material/layers:"),
        ],
        "Use": [
            st.Page("pages/classify.py", title="Classify a photo", icon=":material/add_a_photo:"),
        ],
    },
    expanded=True,
)

state.remember_address()
sidebar.show()
with layout.guarded():
    page.run()
