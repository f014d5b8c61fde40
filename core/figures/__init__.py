"""Arrays and metric rows in, Plotly's figures out. Knows nothing of TensorFlow or Streamlit."""
