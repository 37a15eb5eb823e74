"""How a table's columns differ from the declared ones."""

from collections.abc import Mapping, Sequence


def differences(present: Sequence[tuple[str, str]], declared: Mapping[str, str]) -> tuple[str, ...]:
    """The differences in words; none where the columns are as declared.

    Args:
        present: name and type of each column of the table, in order.
        declared: the same of the declared ones.
    """
    found = dict(present)
    missing = [f"{name} is missing" for name in declared if name not in found]
    added = [f"{name} is not declared" for name in found if name not in declared]
    changed = [
        f"{name} is {found[name]}, declared {type_}"
        for name, type_ in declared.items()
        if name in found and found[name] != type_
    ]
    moved = ["the columns stand in another order"] if list(found) != list(declared) else []
    return tuple(missing + added + changed or moved)
