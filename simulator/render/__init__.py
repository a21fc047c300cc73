"""Answers as something to look at: text for a terminal, graph files. Decides nothing."""
