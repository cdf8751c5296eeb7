"""Reference cases: every number below $GOLDEN_DIR (default: tests/golden_own) is reproduced within its tolerance.

A case is `<family>/<case>/expected.json` with CSV files beside it. What a case expects and the package cannot compute
is either named in FAMILIES_NOT_BUILT, or marked as lacking by the adapter, or a failure. What the package computed once
and no longer does stands as `[[gone]]` in `known_differences.toml` with its reason, a whole family or one method of it.
"""

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from golden_adapters import ADAPTERS, INPUT, NO_TARGET, Case, Computed, Lacking, NotBuilt, Table, computed_for

ROOT = Path(os.environ.get("GOLDEN_DIR") or Path(__file__).parent / "golden_own")

# families without an adapter; to be emptied
FAMILIES_NOT_BUILT = {}
# families whose fit alone takes half a minute
LONG_FAMILIES = {"banister_kalman"}

KNOWN = tomllib.loads(Path(__file__).with_name("known_differences.toml").read_text(encoding="utf-8"))
# (family, method) -> why; the method of a whole family is ""
GONE = {(entry["family"], entry.get("method", "")): entry["reason"] for entry in KNOWN["gone"]}


def cases(root: Path) -> list[Case]:
    files = sorted(root.glob("*/*/expected.json"))
    return [Case.of(file.parent, json.loads(file.read_text(encoding="utf-8"))) for file in files]


def as_parameter(case: Case):
    marks = []
    if gone := GONE.get((case.family, "")):
        marks = [pytest.mark.skip(reason=f"the family {case.family} is gone: {gone}")]
    elif reason := FAMILIES_NOT_BUILT.get(case.family):
        marks = [pytest.mark.xfail(raises=NotBuilt, strict=True, reason=f"not built: {reason}")]
    if case.family in LONG_FAMILIES:
        marks.append(pytest.mark.soak)
    return pytest.param(case, id=case.id, marks=marks)


def matches(stem: str, name: str) -> bool:
    """Whether a tolerance for `stem` is meant for `name`: CS_se for se, mixed_k for mixed, ICC31 for icc.

    >>> matches("icc", "ICC31"), matches("se", "CS_se"), matches("TC", "MSS")
    (True, True, False)
    """
    stem, name = stem.lower(), name.lower()
    parts, wanted = name.split("_"), stem.split("_")
    return parts[: len(wanted)] == wanted or stem in parts or (name.startswith(stem) and name[len(stem) :].isdigit())


def tolerance_of(path: tuple[str, ...], tolerance: dict) -> dict[str, float]:
    """The tolerance of the innermost name that has its own, else the general one."""
    general = {key: tolerance[key] for key in ("rel", "abs") if key in tolerance}
    stems = {}
    for key, value in tolerance.items():
        if key not in general:
            kind = "rel" if key.startswith("rel_") or key.endswith("_rel") else "abs"
            stems.setdefault(key.removeprefix(f"{kind}_").removesuffix(f"_{kind}"), {})[kind] = value
    for name in reversed(path):
        for stem, own in stems.items():
            if matches(stem, name):
                return own
    return general


def agrees(expected, computed, tolerance: dict[str, float]) -> bool:
    """Within the relative or the absolute tolerance; an expected blank must be computed as NaN."""
    if isinstance(expected, str | bool):
        return expected == computed
    if expected is None or np.isnan(expected):
        return computed is None or bool(np.isnan(computed))
    floor = 1e-12 if expected == 0 else 0.0  # no relative tolerance can say what is close to 0
    return computed == pytest.approx(expected, rel=tolerance.get("rel", 0.0), abs=tolerance.get("abs", floor))


def differences(expected, computed, tolerance: dict, path: tuple[str, ...] = ()) -> Iterator[str | Lacking]:
    """Every number that is not reproduced, as a sentence, and every method that is lacking."""
    where = ".".join(path)
    if isinstance(computed, Lacking):
        yield computed
    elif computed is INPUT or computed is NO_TARGET:
        return
    elif isinstance(expected, dict):
        for key, value in expected.items():
            if not isinstance(computed, dict) or key not in computed:
                yield f"unknown expected key {'.'.join((*path, key))}"
            else:
                yield from differences(value, computed[key], tolerance, (*path, key))
    elif isinstance(expected, list):
        if len(expected) != len(computed):
            yield f"{where}: expected {len(expected)} values, computed {len(computed)}"
        else:
            for number, (value, got) in enumerate(zip(expected, computed, strict=True)):
                yield from differences(value, got, tolerance, (*path, str(number)))
    elif not agrees(expected, computed, tolerance_of(path, tolerance)):
        yield f"{where}: expected {expected!r}, computed {computed!r}"


