"""The explorer's page, run without a browser."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from models.errors import InputError
from models.snapshot import Snapshot
from simulator.collector import store
from tests.ui.conftest import texts
from ui import inputs
from ui.launch import APP, SETTINGS, flags, free_port
from ui.launch import main as launch_main

ORDERS = "arn:aws:lambda:eu-west-1:222222222222:function:orders"
DEV = "arn:aws:iam::111111111111:user/dev"
PIPELINE = "arn:aws:iam::111111111111:role/pipeline"
INVOKER = "arn:aws:iam::222222222222:role/invoker"


@pytest.fixture(name="app")
def _app(snapshot_file: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page on the small world, as `permgraph ui --snapshot` opens it."""
    monkeypatch.setenv(inputs.FILE_VARIABLE, str(snapshot_file))
    monkeypatch.setenv(inputs.KIND_VARIABLE, "snapshot")
    return AppTest.from_file(str(APP), default_timeout=60)


def test_the_page_opens_with_the_embedded_scenario_and_its_missing_edge() -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="scenario").value == "cross-account-role"
    assert "is missing" in texts(app)
    assert '"sts:AssumeRole"' in app.code[0].value


def test_a_snapshot_from_the_command_line_comes_first(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert app.selectbox(key="scenario").value == inputs.FILE
    assert app.selectbox(key="from").value == DEV
    assert "snapshot of 2026-01-01" in texts(app)


def test_a_link_restores_the_page(app: AppTest) -> None:
    app.query_params["from"] = "partner/dev"
    app.query_params["to"] = "ours/orders:live"
    app.query_params["k"] = "1"
    app.query_params["picked"] = f"{DEV}~assumes~{PIPELINE}"
    app.run()
    assert not app.exception
    assert app.selectbox(key="from").value == DEV
    assert app.selectbox(key="to").value == f"{ORDERS}:live"
    assert app.number_input(key="k").value == 1
    assert "dev → pipeline" in texts(app)
    sentence = "1 statement is missing, on the trust side, in account ours 222222222222"
    assert sentence in texts(app)


def test_a_link_that_names_what_is_so_by_default_stays_as_it_is(app: AppTest) -> None:
    app.query_params["from"] = DEV
    app.query_params["k"] = "3"
    app.run()
    assert not app.exception
    assert {name: app.query_params[name] for name in ("from", "k")} == {"from": DEV, "k": "3"}


def test_choosing_puts_the_choice_into_the_address(app: AppTest) -> None:
    app.run()
    app.selectbox(key="to").set_value(f"{ORDERS}:live").run()
    assert app.query_params["to"] == f"{ORDERS}:live"
    assert "from" not in app.query_params


def test_a_click_with_the_address_of_before_undoes_no_choice(app: AppTest) -> None:
    app.run()
    first = app.selectbox(key="to").value
    app.selectbox(key="to").set_value(f"{ORDERS}:live").run()
    app.selectbox(key="to").set_value(first).run()
    assert "to" not in app.query_params
    # The browser, used again at once, hasn't heard of that yet.
    app.query_params["to"] = f"{ORDERS}:live"
    app.number_input(key="k").set_value(1).run()
    assert app.selectbox(key="to").value == first
    assert app.query_params["k"] == "1"
    assert "to" not in app.query_params


def test_an_unknown_name_in_a_link_is_said_in_one_line(app: AppTest) -> None:
    app.query_params["from"] = "partner/deve"
    app.run()
    assert not app.exception
    assert "`partner/deve`" in app.info[0].value
    assert app.selectbox(key="from").value == DEV


def test_a_link_to_an_unknown_scenario_opens_the_first(app: AppTest) -> None:
    app.query_params["scenario"] = "no-such"
    app.run()
    assert not app.exception
    assert "`no-such`" in app.info[0].value


@pytest.mark.parametrize(
    "name, content",
    [
        pytest.param("broken.json", b"{", id="no JSON"),
        pytest.param("other.json", b'{"schema_version": 99}', id="another schema"),
        pytest.param("broken.yaml", b"a: [", id="no YAML"),
        pytest.param("empty.yaml", b"", id="empty"),
        pytest.param("binary.yaml", b"\xff\xfe\x00", id="no text"),
    ],
)
def test_a_bad_upload_is_one_line_about_that_file(app: AppTest, name: str, content: bytes) -> None:
    app.run()
    app.file_uploader(key="upload").set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    (error,) = app.error
    assert name in error.value
    assert "\n" not in error.value
    assert "/tmp" not in error.value


def test_an_upload_is_opened(app: AppTest, snapshot_file: Path) -> None:
    app.run()
    app.file_uploader(key="upload").set_value(("mine.json", snapshot_file.read_bytes(), "application/json")).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="scenario").value == inputs.UPLOAD
    assert "mine.json" in texts(app)


