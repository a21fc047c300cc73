"""What stands out of a what-if, and what is gathered: for people, and for a pull request."""

from __future__ import annotations

from typing import Any

import pytest

from models.answer import ChangedFinding, ExposureAnswer, OpenedAnswer, WhatIfAnswer
from simulator.render import what_if
from simulator.render.names import Names
from tests.worlds import ONE, TWO, function, role, user

F, JOB = function("f", TWO), role("job", TWO)
NAMES = Names({ONE: "partner", TWO: "ours"})


def opened(source: str, target: str = F, kind: str = "invokes", **more: Any) -> OpenedAnswer:
    row = {"from": source, "to": target, "kind": kind, "before": "missing", "after": "allowed", "via": ()}
    return OpenedAnswer.model_validate(row | more)


def exposed(to: str, target: str = JOB, **more: Any) -> ExposureAnswer:
    row = {"to": to, "target": target, "kind": "assumes", "before": "missing", "after": "unknown"}
    return ExposureAnswer.model_validate(row | more)


def answered(**parts: Any) -> WhatIfAnswer:
    return WhatIfAnswer.model_validate({"changes": ({},), "opens": (), "closes": ()} | parts)


def shown(answer: WhatIfAnswer, **more: Any) -> str:
    return "\n".join(row.plain.rstrip() for row in what_if.text(answer, NAMES, **more))


def section(text: str, title: str) -> list[str]:
    """The lines under a title."""
    _, _, rest = text.partition(f"\n\n{title}")
    return rest.partition("\n\n")[0].splitlines()


EVERYBODY = answered(
    opens=(opened("anyone"), opened(user("dev", TWO))),
    exposure=(
        exposed("anyone", F, kind="invokes", after="allowed"),
        exposed("organization:o-1"),
        exposed(f"account:{ONE}"),
    ),
)


def test_who_is_exposed_to_whom_stands_before_all_else() -> None:
    text = shown(EVERYBODY)
    assert text.index("\nexposed\n") < text.index("\nopens  1 pair\n")
    _, heads, *rows, note = section(text, "exposed")
    assert heads.split() == ["to", "what", "kind", "before", "after", "via"]
    assert [row.split() for row in rows] == [
        ["+", "everybody", "function", "f", "invokes", "missing", "allowed"],
        ["+", "organization", "o-1", "role", "job", "assumes", "missing", "unknown"],
        [
            "+",
            "account",
            ONE,
            "(partner),",
            "which",
            "was",
            "not",
            "read",
            "role",
            "job",
            "assumes",
            "missing",
            "unknown",
        ],
    ]
    assert note.strip() == what_if.BOTH_SIDES


def test_what_is_exposed_to_everybody_is_told_once() -> None:
    assert not [row for row in section(shown(EVERYBODY), "opens") if "anyone" in row or "everybody" in row]


def test_what_is_no_longer_exposed_has_another_mark() -> None:
    answer = answered(exposure=(exposed("anyone", before="allowed", after="missing"),))
    assert section(shown(answer), "exposed")[2].split()[:2] == ["-", "everybody"]


def test_that_only_strangers_come_in_is_not_called_nothing() -> None:
    answer = answered(exposure=(exposed(f"account:{ONE}"),))
    assert shown(answer).startswith("EXPOSES  1 change: ")
    assert shown(answered()) == "NOTHING  opens or closes with 1 change"


def test_takeovers_stand_apart_by_what_is_taken_over() -> None:
    people = [user(name, TWO) for name in ("ann", "bob", "carl", "dora")]
    answer = answered(
        opens=(*(opened(one, kind="changes") for one in people), opened(people[0])),
        closes=(opened(people[0], JOB, "changes", before="allowed", after="missing"),),
    )
    text = shown(answer)
    assert section(text, "can be taken over")[2].split() == (
        f"function f 4 users of account {TWO} (ours): ann, bob, carl, … missing allowed".split()
    )
    assert " ".join(section(text, "can no longer be taken over")[2].split()) == "role job user ann allowed missing"
    assert section(text, "opens")[0].strip() == "1 pair"
    assert len(section(shown(answer, unfold=True), "can be taken over")) == 2 + len(people)


def test_the_pair_that_was_asked_about_stands_apart_from_what_also_opens() -> None:
    dev, batch = user("dev"), user("batch")
    text = shown(answered(opens=(opened(batch), opened(dev))), asked=(dev, F))
    (row,) = section(text, "asked about")[2:]
    assert row.split() == f"user dev of account {ONE} (partner) function f invokes missing allowed".split()
    (row,) = section(text, "also opens")[2:]
    assert row.split()[:2] == ["user", "batch"]


def test_the_account_is_told_where_it_is_another_one() -> None:
    bucket = opened(user("dev", TWO), "arn:aws:s3:::b", "feeds")
    text = shown(answered(opens=(opened(user("dev", TWO)), opened(user("ops")), bucket)))
    whom = [line.split("  ")[1] for line in section(text, "opens")[2:]]
    assert whom == ["user dev", f"user ops of account {ONE} (partner)", "user dev"]


def test_of_a_pair_that_nothing_changes_that_is_said() -> None:
    text = shown(answered(opens=(opened(user("batch")),)), asked=(user("dev"), F))
    assert section(text, "asked about")[2].split() == ["user", "dev", "function", "f", "as", "before"]


def test_findings_come_last() -> None:
    finding = ChangedFinding(
        function=F, check="public-access", subject=F, before="pass", after="warning", summary="#1 lets anybody in"
    )
    text = shown(answered(opens=(opened(user("dev")),), findings=(finding,)))
    assert text.index("\nopens") < text.index("\nfindings")
    assert " ".join(section(text, "findings")[2].split()) == "f public-access pass warning #1 lets anybody in"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("### OPENS  1 change: 2 pairs open, 0 pairs close", id="the verdict is its title"),
        pytest.param("**Exposed**", id="exposure stands out"),
        pytest.param(
            "| + | everybody | function f | invokes | missing | allowed |  |", id="each row is one of a table"
        ),
        pytest.param(f"{what_if.BOTH_SIDES[:1].upper()}{what_if.BOTH_SIDES[1:]}.", id="what that means is said"),
        pytest.param("**Opens** (1 pair)", id="and how many open"),
    ],
)
def test_a_pull_request_says_the_same(line: str) -> None:
    assert line in what_if.markdown(EVERYBODY, NAMES).splitlines()
