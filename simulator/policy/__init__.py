"""The policy engine: pure functions over models; no I/O, no graph, no clock but the request's."""

from simulator.native import compiled

__path__ = [*compiled(__name__), *__path__]