def table_differences(name: str, expected: pd.DataFrame, table: Table, tolerance: dict) -> Iterator[str | Lacking]:
    if len(expected) != len(table.computed):
        yield f"{name}: expected {len(expected)} rows, computed {len(table.computed)}"
        return
    for column in expected.columns.difference(table.inputs):
        if column not in table.computed:
            yield f"unknown expected column {name}:{column}"
            continue
        own_name = table.tolerance_names.get(column, column)
        pairs = zip(expected[column].tolist(), table.computed[column].tolist(), strict=True)
        for row, (value, got) in enumerate(pairs, start=1):
            if isinstance(got, Lacking):
                yield got
            elif not agrees(value, got, tolerance_of((own_name,), tolerance)):
                yield f"{name}:{column} row {row}: expected {value!r}, computed {got!r}"


def all_differences(case: Case, computed: Computed) -> Iterator[str | Lacking]:
    for key in case.given.keys() - computed.given:
        yield f"unknown given key {key}"
    yield from differences(case.expected, computed.values, case.tolerance)
    for name in dict.fromkeys((*case.tables, *computed.tables)):  # some cases list a table among the inputs only
        if name in computed.tables:
            yield from table_differences(name, case.read(name), computed.tables[name], case.tolerance)
        else:
            yield f"unknown expected table {name}"
    for name, (low, high) in case.bounds.items():
        if name not in computed.bounds:
            yield f"unknown bounded value {name}"
        elif isinstance(computed.bounds[name], Lacking):
            yield computed.bounds[name]
        elif not low <= computed.bounds[name] <= high:
            yield f"{name}: {computed.bounds[name]!r} is not in [{low}, {high}]"


@pytest.mark.parametrize("case", [as_parameter(case) for case in cases(ROOT)])
def test_golden_case_is_reproduced(case):
    found = list(all_differences(case, computed_for(case)))
    wrong = [difference for difference in found if isinstance(difference, str)]
    assert not wrong, "\n".join(wrong)
    lacking = sorted({difference.method for difference in found if isinstance(difference, Lacking)})
    gone = [f"{method}: {GONE[case.family, method]}" for method in lacking if (case.family, method) in GONE]
    if len(gone) < len(lacking):
        pytest.xfail(f"every other number agrees; not built: {', '.join(lacking)}")
    if gone:
        pytest.skip(f"every other number agrees; gone from {case.family}: {' '.join(gone)}")


def test_there_are_cases_to_reproduce():
    assert cases(ROOT), f"no <family>/<case>/expected.json below {ROOT}"


def test_a_family_with_an_adapter_is_not_listed_as_not_built():
    assert not FAMILIES_NOT_BUILT.keys() & ADAPTERS.keys()


def test_a_family_that_is_gone_has_no_adapter():
    assert not {family for family, method in GONE if not method} & ADAPTERS.keys()


def test_a_method_that_is_gone_is_lacking_in_its_family():
    """The adapter of the family names it, so that an entry goes when the method comes back."""
    adapters = Path(__file__).with_name("golden_adapters.py").read_text(encoding="utf-8")
    named = {(family, method) for family, method in GONE if method}
    assert {family for family, _ in named} <= ADAPTERS.keys()
    assert all(f'Lacking("{method}")' in adapters for _, method in named)


def case_of(expected: dict, **more) -> Case:
    content = {"family": "load", "expected": expected, "tolerance": {"rel": 1e-6}} | more
    return Case.of(Path("unused"), content)


def test_an_expected_key_that_no_adapter_knows_is_named():
    case = case_of({"ols": {"V0": 1.5, "V9": 1.0}})
    assert list(all_differences(case, Computed({"ols": {"V0": 1.5}}))) == ["unknown expected key ols.V9"]


def test_an_expected_column_that_no_adapter_knows_is_named():
    found = table_differences("t.csv", pd.DataFrame({"i": [1], "x": [2.0]}), Table(pd.DataFrame(index=[0]), ("i",)), {})
    assert list(found) == ["unknown expected column t.csv:x"]


def test_a_wrong_number_is_told_with_its_place():
    found = list(differences({"a": [1.0, 2.0]}, {"a": [1.0, 2.1]}, {"rel": 1e-6}))
    assert found == ["a.1: expected 2.0, computed 2.1"]


def test_a_given_convention_and_a_bound_that_nobody_looks_at_are_named():
    case = case_of({}, given={"convention": "x"}, bounds={"p": [0, 1]})
    assert list(all_differences(case, Computed())) == ["unknown given key convention", "unknown bounded value p"]


def test_an_expected_blank_must_be_computed_as_missing():
    assert agrees(np.nan, np.nan, {})
    assert not agrees(np.nan, 0.0, {})
    assert not agrees(0.0, np.nan, {"rel": 0.1})


@pytest.mark.parametrize(
    ("path", "own"),
    [
        (("hopkins", "ICC31"), {"rel": 0.1}),
        (("fit", "se", "k"), {"rel": 0.2}),
        (("corrections", "TC"), {"abs": 0.3}),
        (("pub", "published"), {"rel": 0.4}),
        (("hopkins", "TE"), {"rel": 1e-6}),
    ],
)
def test_the_more_specific_tolerance_wins(path, own):
    tolerance = {"rel": 1e-6, "icc_rel": 0.1, "se_rel": 0.2, "TC_abs": 0.3, "rel_published": 0.4}
    assert tolerance_of(path, tolerance) == own
