"""The page What if, run without a browser."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from models.change import AddStatement, AttachPolicy
from simulator.collector import store
from simulator.scenario import library
from tests.ui.conftest import DEV, INVOKER, ORDERS, PIPELINE, opener, texts
from ui import supposed

DEMO = library.embedded(library.DEMO)
TRUSTED = AddStatement(
    side="trust",
    holder=INVOKER,
    statement={"Effect": "Allow", "Principal": {"AWS": PIPELINE}, "Action": "sts:AssumeRole"},
)

Open = Callable[..., AppTest]


@pytest.fixture(name="opened")
def _opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    return opener(monkeypatch, "pages/what_if.py", DEMO)


def click(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def fill(app: AppTest, label: str, value: str) -> AppTest:
    """Fill in a field of the form."""
    boxes = [*app.selectbox, *app.text_input, *app.text_area]
    return next(box for box in boxes if box.label == label).set_value(value).run()


def test_it_opens_with_how_it_is_now_and_says_that_nothing_is_ever_applied(opened: Open) -> None:
    app = opened()
    assert not app.exception
    assert not app.error
    assert "Nothing is supposed yet" in texts(app)
    assert "Nothing is ever applied to AWS" in texts(app)
    assert not app.dataframe


def test_a_change_built_with_a_form_shows_what_it_opens(opened: Open) -> None:
    app = opened()
    app.selectbox(key="form").set_value("trust").run()
    fill(app, "Role", INVOKER)
    fill(app, "Principal that may assume it", PIPELINE)
    click(app, "Add the change")
    assert not app.exception
    assert not app.error
    assert "With 1 change, 4 pairs open" in texts(app)
    assert "Add to the trust policy of role invoker: Allow sts:AssumeRole for role pipeline" in texts(app)
    table = app.dataframe[0].value
    assert list(table["from"]) == ["role pipeline", "role pipeline", "user dev", "user dev"]
    assert set(table["account"]) == {"partner"}
    assert list(table["kind"]) == ["assumes", "path", "path", "path"]
    assert supposed.decoded(app.query_params["changes"]) == (TRUSTED,)


def test_a_link_restores_the_changes(opened: Open) -> None:
    app = opened(changes=supposed.code_of((TRUSTED,)))
    assert "With 1 change, 4 pairs open" in texts(app)


@pytest.mark.parametrize("code", ["eJx", "%%%", "~0123", supposed.code_of((TRUSTED,))[:-9]])
def test_a_link_that_was_cut_is_said_and_supposes_nothing(opened: Open, code: str) -> None:
    app = opened(changes=code)
    assert not app.exception
    assert "changes in this link" in app.info[0].value
    assert "Nothing is supposed yet" in texts(app)
    assert "changes" not in app.query_params


def test_undo_and_redo_go_through_what_was_supposed(opened: Open) -> None:
    app = opened(changes=supposed.code_of((TRUSTED,)))
    click(app, "Undo")
    assert "Nothing is supposed yet" in texts(app)
    assert "changes" not in app.query_params
    click(app, "Redo")
    assert "With 1 change, 4 pairs open" in texts(app)
    click(app, "Clear")
    assert "Nothing is supposed yet" in texts(app)
    click(app, "Undo")
    assert "With 1 change, 4 pairs open" in texts(app)


def test_what_is_supposed_outlasts_a_look_at_another_page(opened: Open) -> None:
    app = opened(changes=supposed.code_of((TRUSTED,)))
    app.switch_page("pages/explore.py").run()
    links = {link.proto.label: link.proto for link in app.get("page_link")}
    assert f"changes={app.session_state['changes']}" in links["What if"].query_string
    app.switch_page("pages/what_if.py")
    app.query_params["changes"] = supposed.code_of((TRUSTED,))
    app.run()
    assert "With 1 change, 4 pairs open" in texts(app)
    click(app, "Undo")
    assert "Nothing is supposed yet" in texts(app)


def test_a_change_is_taken_out_by_itself(opened: Open) -> None:
    other = AttachPolicy(holder=DEV, policy="AWSLambda_FullAccess")
    app = opened(changes=supposed.code_of((other, TRUSTED)))
    app.button(key="drop0").click().run()
    assert supposed.decoded(app.query_params["changes"]) == (TRUSTED,)


def test_what_the_form_holds_stays_when_it_cannot_be_added(opened: Open) -> None:
    app = opened()
    app.selectbox(key="form").set_value("trust").run()
    fill(app, "Role", INVOKER)
    click(app, "Add the change")
    assert not app.exception
    assert [error.value for error in app.error] == ["Principal is missing"]
    assert next(box for box in app.selectbox if box.label == "Role").value == INVOKER


def test_what_aws_would_refuse_is_said_at_the_form(opened: Open) -> None:
    app = opened()
    app.selectbox(key="form").set_value("detach_policy").run()
    fill(app, "Holder", INVOKER)
    fill(app, "Policy", "arn:aws:iam::aws:policy/AWSLambda_FullAccess")
    click(app, "Add the change")
    (error,) = app.error
    assert "AWSLambda_FullAccess" in error.value
    assert "Nothing is supposed yet" in texts(app)


def test_changes_are_written_as_a_changes_file(opened: Open) -> None:
    app = opened()
    app.text_area(key="yaml").set_value(supposed.text_of((TRUSTED,)) + "# by hand\n").run()
    assert "With 1 change, 4 pairs open" in texts(app)
    assert app.text_area(key="yaml").value.endswith("# by hand\n"), "what was written stays as it was written"
    click(app, "Undo")
    assert app.text_area(key="yaml").value == ""


def test_a_text_with_a_mistake_is_kept_with_one_line_that_says_where(opened: Open) -> None:
    app = opened(changes=supposed.code_of((TRUSTED,)))
    wrong = "changes:\n- change: attach_polcy\n  holder: dev\n"
    app.text_area(key="yaml").set_value(wrong).run()
    (error,) = app.error
    assert error.value.startswith("changes:2:3: changes[0]: `attach_polcy` is not one of")
    assert app.text_area(key="yaml").value == wrong
    assert "With 1 change, 4 pairs open" in texts(app), "what was supposed before stays"
    app.switch_page("pages/explore.py").run()
    app.switch_page("pages/what_if.py")
    app.query_params["changes"] = supposed.code_of((TRUSTED,))
    app.run()
    assert app.text_area(key="yaml").value == wrong, "and so does what was written"


def test_a_change_of_what_is_not_there_is_said_at_the_change(opened: Open) -> None:
    nobody = AttachPolicy(holder="nobody", policy="AWSLambda_FullAccess")
    app = opened(changes=supposed.code_of((TRUSTED, nobody)))
    assert not app.exception
    assert "Change 2 can" in texts(app)
    (error,) = app.error
    assert "`nobody`" in error.value
    app.button(key="drop1").click().run()
    assert "With 1 change, 4 pairs open" in texts(app)


def noise(at: int) -> str:
    return hashlib.sha256(str(at).encode()).hexdigest()


def test_more_changes_than_an_address_can_hold_stay_in_the_session(opened: Open) -> None:
    many = tuple(
        AddStatement(
            side="identity",
            holder=DEV,
            statement={"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": f"{ORDERS}-{noise(at)}"},
        )
        for at in range(200)
    )
    # So different that they can't be packed.
    assert len(supposed.code_of(many)) > supposed.LONGEST_CODE
    app = opened()
    app.text_area(key="yaml").set_value(supposed.text_of(many)).run()
    assert not app.exception
    assert app.query_params["changes"].startswith("~")
    name = app.query_params["changes"]
    click(app, "Undo")
    app.query_params["changes"] = name
    app.run()
    assert app.text_area(key="yaml").value == supposed.text_of(many)


def test_the_line_that_is_selected_brings_out_its_way(opened: Open) -> None:
    app = opened(changes=supposed.code_of((TRUSTED,)), picked=f"{PIPELINE}~assumes~{INVOKER}")
    assert "pg-sides" in texts(app)
    assert "lacks sts:AssumeRole in the trust policy of role invoker" in texts(app)
    assert "Allow: statement #2 in the trust policy of role invoker" in texts(app)


def test_a_snapshot_has_forms_too(opened: Open, snapshot_file: Path) -> None:
    app = opened(snapshot_file, changes=supposed.code_of((TRUSTED,)))
    assert not app.exception
    assert "pairs open" in texts(app)
    assert store.load(snapshot_file).roles


def downloads(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def test_of_a_scenario_both_files_and_of_a_snapshot_the_changes_alone_are_saved(
    opened: Open, snapshot_file: Path
) -> None:
    app = opened(changes=supposed.code_of((TRUSTED,)))
    assert downloads(app) == ["Changes file", "Scenario", "SVG"]
    app = opened(snapshot_file, changes=supposed.code_of((TRUSTED,)))
    assert downloads(app) == ["Changes file", "SVG"]
    assert any("A snapshot is no scenario" in caption.value for caption in app.caption)


def test_whom_a_change_lets_in_beyond_those_who_were_read_is_said_first(opened: Open) -> None:
    stranger = {"AWS": "arn:aws:iam::333333333333:root"}
    admitted = AddStatement(side="trust", holder=INVOKER, statement={**TRUSTED.statement, "Principal": stranger})
    app = opened(changes=supposed.code_of((admitted,)))
    assert not app.exception
    assert "Not to be overlooked" in texts(app)
    assert "assumes role invoker, by account 333333333333, which was not read: missing → unknown" in texts(app)


def test_a_repair_offered_on_explore_is_supposed_beside_what_is_supposed_already(opened: Open) -> None:
    other = AttachPolicy(holder=DEV, policy="AWSLambda_FullAccess")
    app = opened(changes=supposed.code_of((other,)))
    app.switch_page("pages/explore.py").run()
    (link,) = [link.proto for link in app.get("page_link") if link.proto.label == "Try this in What if"]
    (code,) = parse_qs(link.query_string)["changes"]
    before, repair = supposed.decoded(code)
    assert before == other
    assert isinstance(repair, AddStatement)
    assert (repair.side, repair.holder, repair.statement["Principal"]) == ("trust", INVOKER, {"AWS": PIPELINE})
    app.switch_page("pages/what_if.py")
    app.query_params["changes"] = code
    app.run()
    assert "With 2 changes" in texts(app)


def test_a_repair_is_shown_in_every_form(opened: Open) -> None:
    app = opened()
    app.switch_page("pages/explore.py").run()
    assert [tab.label for tab in app.tabs] == ["Statement", "AWS CLI", "CloudFormation", "Terraform"]
    assert "aws iam update-assume-role-policy --role-name invoker" in "\n".join(code.value for code in app.code)
    assert "applied and evaluated again: the step holds" in texts(app)


def test_a_way_that_lacks_several_statements_is_tried_as_a_whole(opened: Open) -> None:
    app = opened()
    app.switch_page("pages/explore.py").run()
    app.radio[0].set_value(1).run()
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    (code,) = parse_qs(links["Try all of it in What if"])["changes"]
    changes = [change for change in supposed.decoded(code) if isinstance(change, AddStatement)]
    assert [(change.side, change.holder) for change in changes] == [("identity", DEV), ("resource", f"{ORDERS}:live")]


def test_a_finding_s_repair_leads_here_too(opened: Open) -> None:
    app = opened(library.embedded("night-shift"))
    app.switch_page("pages/diagnose.py")
    app.query_params["function"] = "checkout"
    app.query_params["finding"] = "mapping"
    app.run()
    assert not app.exception
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    (label,) = [label for label in links if label.startswith("Try")][-1:]
    (code,) = parse_qs(links[label])["changes"]
    actions = [str(change.statement["Action"]) for change in supposed.decoded(code) if isinstance(change, AddStatement)]
    assert "sqs:DeleteMessage" in "".join(actions)
