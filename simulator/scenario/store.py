"""Keeps the documents of a snapshot in the making, each once."""

from __future__ import annotations

from typing import Any

from models.snapshot import document_id


class Store:
    """Documents by the hash of their content."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}

    def put(self, document: Any) -> str:
        """Keep a document, and return the name it has in a snapshot."""
        name = document_id(document)
        self.documents[name] = document
        return name
