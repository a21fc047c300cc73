"""What each question is answered with: the JSON contract. Fields may be added; none changes its name or meaning.

The JSON Schemas in docs/ are generated from these models. Every list has a defined order, so that the same input
gives the same bytes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.answer.changes import ChangedFinding, ExposureAnswer, WhatIfAnswer
    from models.answer.diagnosis import (
        DiagnoseAllAnswer,
        DiagnoseAnswer,
        EdgeAnswer,
        FindingAnswer,
        IssueAnswer,
        VerdictName,
    )
    from models.answer.expectations import ExpectationAnswer, ScenarioAnswer, TestAnswer
    from models.answer.parts import (
        HOW_ORDER,
        HOW_PRECEDENCE,
        AnswerModel,
        CitationAnswer,
        FactAnswer,
        GrantAnswer,
        How,
        NearMissAnswer,
        OpenedAnswer,
        OutcomeName,
        RepairGrantAnswer,
        ResidualAnswer,
        StatusName,
    )
    from models.answer.repairs import (
        BlockAnswer,
        Manner,
        RemovalAnswer,
        RemovalWay,
        RemoveAnswer,
        RepairAnswer,
        RepairWay,
        ShareAnswer,
    )
    from models.answer.requests import (
        CanAnswer,
        CanManageAnswer,
        EvaluateAnswer,
        ExplanationAnswer,
        OperationAnswer,
        SideAnswer,
    )
    from models.answer.ways import (
        GraphAnswer,
        GraphEdge,
        GraphNode,
        PathAnswer,
        PathsAnswer,
        PrincipalAnswer,
        ReachAnswer,
        ReachedAnswer,
        StepAnswer,
        WhoCanAnswer,
    )

__all__ = [
    "HOW_ORDER",
    "HOW_PRECEDENCE",
    "AnswerModel",
    "BlockAnswer",
    "CanAnswer",
    "CanManageAnswer",
    "ChangedFinding",
    "CitationAnswer",
    "DiagnoseAllAnswer",
    "DiagnoseAnswer",
    "EdgeAnswer",
    "EvaluateAnswer",
    "ExpectationAnswer",
    "ExplanationAnswer",
    "ExposureAnswer",
    "FactAnswer",
    "FindingAnswer",
    "GrantAnswer",
    "GraphAnswer",
    "GraphEdge",
    "GraphNode",
    "How",
    "IssueAnswer",
    "Manner",
    "NearMissAnswer",
    "OpenedAnswer",
    "OperationAnswer",
    "OutcomeName",
    "PathAnswer",
    "PathsAnswer",
    "PrincipalAnswer",
    "ReachAnswer",
    "ReachedAnswer",
    "RemovalAnswer",
    "RemovalWay",
    "RemoveAnswer",
    "RepairAnswer",
    "RepairGrantAnswer",
    "RepairWay",
    "ResidualAnswer",
    "ScenarioAnswer",
    "ShareAnswer",
    "SideAnswer",
    "StatusName",
    "StepAnswer",
    "TestAnswer",
    "VerdictName",
    "WhatIfAnswer",
    "WhoCanAnswer",
]

#: In the order in which they build on each other: who asks for an answer loads what is before it, and not all.
_PARTS = ("parts", "requests", "ways", "diagnosis", "repairs", "changes", "expectations")

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A command gives one kind of answer: fifty models take a tenth of a second to be made."""
        for part in _PARTS if name in __all__ else ():
            made = vars(import_module(f"{__name__}.{part}"))
            if name in made:
                return globals().setdefault(name, made[name])
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
