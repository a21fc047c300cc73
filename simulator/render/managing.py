"""What somebody may do to a function, as text: a line for each operation, then what lacks."""

from __future__ import annotations

from rich.text import Text

from models.answer import CanManageAnswer, GrantAnswer, OperationAnswer
from simulator.render.lines import Piece, citation, counted, facts, grants, heading, line, residual, status, table
from simulator.render.names import Names


def can_manage(answer: CanManageAnswer, names: Names) -> list[Text]:
    """Return the operations as a table, and below it each statement that lacks, once."""
    rows = answer.operations
    allowed = sum(row.decision == "allowed" for row in rows)
    who, what = names.kind_and_name(answer.principal), names.bare(answer.function)
    lines = [
        line(f"{who} may do ", (f"{allowed} of {counted(len(rows), 'operation')}", "bold"), f" to {what}"),
        line(""),
    ]
    cells: list[list[Piece]] = [[status(row.decision), row.operation, _why(row)] for row in rows]
    lines += table(["decision", "operation", "lacks"], cells)
    lines += _conditions(rows) + _denials(rows, names)
    if missing := _missing(rows):
        lines += [line(""), heading(f"missing: {counted(len(missing), 'statement')}"), *grants(missing, names)]
    return lines + ([line("")] if answer.gaps or answer.assumes else []) + facts(answer.gaps, answer.assumes)


def _why(row: OperationAnswer) -> str:
    """What an operation lacks, by the actions."""
    if row.impossible:
        return row.impossible
    lacking = dict.fromkeys(grant.action for grant in row.missing)
    return ", ".join(lacking)


def _conditions(rows: tuple[OperationAnswer, ...]) -> list[Text]:
    lines = []
    for row in rows:
        if row.residual is not None:
            lines += [line(row.operation, indent=2), *residual(row.residual, indent=4)]
    return [line(""), heading("conditions"), *lines] if lines else []


def _denials(rows: tuple[OperationAnswer, ...], names: Names) -> list[Text]:
    lines = []
    for row in rows:
        if row.decision == "explicitDeny":
            lines.append(line(row.operation, indent=2))
            lines += [line(*citation(cited, names), indent=4) for cited in row.because]
    return [line(""), heading("denied by"), *lines] if lines else []


def _missing(rows: tuple[OperationAnswer, ...]) -> list[GrantAnswer]:
    every = (grant for row in rows for grant in row.missing)
    return list({(one.holder, one.side, one.action, one.resource, str(one.condition)): one for one in every}.values())
