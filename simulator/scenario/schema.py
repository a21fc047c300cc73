"""The JSON Schema of scenario files, which editors check them with while they are written.

`python -m simulator.scenario.schema` writes docs/scenario.schema.json anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from models.scenario import Scenario

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "docs" / "scenario.schema.json"


def schema_text() -> str:
    """Return the schema as the file has it."""
    schema = Scenario.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "permgraph scenario"}
    return json.dumps(head | {key: value for key, value in schema.items() if key not in head}, indent=1) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
