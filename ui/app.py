"""The explorer's entry point: which pages there are."""

import streamlit as st

_EXPLORE = st.Page("pages/explore.py", title="permgraph", default=True)
_DIAGNOSE = st.Page("pages/diagnose.py", title="permgraph: diagnose", url_path="diagnose")

st.navigation([_EXPLORE, _DIAGNOSE], position="hidden").run()
