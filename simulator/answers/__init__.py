"""One module per question: a pure function from a world and a question to its answer."""
