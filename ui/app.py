"""The explorer's entry point: which pages there are."""

import streamlit as st

_EXPLORE = st.Page("pages/explore.py", title="permgraph", default=True)
_DIAGNOSE = st.Page("pages/diagnose.py", title="permgraph: diagnose", url_path="diagnose")
_WHAT_IF = st.Page("pages/what_if.py", title="permgraph: what if", url_path="what_if")

st.navigation([_EXPLORE, _DIAGNOSE, _WHAT_IF], position="hidden").run()
