"""The page Diagnose, run without a browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from models.snapshot import Account, Function, Snapshot
from simulator.collector import store
from tests.ui.conftest import opener, texts
from ui import inputs, overview
from ui.launch import APP

NIGHT_SHIFT = Path(__file__).parents[2] / "scenarios" / "night-shift.yaml"
REGION = "arn:aws:lambda:eu-west-1:222222222222:function"
CHECKOUT, MAIL, REPORT = f"{REGION}:checkout", f"{REGION}:mail", f"{REGION}:report"
LOST = "arn:aws:sqs:eu-west-1:222222222222:lost"

Open = Callable[..., AppTest]


@pytest.fixture(name="opened")
def _opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    return opener(monkeypatch, "pages/diagnose.py", NIGHT_SHIFT)


def findings(app: AppTest) -> list[str]:
    """What the buttons of the findings say."""
    return [button.label for button in app.button if button.key and button.key.startswith("pick")]


def test_it_opens_with_all_functions_by_cause_and_the_worst_first(opened: Open) -> None:
    app = opened()
    assert not app.exception
    assert not app.error
    assert "4 functions: 2 fail, 1 unknown, 1 pass" in texts(app)
    issues = [body for body in (element.proto.body for element in app.get("html")) if 'pg-many">' in body]
    words = [
        next(word for word in ("✕ fail", "? unknown", "~ conditional", "! warning") if word in one) for one in issues
    ]
    assert words == sorted(words, key=["✕ fail", "? unknown", "~ conditional", "! warning"].index)
    assert "sts:AssumeRole in the trust policy of role other-service" in texts(app)


def test_a_click_on_a_function_leads_to_the_finding_of_that_cause(opened: Open) -> None:
    app = opened()
    go = next(button for button in app.button if button.label == "mail")
    go.click().run()
    assert not app.exception
    assert app.selectbox(key="function").value == MAIL
    assert app.query_params["function"] == MAIL
    assert "role\\-not\\-assumable" in findings(app)[0]
    assert "mail: 1 failure" in texts(app)


def test_findings_come_worst_first_each_with_mark_and_word(opened: Open) -> None:
    app = opened(function="checkout")
    words = [label.split("**")[1] for label in findings(app)]
    assert words[:8] == ["✕ fail"] * 5 + ["~ conditional"] + ["! warning"] * 2
    assert set(words[8:]) == {"✓ pass"}
    assert "checkout: 5 failures, 1 condition, 2 warnings" in texts(app)


def test_the_worst_finding_is_open_with_what_is_missing_and_its_source(opened: Open) -> None:
    app = opened(function="ours/checkout")
    assert "identity-based policy of role checkout-role" in texts(app)
    assert "source: Lambda Developer Guide, &quot;Capturing records of Lambda asynchronous invocations&quot;" in texts(
        app
    )
    assert json.loads(app.code[0].value) == {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": LOST}
    assert "finding" not in app.query_params


def test_a_click_opens_a_finding_and_puts_it_into_the_address(opened: Open) -> None:
    app = opened(function="checkout")
    denied = next(button for button in app.button if "denied by NoRefunds" in button.label)
    denied.click().run()
    assert not app.exception
    assert app.query_params["finding"].startswith("code-calls~")
    assert "because Deny: statement NoRefunds in the identity-based policy of role checkout-role" in texts(app)


def test_a_link_restores_function_finding_and_filter(opened: Open) -> None:
    app = opened(function=CHECKOUT, finding=f"confused-deputy~{CHECKOUT}", only="warning")
    assert app.selectbox(key="function").value == CHECKOUT
    assert [label.split("**")[1] for label in findings(app)][:2] == ["! warning"] * 2
    assert "because Allow: statement any-topic" in texts(app)
    assert app.query_params["only"] == "warning"


def test_an_address_with_the_names_of_another_page_leads_to_what_was_left(opened: Open) -> None:
    app = opened(function=CHECKOUT, finding=f"confused-deputy~{CHECKOUT}")
    app.query_params.clear()
    app.query_params["picked"] = f"{CHECKOUT}~runs_as~role"
    app.run()
    assert not app.exception
    assert app.selectbox(key="function").value == CHECKOUT
    assert app.query_params["finding"] == f"confused-deputy~{CHECKOUT}"
    assert "picked" not in app.query_params


def test_a_link_may_name_the_check_alone(opened: Open) -> None:
    app = opened(function="checkout", finding="mapping")
    assert '"sqs:DeleteMessage"' in app.code[0].value


def test_a_finding_that_is_gone_shows_the_worst(opened: Open) -> None:
    app = opened(function="checkout", finding="gone~gone")
    assert not app.exception
    assert '"sqs:SendMessage"' in app.code[0].value


def test_what_passes_is_folded_into_one_line(opened: Open) -> None:
    app = opened(function="checkout")
    (folded,) = app.expander
    assert folded.label.replace("\\", "").startswith("✓ 8 checks hold: execution-role, role-not-assumable, ")
    assert not folded.proto.expanded
    app = opened(function="checkout", finding="execution-role")
    assert app.expander[0].proto.expanded
    assert "on <code>arn:aws:iam::222222222222:role/checkout-role</code>" in texts(app)


def test_the_filter_narrows_to_verdicts_and_unfolds_what_passes(opened: Open) -> None:
    app = opened(function="checkout", only="pass")
    assert {label.split("**")[1] for label in findings(app)} == {"✓ pass"}
    assert not app.expander
    assert opened(function="checkout", only="nonsense").query_params.get("only") is None


def test_what_is_open_is_among_what_is_filtered_for(opened: Open) -> None:
    app = opened(function="checkout", only="conditional")
    assert len(findings(app)) == 1 + 8
    assert "because Allow: statement Receipts" in texts(app)


def test_more_causes_are_shown_on_demand(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "CAUSES", 7)
    app = opened()
    assert texts(app).count("pg-many") == 7 + 1  # and its style
    next(button for button in app.button if button.label == "Show more of the 11 causes").click().run()
    assert texts(app).count("pg-many") == 11 + 1
    assert not [button for button in app.button if button.label.startswith("Show more")]


def test_the_plan_goes_place_by_place_with_statements_to_copy(opened: Open) -> None:
    app = opened(function="checkout")
    assert (
        "1. Add to the <b>identity-based policy of role checkout-role</b> in account <b>ours 222222222222</b>"
        in texts(app)
    )
    assert "2. Add to the <b>resource-based policy of function checkout:live</b>" in texts(app)
    assert "3. Have statement NoRefunds of receipts" in texts(app)
    assert "4. Update the code or the configuration of checkout" in texts(app)
    statements = next(json.loads(code.value) for code in app.code if code.value.startswith("["))
    assert [statement["Action"] for statement in statements[:2]] == ["sqs:SendMessage", "sqs:DeleteMessage"]


def test_a_function_of_which_too_little_is_known_says_what(opened: Open) -> None:
    app = opened(function=REPORT)
    assert "report: 1 unknown" in texts(app)
    assert "its execution role was not read" in texts(app)
    assert any("i note" in label for label in findings(app))


def test_a_function_that_is_well_says_so(opened: Open) -> None:
    app = opened(function="archive")
    assert not app.exception
    assert "archive: all is well" in texts(app)
    assert "What to do" not in texts(app)


def test_an_unknown_function_in_a_link_is_said_in_one_line_with_all_to_choose_from(opened: Open) -> None:
    app = opened(function="chekout")
    assert not app.exception
    assert "`chekout`" in app.info[0].value
    assert app.selectbox(key="function").value == ""
    assert "4 functions" in texts(app)


def test_a_qualified_name_means_its_function(opened: Open) -> None:
    assert opened(function="checkout:live").selectbox(key="function").value == CHECKOUT


def test_a_role_is_no_function(opened: Open) -> None:
    app = opened(function="ours/checkout-role")
    assert not app.exception
    assert app.info


def test_a_snapshot_without_functions_says_so(opened: Open, tmp_path: Path) -> None:
    empty = Snapshot(taken_at=datetime(2026, 1, 1, tzinfo=UTC), accounts=(Account(id="222222222222"),))
    store.save(empty, tmp_path / "empty.json")
    app = opened(tmp_path / "empty.json")
    assert not app.exception
    assert app.error[0].value == "empty.json: holds no functions, so there is nothing to diagnose"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("<script>alert(1)</script>", id="HTML"),
        pytest.param("**a** `b` [c](d) $e$ ~~f~~ ![g](h)", id="Markdown"),
        pytest.param('quote"back\\slash', id="quotes"),
        pytest.param("tilde~a~b", id="what ids are made of"),
        pytest.param("ünï \U0001f680 \u202e", id="beyond ASCII"),
    ],
)
def test_names_of_odd_characters_are_shown_as_they_are(opened: Open, tmp_path: Path, name: str) -> None:
    function = Function(arn=f"{REGION}:{name}", role="arn:aws:iam::222222222222:role/gone")
    made = Snapshot(
        taken_at=datetime(2026, 1, 1, tzinfo=UTC), accounts=(Account(id="222222222222"),), functions=(function,)
    )
    store.save(made, tmp_path / "odd.json")
    app = opened(tmp_path / "odd.json")
    assert not app.exception
    app = opened(tmp_path / "odd.json", function=function.arn)
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="function").value == function.arn
    assert "1 failure" in texts(app)
    assert "<script>" not in texts(app)


def test_an_arn_that_is_no_function_s_is_one_line(opened: Open, tmp_path: Path) -> None:
    function = Function(arn=f"{REGION}:a:b:c", role="arn:aws:iam::222222222222:role/gone")
    made = Snapshot(
        taken_at=datetime(2026, 1, 1, tzinfo=UTC), accounts=(Account(id="222222222222"),), functions=(function,)
    )
    store.save(made, tmp_path / "odd.json")
    app = opened(tmp_path / "odd.json", function=function.arn)
    assert not app.exception
    (error,) = app.error
    assert "\n" not in error.value


def test_many_functions_are_diagnosed_when_that_is_asked_for(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "AT_ONCE", 1)
    from ui import questions

    questions._shelf.clear()
    app = opened()
    assert "4 functions: choose one, or diagnose all of them" in texts(app)
    (ask,) = [button for button in app.button if button.label == "Diagnose all 4 functions"]
    ask.click().run()
    assert not app.exception
    assert "4 functions: 2 fail" in texts(app)
    assert "choose one" not in texts(app)
    # Asked once, it is known: of this input, for every session.
    assert "4 functions: 2 fail" in texts(opened())


def test_what_many_functions_fail_by_is_one_cause_with_a_table_of_them(opened: Open, tmp_path: Path) -> None:
    functions = tuple(
        Function(arn=f"{REGION}:f{number}", role="arn:aws:iam::222222222222:role/gone") for number in range(9)
    )
    made = Snapshot(
        taken_at=datetime(2026, 1, 1, tzinfo=UTC), accounts=(Account(id="222222222222"),), functions=functions
    )
    store.save(made, tmp_path / "many.json")
    app = opened(tmp_path / "many.json")
    assert '<span class="pg-many">9 functions</span>' in texts(app)
    next(button for button in app.button if button.label == "All 9").click().run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 9


def test_an_upload_is_still_there_on_the_other_page(snapshot_file: Path) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    app.file_uploader(key="upload").set_value(("mine.json", snapshot_file.read_bytes(), "application/json")).run()
    app.switch_page("pages/diagnose.py").run()
    assert not app.exception
    assert app.selectbox(key="scenario").value == inputs.UPLOAD
    assert "1 function" in texts(app)


def test_another_input_forgets_the_function(opened: Open, tmp_path: Path) -> None:
    shutil.copy(NIGHT_SHIFT, tmp_path / "night.yaml")
    app = opened(tmp_path / "night.yaml", function="checkout", finding="mapping")
    app.selectbox(key="scenario").set_value("cross-account-role").run()
    assert not app.exception
    assert app.selectbox(key="function").value == ""
    assert set(app.query_params) == {"scenario"}
