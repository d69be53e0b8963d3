"""The Streamlit entry: `make dashboard`, or `streamlit run dashboard.py`."""

from controlmap import app

app.main()
