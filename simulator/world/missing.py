"""What a snapshot lacks, as answers name it: gaps, and the assumptions that nobody asked about."""

from __future__ import annotations

from models.decision import FactKind, MissingFact
from models.snapshot import Snapshot


def unknown_key(key: str) -> MissingFact:
    return MissingFact(FactKind.ATTRIBUTES, key, "in no table of condition keys: taken as open", refused=False)


def facts_of(snapshot: Snapshot, strict: bool) -> dict[tuple[FactKind, str], MissingFact]:
    facts = {
        (item.what, item.about): MissingFact(item.what, item.about, item.reason, refused=strict)
        for item in snapshot.assumptions
    }
    for gap in snapshot.gaps:
        reason = f"{gap.call} {gap.status}" + (f": {gap.message}" if gap.message else "")
        facts[(gap.what, gap.about)] = MissingFact(gap.what, gap.about, reason)
    return facts
