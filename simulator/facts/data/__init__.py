"""Data files only; each names its source and date."""
