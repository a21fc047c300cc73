"""Every exception permgraph raises on purpose.

    PermgraphError               something a person can mend; exit code 2
    ├── PolicyError              a policy document that can't be read or evaluated exactly
    ├── InputError               a file that isn't what it should be (scenario, snapshot, changes, saved input)
    ├── UnknownNameError         a name that nothing in the snapshot has; carries the nearest ones
    ├── ChangeError              a change that AWS would refuse
    └── MissingToolError         a program or package that this machine lacks

A message is one line, lower case, without a full stop; what the user wrote stands in backticks and the hint last.
"""

from __future__ import annotations


class PermgraphError(Exception):
    """Something a person can mend: one line that says what, where, and what to do."""


class PolicyError(PermgraphError):
    """A policy document that can't be read, or not evaluated exactly.

    `place` names the element, such as `Statement[1].Condition.StringLikes`.
    """

    def __init__(self, message: str, place: str = "") -> None:
        self.problem = _printable(message)
        self.place = _printable(place)
        super().__init__(f"{self.place}: {self.problem}" if place else self.problem)

    def within(self, outer: str) -> PolicyError:
        """Return the same problem, seen from the document or file `outer` that holds it."""
        return PolicyError(self.problem, f"{outer}: {self.place}" if self.place else outer)


def _printable(text: str) -> str:
    """A document may hold any character; what is said of it stays one line that a terminal shows as it is."""
    return text if text.isprintable() else "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class InputError(PermgraphError):
    """A file that isn't what it should be; `path`, `line` and `column` (from 1) say where, when known."""

    def __init__(
        self, message: str, path: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)
        self.problem = message
        self.path = path
        self.line = line
        self.column = column


class UnknownNameError(PermgraphError):
    """A name that nothing has, with the nearest names that exist."""

    def __init__(self, name: str, what: str, nearest: tuple[str, ...] = (), why: str = "unknown") -> None:
        hint = f"; did you mean {' or '.join(f'`{near}`' for near in nearest)}?" if nearest else ""
        super().__init__(f"{why} {what} `{name}`{hint}")
        self.name = name
        self.what = what
        self.nearest = nearest


class ChangeError(PermgraphError):
    """A change that AWS would refuse, with AWS's reason."""


class MissingToolError(PermgraphError):
    """A program or package that this machine lacks, and how to get it."""
