"""What is known of a request's context: a key's value, its absence, or that nobody can say.

Source: IAM User Guide, "AWS global condition context keys"; shared words: known, absent, open, not read.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from models.decision import MissingFact


class Known(Struct, frozen=True, gc=False):
    """The key is there, with these values. `multivalued`: the key may hold several, even if it holds one now."""

    values: tuple[str, ...]
    multivalued: bool = False


class Absent(Struct, frozen=True):
    """The request doesn't have the key."""


class Open(Struct, frozen=True):
    """The key's value isn't known.

    `may_be_absent` tells whether it may be missing altogether. What is known all the same narrows it: `domain` is
    the closed list of values it can have, `pattern` (with `*` and `?`) what every value of it matches, `includes`
    the values that a multivalued key holds at least.
    """

    may_be_absent: bool = True
    multivalued: bool = False
    domain: tuple[str, ...] | None = None
    pattern: str | None = None
    includes: tuple[str, ...] = ()


class NotRead(Struct, frozen=True):
    """The value would follow from a fact that the snapshot lacks. `otherwise` holds if that fact is an assumption."""

    fact: MissingFact
    otherwise: Known | Absent | Open = field(default_factory=Absent)


State = Known | Absent | Open | NotRead


class Given(Struct, frozen=True):
    """What a question settles: keys (in lower case) with their values, and keys that are not there."""

    settled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settled: Mapping[str, str | tuple[str, ...] | list[str]], absent: tuple[str, ...] = ()) -> Given:
        """Make it from keys in any letter case, each with one value or several."""
        values = {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in settled.items()}
        return cls(values, frozenset(key.lower() for key in absent))


#: A question that settles nothing.
NOTHING_GIVEN = Given()
