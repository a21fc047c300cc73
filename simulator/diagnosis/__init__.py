"""The troubleshooting list for a function: one table of rules, and the checks that find what they tell of."""
