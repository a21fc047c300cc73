"""How fast permgraph is: `make bench`. What was measured when stands in docs/performance.md."""
