"""The page about Airflow holds: its DAGs hand over a command that exists, and its exit codes are ours."""

import ast
import re
import shlex

import pytest
from test_docs import DOCS, blocks, refusal

from analysis.cli import common

PAGE = DOCS / "how-to" / "airflow.md"
DAGS = [ast.parse(block) for block in blocks(PAGE, "py")]
OPTIONS = {
    "env", "append_env", "skip_on_exit_code", "do_xcom_push", "retries", "retry_delay", "execution_timeout",
}  # fmt: skip


def texts(dag: ast.Module) -> list[str]:
    """Every text of a DAG."""
    return [node.value for node in ast.walk(dag) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def given(dag: ast.Module, name: str) -> dict[str, str]:
    """What the one call of that name is given by keyword, as it is written."""
    (call,) = (node for node in ast.walk(dag) if isinstance(node, ast.Call) and ast.unparse(node.func) == name)
    return {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg}


@pytest.mark.parametrize("dag", DAGS)
def test_a_dag_calls_a_command_that_the_workbook_takes(dag):
    (command,) = (text for text in texts(dag) if "workbook run" in text)
    program, *words = shlex.split(command)
    assert program.endswith("/bin/workbook")
    assert not refusal(words)
    assert "--json" in words  # without it the output names people


def test_both_dags_say_the_same():
    assert len(DAGS) == 2
    by_operator, by_decorator = DAGS
    operator, decorator = given(by_operator, "BashOperator"), given(by_decorator, "task.bash")
    assert operator.keys() - decorator.keys() == {"task_id", "bash_command"}
    assert {name: operator[name] for name in OPTIONS} == decorator
    assert given(by_operator, "DAG").items() - given(by_decorator, "dag").items() == {("dag_id", "'workbook_reports'")}
    assert operator["skip_on_exit_code"] == str(common.BUSY)
    assert given(by_operator, "DAG")["catchup"] == "False"


def test_the_exit_codes_of_the_page_are_those_of_the_command_line():
    told = re.findall(r"^\| (\d) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(code) for code in told] == [0, common.FAILED, common.USAGE, common.PARTLY, common.BUSY]
