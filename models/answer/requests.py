"""One request, or the requests of one operation: `can`, `can-manage`, `evaluate`."""

from typing import Any

from models.answer.parts import (
    AnswerModel,
    CitationAnswer,
    FactAnswer,
    GrantAnswer,
    NearMissAnswer,
    OutcomeName,
    ResidualAnswer,
)


class SideAnswer(AnswerModel):
    """What one layer, or one level of SCPs or RCPs, says by itself; `policies` were read, `gaps` could not be."""

    layer: str
    holder: str | None
    decision: OutcomeName
    policies: tuple[str, ...]
    because: tuple[CitationAnswer, ...]
    near_misses: tuple[NearMissAnswer, ...]
    gaps: tuple[FactAnswer, ...]


class ExplanationAnswer(AnswerModel):
    """A decision taken apart. `refusal`: the sentence in which AWS would refuse it; None: it isn't denied."""

    refusal: str | None = None
    sides: tuple[SideAnswer, ...]


class CanAnswer(AnswerModel):
    """`caller`: how AWS's messages name who asks; `impossible`: why nothing can allow it, where that is so."""

    principal: str
    action: str
    resource: str
    decision: OutcomeName
    because: tuple[CitationAnswer, ...]
    layers: dict[str, OutcomeName]
    near_misses: tuple[NearMissAnswer, ...]
    residual: ResidualAnswer | None
    gaps: tuple[FactAnswer, ...]
    missing: tuple[GrantAnswer, ...]
    assumes: tuple[FactAnswer, ...]
    caller: str | None = None
    impossible: str | None = None
    explanation: ExplanationAnswer | None = None


class OperationAnswer(AnswerModel):
    """`actions`: all that the operation takes; `impossible`: why no statement can mend it, where that is so."""

    operation: str
    decision: OutcomeName
    missing: tuple[GrantAnswer, ...]
    residual: ResidualAnswer | None
    actions: tuple[str, ...]
    because: tuple[CitationAnswer, ...] = ()
    impossible: str | None = None


class CanManageAnswer(AnswerModel):
    principal: str
    function: str
    operations: tuple[OperationAnswer, ...]
    gaps: tuple[FactAnswer, ...]
    assumes: tuple[FactAnswer, ...]


class EvaluateAnswer(AnswerModel):
    id: Any
    decision: OutcomeName
    because: tuple[CitationAnswer, ...]
    layers: dict[str, OutcomeName]
    near_misses: tuple[NearMissAnswer, ...]
    residual: ResidualAnswer | None
