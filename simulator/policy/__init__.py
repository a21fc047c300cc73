"""The policy engine: pure functions over models; no I/O, no graph, no clock but the request's."""
