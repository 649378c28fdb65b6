"""`PYTHON run_script.py START SCRIPT ARGUMENTS…`: run a script as a lane, in whatever environment PYTHON is of.

Started by path. No package of ours is imported by its name: `training` is the user's, where the user has one.
"""

import sys

if sys.version_info < (3, 8):
    sys.stderr.write(
        "dualtrain: a script's interpreter must be Python 3.8 or newer, this is %d.%d\n"
        % sys.version_info[:2]
    )
    sys.exit(2)

LOADED_BEFORE = frozenset(sys.modules)
"""What the interpreter itself has loaded: a script finds it under Python as well, whatever lies beside it."""
_PACKAGE = "_dualtrain_agent"


def prefer_standard_library() -> "list[str]":
    """Have imports of ours find the standard library's own, whatever PYTHONPATH has of a name; `sys.path` before that.

    That path does not lead to our folder any more.
    """
    import os

    library = os.path.dirname(os.__file__)
    if sys.path and os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(__file__)):
        del sys.path[0]
    given = list(sys.path)
    sys.path.sort(key=lambda entry: entry != library and os.path.basename(entry) != "lib-dynload")
    return given


def load_agent() -> None:
    """Make a package of our folder, under a name that nobody else has."""
    import importlib.util
    import os

    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)
    package.__dict__["first_main"] = sys.modules[
        "__main__"
    ]  # it is to live on when the script takes its place


def main(told: str, command: "list[str]") -> None:
    """Run what the rest of the command line names."""
    given = prefer_standard_library()
    import importlib

    load_agent()
    start = importlib.import_module(_PACKAGE + ".script_start").ScriptStart.read(told)
    if start.is_program:
        importlib.import_module(_PACKAGE + ".program_main").run_program(start, command)
        return
    run_script = importlib.import_module(_PACKAGE + ".script_main").run_script
    sys.path[:] = given
    run_script(start, command[0], command[1:], LOADED_BEFORE)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
