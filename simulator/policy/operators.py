"""Condition operators: one row each, and the test of a condition against what is known of its key.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, partial
from operator import attrgetter, eq

from models.context import Known, NotRead, Open, State
from models.policy import Condition, Quantifier
from simulator.policy import match
from simulator.policy.formula import Formula, Node

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ALL = Quantifier.ALL
_ANY = Quantifier.ANY

Comparison = Callable[[str, str], bool]
"""Does the value of the key (second) match the policy's value (first), as it is written?"""


def text_of(glob: match.Glob) -> str:
    """A value without wildcards, as text."""
    return "".join(part.text if isinstance(part, match.Text) else part.sign for part in glob)


def _equals_ignoring_case(wanted: str, got: str) -> bool:
    return wanted.lower() == got.lower()


def _arn_like(wanted: str, got: str) -> bool:
    """As `_arn_matches`: of the six parts each matches by itself."""
    pattern, value = wanted.split(":", 5), got.split(":", 5)
    if pattern[0] != "arn" or len(pattern) < 6 or len(value) < 6:
        return False
    return all(map(match.text_matches, pattern, value))


def _arn_matches(wanted: match.Glob, got: str) -> bool:
    glob = match.arn_glob(wanted)
    return glob is not None and match.matches(glob, got) if got.count(":") >= 5 else False


# Not all that Decimal takes: `1_000`, digits of other scripts and exponents beyond reason are no numbers of AWS.
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)


@lru_cache(maxsize=16384)
def number(text: str) -> Decimal | None:
    """A decimal number, or None for what is none."""
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


@lru_cache(maxsize=16384)
def moment(text: str) -> Decimal | None:
    """Seconds since the epoch of a date in ISO 8601 or a number of seconds; None for what is neither."""
    text = text.strip()
    seconds = number(text)
    # W3C's forms of a date have hyphens; four digits alone are a year.
    if seconds is not None and not _YEAR.fullmatch(text):
        return seconds
    try:
        date = datetime.fromisoformat(_whole(text))
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return Decimal(str(date.timestamp()))


def _whole(date: str) -> str:
    """A year, or a year and a month, as the first day of it."""
    if _YEAR.fullmatch(date):
        return f"{date}-01-01"
    return f"{date}-01" if _MONTH.fullmatch(date) else date


@lru_cache(maxsize=16384)
def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """An address block in CIDR form; a bare address is one host."""
    if "/" in text and not text.rpartition("/")[2].strip().isdigit():
        return None  # Python takes netmasks too
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=16384)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def _in_network(wanted: str, got: str) -> bool:
    block, address = network(wanted), _address(got)
    return block is not None and address is not None and address.version == block.version and address in block


def _binary_equals(wanted: str, got: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(got, validate=True)
    except (binascii.Error, ValueError):
        return False


def _compared(read: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool]) -> Comparison:
    def compare(wanted: str, got: str) -> bool:
        left, right = read(got), read(wanted)
        return left is not None and right is not None and holds(left, right)

    return compare


@dataclass(frozen=True, slots=True)
class Operator:
    """`negated` operators hold when no value matches, so also when the key is absent.

    `family` says of which type the key's values are; `like` is the comparison of an operator to which `*` and `?` in
    the policy's value are special, for a value with text put in place of its variables. `says` is how a person says
    it: `{key} {says} {values}`.
    """

    compare: Comparison
    family: str
    says: str
    negated: bool = False
    like: Callable[[match.Glob, str], bool] | None = None

    @property
    def wildcards(self) -> bool:
        return self.like is not None

    def matches(self, values: Iterable[str], got: str) -> bool:
        """Whether one of the policy's values, none of which has variables, matches."""
        for wanted in values:  # noqa: SIM110 - a generator takes twice as long
            if self.compare(wanted, got):
                return True
        return False

    def fits(self, wanted: match.Glob, got: str) -> bool:
        """As `compare`, of a value whose variables are filled in."""
        return self.like(wanted, got) if self.like else self.compare(text_of(wanted), got)


def _ordered(family: str, read: Callable[[str], Decimal | None], words: tuple[str, ...]) -> dict[str, Operator]:
    equal, unequal, less, at_most, greater, at_least = words
    return {
        f"{family}Equals": Operator(_compared(read, lambda a, b: a == b), family, equal),
        f"{family}NotEquals": Operator(_compared(read, lambda a, b: a == b), family, unequal, negated=True),
        f"{family}LessThan": Operator(_compared(read, lambda a, b: a < b), family, less),
        f"{family}LessThanEquals": Operator(_compared(read, lambda a, b: a <= b), family, at_most),
        f"{family}GreaterThan": Operator(_compared(read, lambda a, b: a > b), family, greater),
        f"{family}GreaterThanEquals": Operator(_compared(read, lambda a, b: a >= b), family, at_least),
    }


