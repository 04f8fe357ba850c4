"""Trees of SQL, put together from parts."""

from leadline.sql.trees import Tree, case, integer, sql_tree
from work import calls_of


def branches(count: int) -> list[tuple[Tree, Tree]]:
    """Return some branches of a case."""
    return [(sql_tree("r = :n", n=integer(at)), integer(at * 10)) for at in range(count)]


def test_a_case_has_its_branches_in_their_order_and_a_default() -> None:
    """Each branch once; what it is made of stays as it was."""
    given, default = branches(2), integer(-1)
    expected = "CASE WHEN r = 0 THEN 0 WHEN r = 1 THEN 10 ELSE -1 END"
    assert case(given, default).sql() == expected
    assert case(given, default).sql() == expected


def test_a_case_without_branches_is_its_default() -> None:
    """Null where there is no default either."""
    assert case([], integer(1)).sql() == "1"
    assert case([]).sql() == "NULL"


def test_the_work_of_a_case_grows_with_its_branches() -> None:
    """Four times the branches are four times the work, not sixteen times."""
    few, many = branches(100), branches(400)
    assert calls_of(lambda: case(many)) < 5 * calls_of(lambda: case(few))
