"""Compile the engine's modules to machine code, by mypyc: `make compiled`, which `make test` and `make bench` do first.

What is compiled goes where simulator/native.py looks for it. Where it can't be, for want of a C compiler or of Python's
headers, permgraph gives the same answers without, later.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from mypyc.build import mypycify
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CompileError, LinkError

from simulator.native import COMPILED, digest, folder

#: What takes part in every decision. None of these modules may make a Struct: mypyc drops what the head of a class says
#: beside its bases, such as `frozen`, without a word (tests/test_native.py).
MODULES = (
    "simulator/answers/evaluate.py",
    "simulator/answers/line_request.py",
    "simulator/facts/global_keys.py",
    "simulator/facts/reference.py",
    "simulator/facts/services.py",
    "simulator/facts/traits.py",
    "simulator/policy/authorize.py",
    "simulator/policy/combine.py",
    "simulator/policy/compiled.py",
    "simulator/policy/conditions.py",
    "simulator/policy/layers.py",
    "simulator/policy/match.py",
    "simulator/policy/near.py",
    "simulator/policy/principals.py",
    "simulator/policy/settle.py",
    "simulator/policy/written.py",
)

#: What holds all of them: a module of the engine's own package, so that it is found where they are.
GROUP = "simulator.policy.engine"

_HEADER = Path(sysconfig.get_path("include"), "Python.h")


class SideBySide(build_ext):
    """As setuptools compiles an extension, but several of its files at once."""

    def build_extension(self, ext: Extension) -> None:
        def objects_of(source: str) -> list[str]:
            made: list[str] = self.compiler.compile(
                [source], self.build_temp, include_dirs=ext.include_dirs, extra_postargs=ext.extra_compile_args
            )
            return made

        with ThreadPoolExecutor() as pool:
            ext.extra_objects = [made for objects in pool.map(objects_of, ext.sources) for made in objects]
        ext.sources = []
        super().build_extension(ext)


def compile_to(target: Path, scratch: Path) -> None:
    """Compile the modules, and lay them out beneath `target` as their sources are.

    Raises:
        BaseError, CompileError, LinkError: of setuptools, if the compiler fails or is not there.
        SystemExit: if mypyc takes something of the sources for wrong.
    """
    extensions = mypycify(
        list(MODULES), opt_level="2", debug_level="0", multi_file=True, group_name=GROUP, target_dir=str(scratch)
    )
    for extension in extensions:
        # mypyc looks for its headers as if the group's name had no dots.
        extension.include_dirs.append(str(scratch.joinpath(*GROUP.split(".")[:-1])))
    command = SideBySide(Distribution({"name": "permgraph-engine", "ext_modules": extensions}))
    command.build_lib, command.build_temp = str(target), str(scratch)
    command.ensure_finalized()
    command.run()


def main() -> None:
    if folder():
        return
    COMPILED.mkdir(parents=True, exist_ok=True)
    name = digest()
    click.echo("compiling the engine, once for these sources …")
    said = io.StringIO()
    with tempfile.TemporaryDirectory(dir=COMPILED, prefix=".") as scratch:
        made = Path(scratch, "made")
        try:
            if not _HEADER.exists():
                raise CompileError(f"{_HEADER} is missing")
            # mypyc says on stdout what it takes for wrong, and what it takes note of besides.
            with contextlib.redirect_stdout(said):
                compile_to(made, Path(scratch, "c"))
        except (BaseError, CompileError, LinkError, SystemExit) as error:
            wrong = [line for line in said.getvalue().splitlines() if ": error:" in line]
            click.echo(
                "\n".join((*wrong, f"the engine is not compiled, and answers the same, later: {error}")), err=True
            )
            click.echo("it wants a C compiler and Python's headers (on Debian: gcc and python3-dev)", err=True)
            return
        if digest() != name:
            click.echo("the engine was edited while it was compiled, and is not kept: run this again", err=True)
            return
        for other in COMPILED.glob(f"{sys.implementation.cache_tag}-*"):
            shutil.rmtree(other)
        made.rename(COMPILED / name)


if __name__ == "__main__":
    main()
