"""Change the engine in one small way at a time, and see that a test fails: `make mutants`.

The changes are mutmut's; applied here, since mutmut's own runner leaves out decorated functions (all that keep their
results) and tables of modules. A changed function is put into a process that has collected the tests already, so that
most changes take a fraction of a second. What that can't do justice to (tables, and what survives in functions that
run while tests are collected) runs anew in a process of its own, changed from the start.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import math
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import libcst as cst
import pytest
from hypothesis import HealthCheck, Phase, settings
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ENGINE = Path("simulator/policy")
TESTS = ("tests/policy",)
#: Those that read the source itself, or measure it: a change of any text would count as found.
LEFT_OUT = ("test_no_partition_is_written_into_code", "test_engine_page.py")
#: Processor seconds for one test: a change may make a loop endless. Generous, so that a slow test isn't taken for one.
LEAST, TIMES = 3.0, 30.0
#: So many calls of what was called before are taken to be all that a test does.
QUIET = 1_000_000
MOST_MEMORY = 4 << 30
KILLED, SURVIVED, ENDLESS = "killed", "survived", "endless"


@dataclass(frozen=True)
class Mutant:
    """A module with one change, shown as its line before and after."""

    module: str
    number: int
    source: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.module}:{self.number} (line {self.line}): {self.before}  ->  {self.after}"


class _Changes(cst.CSTVisitor):
    """All changes of a module, but for annotations, which nothing reads, and decorators, which only keep results."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, statements: Sequence[cst.CSTNode]) -> None:
        self.places = {statement: place for place, statement in enumerate(statements)}
        self.place = -1
        self.found: list[tuple[int, cst.CSTNode, cst.CSTNode, int]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.place = self.places.get(node, self.place)
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                where = self.get_metadata(PositionProvider, node, None)
                line = where.start.line if where else 0
                self.found += [(self.place, node, changed, line) for changed in operator(node)]
        return True


def mutants_of(path: Path, order: random.Random | None = None, only: int | None = None) -> Iterator[Mutant]:
    """Every change of a module that leaves it a program, and another one; in any order. Or only that of a number."""
    text = path.read_text()
    wrapper = MetadataWrapper(cst.parse_module(text))
    module = wrapper.module
    visitor = _Changes(module.body)
    wrapper.visit(visitor)
    # Statement by statement: writing a whole module anew for every change takes minutes.
    pieces = [module.code_for_node(statement) for statement in module.body]
    head, _, foot = text.partition("".join(pieces))
    original, lines = compile(text, str(path), "exec"), text.splitlines()
    found = [each for each in enumerate(visitor.found) if only in (None, each[0])]
    if order:
        order.shuffle(found)
    for number, (place, node, changed, line) in found:
        piece = module.code_for_node(module.body[place].deep_replace(node, changed))  # type: ignore[arg-type]
        source = "".join([head, *pieces[:place], piece, *pieces[place + 1 :], foot])
        try:
            same = compile(source, str(path), "exec") == original
        except SyntaxError:
            continue
        if not same:
            differing = [(a, b) for a, b in zip(lines, source.splitlines(), strict=False) if a != b]
            before, after = differing[0] if differing else (lines[line - 1], "(shorter)")
            yield Mutant(path.stem, number, source, line, before.strip(), after.strip())


def chosen(path: Path, sample: int | None, seed: int, inside: bool) -> list[Mutant]:
    """All mutants of a module, or as many drawn at random: the same ones for the same seed."""
    original = dict(functions_in(compile(path.read_text(), str(path), "exec"), Counter()))
    order = None if sample is None else random.Random(f"{seed} {path.stem}")
    found = (each for each in mutants_of(path, order) if not inside or changed_functions(each, original))
    return list(itertools.islice(found, sample))


def functions_in(code: CodeType, nth: Counter[str]) -> Iterator[tuple[tuple[str, int], CodeType]]:
    """The functions of a module and the methods of its classes, each with all that is inside it."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_flags & 2:  # has locals of its own: a function, not the body of a class
                name = inner.co_qualname
                nth[name] += 1
                yield (name, nth[name]), inner
            else:
                yield from functions_in(inner, nth)


@functools.cache
def caches() -> list[Any]:
    """What the engine keeps of its results."""
    kept = [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
    return [each for each in kept if str(each.__module__).startswith("simulator.")]


def changed_functions(mutant: Mutant, original: dict[tuple[str, int], CodeType]) -> dict[tuple[str, int], CodeType]:
    """The functions that a mutant changes. None: it changes a table."""
    after = functions_in(compile(mutant.source, str((ENGINE / f"{mutant.module}.py").resolve()), "exec"), Counter())
    return {name: code for name, code in after if name not in original or _does(original[name]) != _does(code)}


def _does(code: CodeType) -> tuple[object, ...]:
    """What a function does, wherever it stands."""
    constants = [_does(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, code.co_exceptiontable, code.co_argcount, code.co_kwonlyargcount, *names, *constants


def clear_caches() -> None:
    for kept in caches():
        kept.cache_clear()


class Run:
    """As a pytest plugin: in place of running the tests once, runs them for every mutant in a process of its own."""

    def __init__(self, mutants: Sequence[Mutant], most: float) -> None:
        self.mutants = mutants
        self.most = most
        self.outcomes: dict[Mutant, str] = {}
        self.failed = False
        self.seconds: dict[str, float] = {}
        self.touching: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.found_by: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
        self.called_early: set[CodeType] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not any(part in item.nodeid for part in LEFT_OUT)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed
        if report.failed and not self.seconds:
            say(f"fails without any change: {report.nodeid}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests can't be collected")
        sys.setprofile(None)
        self.items = session.items
        session.config.pluginmanager.unregister(name="terminalreporter")
        self._look()
        functions = _live_functions()
        for place, mutant in enumerate(self.mutants, 1):
            self.outcomes[mutant] = self._outcome(mutant, functions)
            if self.outcomes[mutant] == SURVIVED or place % 20 == 0:
                counts = Counter(self.outcomes.values())
                say(f"{time.strftime('%H:%M:%S')} {place}/{len(self.mutants)} {dict(counts)}")
            if self.outcomes[mutant] == SURVIVED:
                say(f"  {mutant}")
        return True

    def _look(self) -> None:
        """Run the tests unchanged: how long each takes, and which functions of the engine it calls."""
        read, write = os.pipe()
        if (child := os.fork()) == 0:
            _quiet()
            with os.fdopen(write, "w") as out:
                self._look_on(out)
            os._exit(self.failed)
        os.close(write)
        with os.fdopen(read) as lines:
            for line in lines:
                test, seconds, *touched = line.rstrip("\n").split("\t")
                self.seconds[test] = float(seconds)
                for function in touched:
                    filename, number = function.rsplit(":", 1)
                    self.touching[filename, int(number)].add(test)
        if os.waitpid(child, 0)[1]:
            raise pytest.UsageError("the tests fail without any change")
        say(f"{len(self.items)} tests take {sum(self.seconds.values()):.0f} s")

    def _look_on(self, out: Any) -> None:
        engine = str(ENGINE.resolve())
        for item, following in _in_pairs(self.items):
            clear_caches()
            touched: set[CodeType] = set()

            start = time.process_time()
            sys.setprofile(_noting(touched))
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            sys.setprofile(None)
            names = {f"{code.co_filename}:{code.co_firstlineno}" for code in touched if engine in code.co_filename}
            out.write("\t".join([_plain(item.nodeid), f"{time.process_time() - start:.4f}", *names]) + "\n")

    def _outcome(self, mutant: Mutant, functions: Live) -> str:
        path = str((ENGINE / f"{mutant.module}.py").resolve())
        original = compile(Path(path).read_text(), path, "exec")
        before = dict(functions_in(original, Counter()))
        after = changed_functions(mutant, before)
        pairs = [pair for name, code in after.items() if name in before for pair in _in_parallel(before[name], code)]
        if not after.keys() <= before.keys() or not all(_fits(pair, functions) for pair in pairs):
            return fresh(mutant)
        first = next((before[name] for name in after), None)
        if first is None or first not in functions:
            return fresh(mutant)
        wanted = {test for code in _with_inner(first) for test in self.touching[path, code.co_firstlineno]}
        changes = [(functions[code], new) for code, new in pairs if code in functions]
        outcome = self._of_tests(wanted, changes, self.found_by[path, first.co_firstlineno])
        return fresh(mutant) if outcome == SURVIVED and first in self.called_early else outcome

    def _early(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            self.called_early.add(frame.f_code)

    def _of_tests(
        self, wanted: set[str], changes: list[tuple[list[FunctionType], CodeType]], found_by: Counter[str]
    ) -> str:
        """Run the tests until one fails: the quickest first, and sooner those that found a change of the function."""
        items = [item for item in self.items if _plain(item.nodeid) in wanted]
        items.sort(key=lambda item: self.seconds[_plain(item.nodeid)] / (1 + 10 * found_by[_plain(item.nodeid)]))
        taken = itertools.accumulate(self.seconds[_plain(item.nodeid)] for item in items)
        items = [item for item, seconds in zip(items, taken, strict=True) if seconds <= self.most]
        read, write = os.pipe()
        if (child := os.fork()) == 0:
            _quiet()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            for functions, code in changes:
                for function in functions:
                    function.__code__ = code
            clear_caches()
            for place, (item, following) in enumerate(_in_pairs(items)):
                os.write(write, place.to_bytes(4, "little"))
                limit(self.seconds[_plain(item.nodeid)])
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                if self.failed:
                    os._exit(1)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as run:
            last = run.read()[-4:]
        outcome = outcome_of(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        if outcome != SURVIVED and last:
            found_by[_plain(items[int.from_bytes(last, "little")].nodeid)] += 1
        return outcome


def _noting(touched: set[CodeType]) -> Callable[[FrameType, str, Any], None]:
    """A profiler that notes what is called, and ends once nothing new was for long: it takes twice a test's time."""
    since = 0

    def note(frame: FrameType, event: str, _: Any) -> None:
        nonlocal since
        since += 1
        if event == "call" and frame.f_code not in touched:
            touched.add(frame.f_code)
            since = 0
        elif since > QUIET:
            sys.setprofile(None)

    return note


def outcome_of(code: int) -> str:
    return SURVIVED if code == 0 else ENDLESS if code == -signal.SIGPROF else KILLED


def limit(usual: float) -> None:
    """End this process when a test takes far longer than usual, or all memory."""
    signal.setitimer(signal.ITIMER_PROF, LEAST + TIMES * usual)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


Live = dict[CodeType, list[FunctionType]]
"""The functions of the engine as they are in this process, those made by other functions too, by their code."""


def _live_functions() -> Live:
    engine, found = str(ENGINE.resolve()), defaultdict(list)
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and function.__code__.co_filename.startswith(engine):
            found[function.__code__].append(function)
    return dict(found)


def _in_parallel(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """A function's code and the changed one, and those of the functions inside it, as far as they correspond."""
    yield before, after
    inner = [[each for each in code.co_consts if isinstance(each, CodeType)] for code in (before, after)]
    if [each.co_name for each in inner[0]] == [each.co_name for each in inner[1]]:
        for pair in zip(*inner, strict=True):
            yield from _in_parallel(*pair)


def _fits(pair: tuple[CodeType, CodeType], functions: Live) -> bool:
    """Whether the code of the functions that there are can be replaced: they take as many values from around them."""
    return pair[0] not in functions or len(pair[0].co_freevars) == len(pair[1].co_freevars)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _with_inner(inner)


def _in_pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=False)


def _plain(name: str) -> str:
    return name.replace("\t", " ").replace("\n", " ")


def _quiet() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module of the engine from changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.source = f"simulator.policy.{mutant.module}", mutant.source
        self.path = str((ENGINE / f"{mutant.module}.py").resolve())

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, self.path, "exec"), module.__dict__)


