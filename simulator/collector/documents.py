"""The one table of policy documents that a snapshot's models refer to."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from models.snapshot import document_id


class Documents:
    """Policy documents by the hash of their content, so that a document that stands in many places is kept once."""

    def __init__(self) -> None:
        self.table: dict[str, Any] = {}

    def add(self, document: Any) -> str:
        """Keep a document (an object, or its text) and return its name in the table."""
        content = as_object(document)
        name = document_id(content)
        self.table[name] = content
        return name

    def add_if_any(self, document: Any) -> str | None:
        """The same; None for null and for empty text, which is how AWS says that there is no policy."""
        return None if document is None or document == "" else self.add(document)


def as_object(document: Any) -> Any:
    """Return what a document's text says; text that is no JSON stays text, for the policy parser to refuse by name."""
    if not isinstance(document, str):
        return document
    # IAM's own API percent-encodes documents; boto3 and the AWS CLI decode them, other tools don't.
    text = unquote(document) if document.lstrip().startswith("%7B") else document
    try:
        return json.loads(text)
    except ValueError:
        return document
