"""The explorer's entry point: which pages there are."""

import streamlit as st

st.navigation([st.Page("pages/explore.py", title="permgraph", default=True)], position="hidden").run()
