"""Results of checks as text for files: JUnit XML, which CI systems show, and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from xml.etree import ElementTree as ET

from taxi_assets.automation.month_outcomes import CheckOutcome, MonthOutcome, State

# Characters that XML 1.0 cannot contain. A value that is quoted from a file may contain them.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def outcomes_json(outcomes: Sequence[MonthOutcome]) -> str:
    """Every month with its checks, as JSON."""
    return json.dumps([asdict(outcome) for outcome in outcomes], indent=2)


def outcomes_junit(outcomes: Sequence[MonthOutcome]) -> str:
    """The same as JUnit XML: a suite for each month, a case for each check.

    A warning is a passed case with the warning as its output: JUnit has no warnings, and a warning
    must not fail a build. A run that failed without a failed check is an error.
    """
    suites = ET.Element("testsuites", name="taxi-assets check")
    for outcome in outcomes:
        suites.append(_suite(outcome))
    for attribute in ("tests", "failures", "errors"):
        total = sum(int(suite.get(attribute, "0")) for suite in suites)
        suites.set(attribute, str(total))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(outcome: MonthOutcome) -> ET.Element:
    suite = ET.Element("testsuite", name=outcome.name)
    for check in outcome.checks:
        suite.append(_case(check))
    unsound = outcome.state is State.FAILED and not outcome.failed_checks
    if unsound:
        case = ET.SubElement(suite, "testcase", classname="run", name=outcome.name)
        _element(case, "error", outcome.message or "the run failed")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(outcome.failed_checks)))
    suite.set("errors", str(int(unsound)))
    return suite


def _case(check: CheckOutcome) -> ET.Element:
    case = ET.Element("testcase", classname=check.asset.replace("/", "."), name=check.name)
    if check.passed:
        return case
    if check.blocks:
        _element(case, "failure", check.reason)
    else:
        ET.SubElement(case, "system-out").text = _writable(f"warning: {check.reason}")
    return case


def _element(case: ET.Element, kind: str, text: str) -> None:
    message = _writable(text)
    ET.SubElement(case, kind, message=message.partition("\n")[0]).text = message


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
