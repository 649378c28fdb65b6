"""The words of a command that asks a run for something: the thing first, and the run second where one is named."""

from __future__ import annotations

from collections.abc import Callable

import click


def thing_and_run(
    words: tuple[str, ...], what: str, is_thing: Callable[[str], bool]
) -> tuple[str, str | None]:
    """Tell the thing and the run apart, in whichever order they stand; the run is None where it is not named.

    Words that cannot be told apart are taken in the order that is documented: whoever uses them says what is wrong.

    Args:
        words: as they stand on the command line, at least one.
        what: the thing's name, for people.
        is_thing: whether a word can be one.

    Raises:
        click.UsageError: more than two words, or each of the two can be either.
    """
    if len(words) > 2:
        raise click.UsageError(f"name a {what} and a run, or a {what} alone")
    first, *rest = words
    if not rest:
        return first, None
    (second,) = rest
    as_documented = is_thing(first) and _is_run(second)
    the_other_way = is_thing(second) and _is_run(first)
    if as_documented and the_other_way and first != second:
        raise click.UsageError(
            f"{first!r} and {second!r} can each be the {what} and the run: name the run by its folder's path"
        )
    if as_documented or not (the_other_way or _is_likelier_reversed(first, second, is_thing)):
        return first, second
    return second, first


def _is_likelier_reversed(first: str, second: str, is_thing: Callable[[str], bool]) -> bool:
    """Of two words of which one is neither, the other says what that was meant to be."""
    if _is_run(first) != _is_run(second):
        return _is_run(first)
    return is_thing(second) and not is_thing(first)


def _is_run(word: str) -> bool:
    from training.record.run_folder import RunNotFoundError, find_run_folder

    try:
        find_run_folder(word)
    except RunNotFoundError:
        return False
    return True
