"""`python -m core ...`: the same work as the dashboard's, without a browser."""