#: Every operator but Null, which asks only for presence. Quantifiers and IfExists are parts of a `Condition`.
OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(eq, "String", "is"),
    "StringNotEquals": Operator(eq, "String", "is not", negated=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignoring_case, "String", "is (in any case)"),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, "String", "is not (in any case)", negated=True),
    "StringLike": Operator(match.text_matches, "String", "is like", like=match.matches),
    "StringNotLike": Operator(match.text_matches, "String", "is not like", negated=True, like=match.matches),
    "ArnEquals": Operator(_arn_like, "Arn", "is like", like=_arn_matches),
    "ArnNotEquals": Operator(_arn_like, "Arn", "is not like", negated=True, like=_arn_matches),
    "ArnLike": Operator(_arn_like, "Arn", "is like", like=_arn_matches),
    "ArnNotLike": Operator(_arn_like, "Arn", "is not like", negated=True, like=_arn_matches),
    "Bool": Operator(_equals_ignoring_case, "Bool", "is"),
    "BinaryEquals": Operator(_binary_equals, "Binary", "is"),
    "IpAddress": Operator(_in_network, "Ip", "is in"),
    "NotIpAddress": Operator(_in_network, "Ip", "is outside", negated=True),
    **_ordered("Numeric", number, ("is", "is not", "is less than", "is at most", "is more than", "is at least")),
    **_ordered("Date", moment, ("is", "is not", "is before", "is at the latest", "is after", "is at the earliest")),
}
NULL = "Null"


@dataclass(frozen=True, slots=True)
class Test(Node):
    """A condition whose answer hangs on keys that are open or weren't read: the atom of a formula.

    `states` holds what is known of each key it looks at, by lower-case name; `variables` whether `${…}` counts.
    """

    __test__ = False

    condition: Condition
    variables: bool
    states: tuple[tuple[str, State], ...]

    content = attrgetter("condition", "variables", "states")
    __hash__ = Node.__hash__

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys it still hangs on, in lower case, the variables' first."""
        hanging = [name for name, state in self.states if isinstance(state, Open | NotRead)]
        own = self.condition.key.lower()
        return tuple(sorted(hanging, key=lambda name: name == own))

    def settle(self, values: Mapping[str, State]) -> Formula:
        """Put states in place of those keys; a truth value once none hangs any more."""
        states = tuple((name, values.get(name, state)) for name, state in self.states)
        if any(isinstance(state, Open | NotRead) for _, state in states):
            return Test(self.condition, self.variables, states)
        return holds(self.condition, self.variables, dict(states))


def holds(condition: Condition, variables: bool, states: Mapping[str, State]) -> bool:
    """Whether a condition holds when everything about its keys is known."""
    state = states[condition.key.lower()]
    got = state.values if isinstance(state, Known) else None
    if condition.operator == NULL:
        return verdict(condition, False, got, bool)
    operator = OPERATORS[condition.operator]
    return verdict(condition, operator.negated, got, partial(_matched, condition, operator, variables, states))


def verdict(condition: Condition, negated: bool, got: tuple[str, ...] | None, matched: Callable[[str], bool]) -> bool:
    """What a condition comes to for a key with the values `got`; None: the key is absent.

    Args:
        matched: whether any of the policy's values matches one of the key's; `negated` operators want none to.
    """
    if condition.operator == NULL:
        # "exists and its value is not null": an empty set is null. IAM User Guide, "Single-valued vs. multivalued
        # context keys".
        return (not got) in [value.lower() == "true" for value in condition.values]
    if got is None and condition.if_exists:
        return True
    if condition.quantifier is _ALL:
        # Of no value, and of "a null data set, such as an empty string".
        return not any(got or ()) or all(matched(value) is not negated for value in got or ())
    if condition.quantifier is _ANY:
        return any(matched(value) is not negated for value in got or ())
    return negated if got is None else any(map(matched, got)) is not negated


def _matched(condition: Condition, operator: Operator, variables: bool, states: Mapping[str, State], got: str) -> bool:
    """Whether any of the policy's values matches; one whose variable has no value matches nothing."""
    for wanted in condition.values:
        if not variables or "${" not in wanted:
            if operator.compare(wanted, got):
                return True
            continue
        glob = match.fill(match.template(wanted, True, operator.wildcards), lambda key: variable(states, key))
        if glob is not None and operator.fits(glob, got):
            return True
    return False


def variable(states: Mapping[str, State], key: str) -> str | None:
    """The value a policy variable stands for: none where the key is absent or multivalued."""
    state = states[key.lower()]
    if isinstance(state, Known) and not state.multivalued and len(state.values) == 1:
        return state.values[0]
    return None


@dataclass(frozen=True, slots=True)
class PatternTest(Node):
    """Whether a resource matches a pattern whose variables hang on open keys: an atom too."""

    pattern: str
    value: str
    states: tuple[tuple[str, State], ...]

    content = attrgetter("pattern", "value", "states")
    __hash__ = Node.__hash__

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(name for name, state in self.states if isinstance(state, Open | NotRead))

    def settle(self, values: Mapping[str, State]) -> Formula:
        states = tuple((name, values.get(name, state)) for name, state in self.states)
        if any(isinstance(state, Open | NotRead) for _, state in states):
            return PatternTest(self.pattern, self.value, states)
        return _pattern_holds(self.pattern, self.value, dict(states))


def test_pattern(pattern: str, value: str, lookup: Callable[[str], State]) -> Formula:
    """Match a Resource pattern, with its variables filled in."""
    parts = match.template(pattern, True)
    names = match.variables_of(parts)
    if not names:
        return match.matches(parts, value)  # type: ignore[arg-type]
    states = {name.lower(): lookup(name) for name in names}
    if any(isinstance(state, Open | NotRead) for state in states.values()):
        return PatternTest(pattern, value, tuple(states.items()))
    return _pattern_holds(pattern, value, states)


def _pattern_holds(pattern: str, value: str, states: Mapping[str, State]) -> bool:
    glob = match.fill(match.template(pattern, True), lambda key: variable(states, key))
    return glob is not None and match.matches(glob, value)
