"""What a function's configuration asks of its execution role: one table, for code, tests and docs/features.md."""