def fresh(mutant: Mutant) -> str:
    """Run all tests in a process of its own that has nothing of the engine as it was."""
    command = [sys.executable, "-m", "tests.mutants", "--one", mutant.module, str(mutant.number), *SELECTED]
    return outcome_of(subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode)


class Limits:
    """As a pytest plugin: no single test may be endless."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not any(part in item.nodeid for part in LEFT_OUT)]

    def pytest_runtest_setup(self) -> None:
        limit(2.0)


def one(module: str, number: int) -> int:
    mutant = next(mutants_of(ENGINE / f"{module}.py", only=number))
    say(str(mutant))
    sys.meta_path.insert(0, Changed(mutant))
    limit(1.0)
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *SELECTED], plugins=[Limits()]))


def few_examples(number: int) -> None:
    """Fewer and unshrunk examples: enough to find most changes, and the same each time."""
    settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=number,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"


def say(text: str) -> None:
    print(text, file=OUT, flush=True)


def table(outcomes: dict[Mutant, str]) -> Iterator[str]:
    """A row for each module, and one for all of them."""
    yield "| module | mutants | killed | of these endless | survived |"
    yield "|---|---|---|---|---|"
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, outcome in outcomes.items():
        rows[mutant.module][outcome] += 1
        rows["all"][outcome] += 1
    for module, row in sorted(rows.items(), key=lambda row: (row[0] == "all", row[0])):
        killed = row[KILLED] + row[ENDLESS]
        yield f"| {module} | {row.total()} | {killed} ({killed / row.total():.1%}) | {row[ENDLESS]} | {row[SURVIVED]} |"


def main() -> int:
    # What is changed is the source, which compiled modules don't look at.
    os.environ["PERMGRAPH_PLAIN"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", nargs="*", help="only these modules, without .py")
    parser.add_argument("--sample", type=int, help="so many mutants of each module, drawn at random")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--inside", action="store_true", help="only changes inside functions: the quick ones")
    parser.add_argument("--examples", type=int, default=40, help="so many to a property test; `make test` takes 100")
    parser.add_argument(
        "--again", nargs="*", metavar="MODULE:NUMBER", help="these mutants; others only of the modules named"
    )
    parser.add_argument("--most", type=float, default=math.inf, help="seconds of tests for each mutant: a first look")
    parser.add_argument("--one", nargs=2, metavar=("MODULE", "NUMBER"), help="one mutant, with what the tests say")
    parser.add_argument("tests", nargs="*", default=TESTS, help="the tests to run; without any, tests/policy")
    arguments = parser.parse_args()
    SELECTED[:] = arguments.tests
    few_examples(arguments.examples)
    # Ended from outside, it still says what it has found.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.one:
        return one(arguments.one[0], int(arguments.one[1]))
    paths = [path for path in sorted(ENGINE.glob("*.py")) if not arguments.modules or path.stem in arguments.modules]
    named = [name.split(":") for name in arguments.again or ()]
    mutants = [next(mutants_of(ENGINE / f"{name}.py", only=int(number))) for name, number in named]
    if not named or arguments.modules:
        drawn = [chosen(path, arguments.sample, arguments.seed, arguments.inside) for path in paths]
        mixed = [mutant for of_module in drawn for mutant in of_module]
        # Mixed, so that what has been run when it is stopped is a sample of all of them.
        random.Random(arguments.seed).shuffle(mixed)
        mutants += mixed
    run = Run(mutants, arguments.most)
    say(f"{len(run.mutants)} mutants")
    sys.setprofile(run._early)
    pytest.main(["-q", "-p", "no:cacheprovider", *SELECTED], plugins=[run])
    say("\n".join(table(run.outcomes)))
    return SURVIVED in run.outcomes.values()


SELECTED: list[str] = []
OUT = os.fdopen(os.dup(1), "w")

if __name__ == "__main__":
    sys.exit(main())
