"""docs/features.md and docs/rules.md: what a function needs, and what a diagnosis checks, generated from their tables.

`python -m simulator.render.diagnosis_pages` writes both; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from models.finding import Verdict
from simulator.diagnosis.rules import RULES, Rule
from simulator.features.table import FEATURES, Feature, Need

_ROOT = Path(__file__).parents[2]
_DOCS, _SCENARIOS = _ROOT / "docs", _ROOT / "scenarios"
FEATURES_PAGE, RULES_PAGE = _DOCS / "features.md", _DOCS / "rules.md"

_ABOUT_FEATURES = """\
# What a function needs to run, by feature

Generated from the table in `simulator/features/table.py` by `python -m simulator.render.diagnosis_pages`: edit that.
Each row says which page of AWS's documentation it follows, as of November 2026.

Whatever a function is configured to have, its execution role has to trust `lambda.amazonaws.com` (sts:AssumeRole), and
what its code calls comes on top: it is declared in a scenario's `code_calls:`. Of all that is listed for a feature the
role needs everything, less what an explicit deny, a permissions boundary, an SCP or an RCP takes away again; where the
resource has a policy of its own, that counts as well. No row asks for `sts:AssumeRole` on the role itself: Lambda hands
its credentials to the code.
"""

_ABOUT_RULES = """\
# What `permgraph diagnose` checks

Generated from the table in `simulator/diagnosis/rules.py` by `python -m simulator.render.diagnosis_pages`: edit that.
A rule's id is stable. A finding of a rule that isn't held to is a *failure* where the function, or what invokes it,
doesn't work; a *warning* where it works and something is lost or left open; a *note* where there is only something to
say. Where a condition that nobody knows decides, it is `conditional`, where the snapshot lacks a fact, `unknown`.

The example of each rule is a scenario that comes with permgraph: `permgraph test` holds it to what it says, and
`permgraph diagnose` tells of its functions.
"""

_WORD = {Verdict.FAIL: "failure", Verdict.WARNING: "warning", Verdict.PASS: "note"}


def features_page() -> str:
    """The page as the file holds it."""
    return _ABOUT_FEATURES + "".join(map(_feature, FEATURES))


def _feature(feature: Feature) -> str:
    lines = [f"\n## {feature.label}\n", f"When: {feature.when}.\n"]
    if feature.note:
        lines.append(f"{feature.note}\n")
    if feature.needs:
        lines += ["| asks | actions | on | rule |", "|---|---|---|---|"]
        lines += [_need(need) for need in feature.needs]
        lines.append("")
    lines.append(f"Source: {feature.source}.\n")
    return "\n".join(lines)


def _need(need: Need) -> str:
    actions = ", ".join(f"`{action}`" for action in need.actions)
    alone = "; by the role's own policies" if need.own_side else ""
    on = "`*`" if need.on.value == "*" else need.on.value
    return f"| {need.by.value}{alone} | {actions} | {on} | [{need.check}](rules.md#{need.check}) |"


def rules_page() -> str:
    """The page as the file holds it."""
    return _ABOUT_RULES + "".join(_parts())


def example(rule: Rule) -> Path:
    """The scenario with a function that isn't held to a rule and one that is."""
    return _SCENARIOS / f"rule-{rule.id}.yaml"


def _parts() -> Iterator[str]:
    for part, rules in groupby(RULES.values(), key=lambda rule: rule.part):
        yield f"\n## Of the {part}\n"
        yield from map(_rule, rules)


def _rule(rule: Rule) -> str:
    file = example(rule)
    return "\n".join(
        (
            f"\n### {rule.id}\n",
            f"{rule.what} {rule.why}\n",
            f"If not: a {_WORD[rule.verdict]}. Source: {rule.source}.\n",
            f"Example: [{file.name}](../scenarios/{file.name})\n",
            "```yaml",
            file.read_text("utf-8").rstrip(),
            "```\n",
        )
    )


if __name__ == "__main__":
    FEATURES_PAGE.write_text(features_page(), encoding="utf-8")
    RULES_PAGE.write_text(rules_page(), encoding="utf-8")
