"""Starts the explorer: Streamlit in this process, on a loopback address unless another is asked for."""

from __future__ import annotations

import argparse
import errno
import importlib.util
import os
import socket
import sys
from pathlib import Path

from models.errors import InputError, MissingToolError, PermgraphError

APP = Path(__file__).parent / "app.py"
LOOPBACK = "127.0.0.1"
FIRST_PORT, LAST_PORT = 8501, 8600
#: Settings of Streamlit that are ours; they are given as flags, so that no file of the user's has to hold them.
SETTINGS = {
    "browser.gatherUsageStats": "false",
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": "false",
    "server.maxUploadSize": "64",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    # Before the pages say what they are, Streamlit lists the files beside them.
    "client.showSidebarNavigation": "false",
    # Streamlit's welcome comes with an advertisement, in the terminal and as a box over the page; we say the address.
    "logger.hideWelcomeMessage": "true",
    "logger.level": "warning",
    "theme.light.primaryColor": "#2f5bd7",
    "theme.dark.primaryColor": "#8fb0ff",
}


def launch(host: str, port: int | None, browser: bool, snapshot: str | None, scenario: str | None) -> int:
    """Serve the explorer until it is interrupted, and return an exit code.

    `host` is the address to listen on; without `port` the first free one from 8501 on is taken. `snapshot` or
    `scenario` is the file to open with; without either it opens with the embedded scenario.

    Raises:
        MissingToolError: if Streamlit isn't installed.
        InputError: if the file isn't there, or the port or the address can't be had.
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
    port = free_port(host, port)
    from streamlit.web import cli

    sys.stdout.write(f"the explorer is at http://{_in_url(host)}:{port}  (Ctrl+C ends it)\n")
    sys.stdout.flush()
    code = cli.main(["run", str(APP), *flags(host, port, browser)], standalone_mode=False)
    return code if isinstance(code, int) else 0


def free_port(host: str, wanted: int | None) -> int:
    """The port that was asked for, or else the first free one from 8501 on.

    Raises:
        InputError: if the one asked for is taken, or `host` is no address of this machine.
    """
    for port in range(FIRST_PORT, LAST_PORT + 1) if wanted is None else [wanted]:
        problem = _refusal(host, port)
        if problem is None:
            return port
        if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise InputError(f"`{host}` is no address to listen on: {(problem.strerror or str(problem)).lower()}")
    if wanted is None:
        raise InputError(f"every port from {FIRST_PORT} to {LAST_PORT} is taken; choose one with `--port N`")
    raise InputError(f"port {wanted} is taken or not allowed; choose another with `--port N`, or leave it out")


def _refusal(host: str, port: int) -> OSError | None:
    """What the system says against listening there, if anything."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server itself does: a port that was just left is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def flags(host: str, port: int, browser: bool) -> list[str]:
    """The flags of `streamlit run`."""
    settings = {
        **SETTINGS,
        "server.address": host,
        "server.headless": "false" if browser else "true",
        "server.port": str(port),
    }
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