def test_a_file_that_went_away_is_one_line(app: AppTest, snapshot_file: Path) -> None:
    snapshot_file.unlink()
    app.run()
    assert not app.exception
    assert "cannot be read" in app.error[0].value


def test_a_snapshot_without_anything_in_it_is_one_line(app: AppTest, snapshot_file: Path) -> None:
    store.save(Snapshot(taken_at=datetime(2026, 1, 1, tzinfo=UTC)), snapshot_file)
    app.run()
    assert not app.exception
    assert app.error[0].value == "partner.json: holds nothing that a way could start at or lead to"


def test_more_than_the_ways_can_be_shown(app: AppTest) -> None:
    app.run()
    app.selectbox(key="show").set_value("all").run()
    assert not app.exception
    assert app.query_params["show"] == "all"
    assert "inbox" in list(app.dataframe[0].value["from"])


def test_of_a_graph_that_is_too_large_only_the_ways_are_drawn(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.questions.MOST_NODES", 3)
    app.query_params["from"] = "partner/dev"
    app.query_params["to"] = "ours/orders:live"
    app.query_params["k"] = "1"
    app.run()
    assert not app.exception
    assert "nodes: only the ways listed are drawn" in app.info[0].value
    assert set(app.dataframe[0].value["from"]) == {"dev", "pipeline", "invoker"}


def test_a_file_that_is_not_there_is_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["ui", "--no-browser", "--snapshot", "nowhere.json"])
    assert launch_main() == 2
    assert capsys.readouterr().err == "error: nowhere.json: no such file\n"


def test_without_anything_to_draw_with_the_table_and_a_plain_chart_remain(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from simulator.render import picture
    from ui import questions

    questions.drawn.clear()
    questions.svg_file.clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(picture, "has_fallback", lambda: False)
    app.run()
    assert not app.exception
    assert "install Graphviz" in app.warning[0].value
    assert app.get("graphviz_chart")
    assert app.dataframe


def test_streamlit_is_told_to_stay_on_this_machine_and_quiet() -> None:
    given = flags("127.0.0.1", 8600, browser=False)
    assert {"--server.address=127.0.0.1", "--server.port=8600", "--server.headless=true"} <= set(given)
    assert SETTINGS["browser.gatherUsageStats"] == "false"
    assert SETTINGS["client.showErrorDetails"] == "none"
    assert SETTINGS["logger.hideWelcomeMessage"] == "true", "Streamlit's advertisement would lie over the page"


def test_a_port_that_is_taken_is_said_and_another_is_found() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        with pytest.raises(InputError, match=f"port {taken} is taken"):
            free_port("127.0.0.1", taken)
        assert free_port("127.0.0.1", None) != taken


def test_an_address_of_no_machine_is_refused() -> None:
    with pytest.raises(InputError, match="no address to listen on"):
        free_port("203.0.113.9", 8600)


def test_a_link_to_an_edge_that_is_gone_shows_what_needs_attention(app: AppTest) -> None:
    app.query_params["picked"] = "gone"
    app.run()
    assert not app.exception
    assert "assumes — missing" in texts(app)


def test_a_picked_function_leads_to_its_diagnosis(app: AppTest) -> None:
    app.query_params["picked"] = ORDERS
    app.query_params["show"] = "all"
    app.run()
    assert not app.exception
    links = {link.proto.label: link.proto for link in app.get("page_link")}
    assert links["Diagnose it"].page == "diagnose"
    assert ORDERS.replace(":", "%3A") in links["Diagnose it"].query_string
