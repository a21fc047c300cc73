"""What holds for every test: how Hypothesis searches, and that nothing is skipped."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# No deadline: two cores that run tests, servers and a browser at once make any single example slow now and then.
# The same examples each time: a run says something of the change that it tests. New ones are looked for with
# HYPOTHESIS_PROFILE=thorough.
slow = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile(
    "default", deadline=None, print_blob=True, derandomize=True, database=None, suppress_health_check=slow
)
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=5_000, suppress_health_check=slow)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

NOT_RUN = ("skipped", "xfailed", "xpassed")


def not_run(config: pytest.Config) -> int:
    """Count the tests that were skipped or expected to fail, those of xdist's workers included.

    Zero on a worker: it has no terminal of its own.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return sum(len(reporter.stats.get(outcome, ())) for outcome in NOT_RUN) if reporter else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that passed only because a test did not really run: a skipped test proves nothing."""
    if session.exitstatus == pytest.ExitCode.OK and not_run(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why such a run fails."""
    if count := not_run(config):
        terminalreporter.line(
            f"{count} skipped or expected to fail: the run fails, since no test may be skipped", red=True
        )
