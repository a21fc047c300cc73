"""Starts the explorer: Streamlit in this process, on a loopback address unless another is asked for."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from models.errors import InputError, MissingToolError, PermgraphError

APP = Path(__file__).parent / "app.py"
LOOPBACK = "127.0.0.1"
#: Settings of Streamlit that are ours; they are given as flags, so that no file of the user's has to hold them.
SETTINGS = {
    "browser.gatherUsageStats": "false",
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": "false",
    "server.maxUploadSize": "64",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.light.primaryColor": "#2f5bd7",
    "theme.dark.primaryColor": "#8fb0ff",
}


def launch(host: str, port: int | None, browser: bool, snapshot: str | None, scenario: str | None) -> int:
    """Serve the explorer until it is interrupted, and return an exit code.

    `host` is the address to listen on; without `port` the first free one from 8501 on is taken. `snapshot` or
    `scenario` is the file to open with; without either it opens with the embedded scenario.

    Raises:
        MissingToolError: if Streamlit isn't installed.
        InputError: if the file isn't there.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise MissingToolError("the explorer needs `streamlit`; install permgraph with its extra `ui`")
    file = snapshot or scenario
    if file is not None:
        if not Path(file).is_file():
            raise InputError("no such file", file)
        # Imported where it is used: it needs Streamlit.
        from ui.inputs import FILE_VARIABLE, KIND_VARIABLE

        os.environ[FILE_VARIABLE] = str(Path(file).resolve())
        os.environ[KIND_VARIABLE] = "snapshot" if snapshot else "scenario"
    from streamlit.web import cli

    code = cli.main(["run", str(APP), *flags(host, port, browser)], standalone_mode=False)
    return code if isinstance(code, int) else 0


def flags(host: str, port: int | None, browser: bool) -> list[str]:
    """The flags of `streamlit run`."""
    settings = {**SETTINGS, "server.address": host, "server.headless": "false" if browser else "true"}
    if port is not None:
        settings["server.port"] = str(port)
    return [f"--{name}={value}" for name, value in settings.items()]


def main() -> int:
    """`python -m ui.launch`: the same from a command line of its own."""
    parser = argparse.ArgumentParser(prog="permgraph ui")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--snapshot")
    parser.add_argument("--scenario")
    asked = parser.parse_args()
    try:
        return launch(asked.host, asked.port, not asked.no_browser, asked.snapshot, asked.scenario)
    except PermgraphError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
