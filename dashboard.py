"""The Streamlit entry: `make dashboard`, or `streamlit run dashboard.py`."""

from controlmap.dashboard import app

app.main()
