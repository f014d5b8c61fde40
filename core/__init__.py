"""Everything ConvScope does without a browser. Nothing under here imports Streamlit."""
