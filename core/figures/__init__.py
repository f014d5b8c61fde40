"""Arrays and metric rows in, plotly Figures out. Knows nothing of TensorFlow or Streamlit."""
