"""One module per question: a pure function from a world and a question to its answer."""

from simulator.native import compiled

__path__ = [*compiled(__name__), *__path__]
