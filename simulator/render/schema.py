"""docs/answers.schema.json: the contract of the JSON answers, generated from the models that they are made of.

`python -m simulator.render.schema` writes it; a test compares.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from models import answer

#: Command -> what it answers with `--format json` (`evaluate`: on each line).
ANSWERS: dict[str, type[answer.AnswerModel]] = {
    "can": answer.CanAnswer,
    "paths": answer.PathsAnswer,
    "who-can": answer.WhoCanAnswer,
    "reach": answer.ReachAnswer,
    "diagnose": answer.DiagnoseAnswer,
    "diagnose --all": answer.DiagnoseAllAnswer,
    "can-manage": answer.CanManageAnswer,
    "what-if": answer.WhatIfAnswer,
    "repair": answer.RepairAnswer,
    "repair --remove": answer.RemoveAnswer,
    "test": answer.TestAnswer,
    "graph": answer.GraphAnswer,
    "evaluate": answer.EvaluateAnswer,
}


def answers_schema() -> dict[str, Any]:
    """Return one JSON Schema that holds for the answer of any command, with a definition for each.

    Further fields are allowed, although the models have none: a later version may add some.
    """
    models = [(model, "serialization") for model in ANSWERS.values()]
    _, made = models_json_schema(models, by_alias=True)  # type: ignore[arg-type]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "permgraph: what each command answers with --format json",
        "anyOf": [
            {"title": command, "$ref": f"#/$defs/{model.__name__}"} for command, model in sorted(ANSWERS.items())
        ],
        "$defs": _open(made["$defs"]),
    }


def _open(schema: Any) -> Any:
    if isinstance(schema, dict):
        kept = {key: _open(value) for key, value in schema.items()}
        if kept.get("additionalProperties") is False:
            del kept["additionalProperties"]
        return kept
    return [_open(value) for value in schema] if isinstance(schema, list) else schema


def as_text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(answers_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/answers.schema.json").write_text(as_text(), encoding="utf-8")
