from zhanggui.core.portions import portions


def test_portions_are_closed_once_they_weigh_enough() -> None:
    assert list(portions([3, 1, 1, 5, 9, 1], weight=int, least=5)) == [[3, 1, 1], [5], [9], [1]]
    assert list(portions([], weight=int, least=5)) == []
