"""The results of `permgraph test` as JUnit XML, which build servers show."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from models.answer import TestAnswer

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(answer: TestAnswer, path: Path) -> None:
    """Write a suite for each scenario, a case for each expectation."""
    path.write_bytes(content(answer))


def content(answer: TestAnswer) -> bytes:
    """Return the XML; without times, so that the same results give the same bytes."""
    root = ElementTree.Element("testsuites", {"name": "permgraph", **_counts(answer)})
    for scenario in answer.scenarios:
        failures = sum(not one.passed for one in scenario.expectations)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(scenario.name),
            file=_xml(scenario.file),
            tests=str(len(scenario.expectations)),
            failures=str(failures),
            errors="0",
            skipped="0",
        )
        for one in scenario.expectations:
            case = ElementTree.SubElement(
                suite, "testcase", classname=_xml(scenario.file), name=_xml(one.name), file=_xml(scenario.file)
            )
            if not one.passed:
                failure = ElementTree.SubElement(case, "failure", message=_xml(one.got), type="expectation")
                failure.text = _xml(f"expected {one.expected}\ngot {one.got}")
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _counts(answer: TestAnswer) -> dict[str, str]:
    results = [one.passed for scenario in answer.scenarios for one in scenario.expectations]
    return {"tests": str(len(results)), "failures": str(results.count(False)), "errors": "0"}


def _xml(text: str) -> str:
    """Return `text` without what XML 1.0 has no way to write."""
    return _NO_XML.sub("\ufffd", text)
