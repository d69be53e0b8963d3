"""The dashboard: Streamlit, here only."""
