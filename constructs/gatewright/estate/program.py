"""A user's program, run once as ``python FILE`` would run it, for the estate that it states."""

from __future__ import annotations

import contextlib
import os
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import attrs

import gatewright
from gatewright.errors import Problem, ProgramError, did_you_mean, shown
from gatewright.estate.blame import blamed, described, fault
from gatewright.estate.estate import Estate
from gatewright.estate.stating import Stating

# Beside a program of such a name every `import pulumi` would find the program itself.
_HIDDEN = ("cdk8s", "constructs", "gatewright", "pulumi")


@contextlib.contextmanager
def opened(path: str) -> Iterator[Estate]:
    """The program's estate, whose ``intents`` is called once a cluster and judged (see ``Stating``).

    The program sees ``sys.path[0]`` and ``sys.argv`` as under ``python FILE``; its modules are forgotten at the end. What it
    prints goes to standard error: standard output belongs to our answers. Raises ``ProgramError``.
    """
    code = _compiled(path)
    folder = os.path.dirname(os.path.realpath(path))
    before, argv, modules = sys.path[:], sys.argv[:], set(sys.modules)
    sys.path.insert(0, folder)
    sys.argv[:] = [path]
    try:
        estate = _estate(path, _run(path, code))
        yield attrs.evolve(estate, intents=Stating(estate.intents, path))
    finally:
        sys.path[:], sys.argv[:] = before, argv
        for name in set(sys.modules) - modules:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(folder + os.sep):
                del sys.modules[name]


def _compiled(path: str) -> types.CodeType:
    file = Path(path)
    try:
        source = file.read_bytes()
    except FileNotFoundError:
        near = did_you_mean(file.name, [one.name for one in file.parent.glob("*.py")])
        raise _wrong(
            "program-missing", path, f"there is no such file{near}", path, "a Python file that states `estate`", "correct the path"
        ) from None
    except IsADirectoryError:
        beside = sorted(one.name for one in file.glob("*.py"))
        raise _wrong("program-is-folder", path, "this is a folder", path, "a Python file that states `estate`",
                     f"name the file, such as {os.path.join(path, beside[0] if beside else 'estate.py')}") from None  # fmt: skip
    except OSError as error:
        raise _wrong(
            "program-unreadable", path, f"it cannot be read: {error.strerror}", path, "a readable Python file", "correct its permissions"
        ) from None
    if file.stem in _HIDDEN:
        raise _wrong("program-hides-library", path, f"beside it, `import {file.stem}` would find this program instead of the library",
                     file.name, f"any name but {', '.join(f'{name}.py' for name in _HIDDEN)}", "rename the program, such as estate.py")  # fmt: skip
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        where = f"{path}:{error.lineno}" if error.lineno else path
        line = error.text.strip() if error.text else source[:40]
        raise _wrong("program-syntax", where, f"not Python: {error.msg}", shown(line), "a Python program", "correct this line") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise _wrong("program-syntax", path, f"not Python: {error}", shown(source[:40]), "a Python program", "correct the file") from None


def _run(path: str, code: types.CodeType) -> types.ModuleType:
    """The executed module, under the file's own name, so that a helper that imports it back runs nothing twice."""
    stem = Path(path).stem
    module = types.ModuleType(stem if stem not in sys.modules else f"{stem} (program)")
    module.__file__ = os.path.abspath(path)
    sys.modules[module.__name__] = module
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(code, module.__dict__)  # noqa: S102 - running the user's program is what was asked for
    except SystemExit as error:
        raise ProgramError([fault("program-exited", "the program ended itself", path, error)]) from None
    except Exception as error:
        raise ProgramError(blamed("program-raised", "the program raised", path, error)) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ProgramError([fault("program-raised", "the program raised", path, error)]) from error
    return module


def _estate(path: str, module: types.ModuleType) -> Estate:
    found = vars(module)
    if "estate" not in found:
        others = [name for name, value in found.items() if isinstance(value, Estate)]
        fix = f"rename {others[0]} to estate" if others else "state estate = Estate([Environment(…)], intents)"
        names = [name for name in found if not name.startswith("_") and name not in gatewright.__all__]
        raise _wrong("no-estate", path, f"the program states no `estate`{did_you_mean('estate', names)}", ", ".join(names[:10]) or "nothing",
                     "a module variable `estate` that holds an Estate", fix)  # fmt: skip
    value = found["estate"]
    if not isinstance(value, Estate):
        kind = type(value)
        copy = kind.__name__ == "Estate" and kind.__module__.endswith("gatewright.estate.estate")
        fix = "import gatewright, not constructs.gatewright" if copy else "state estate = Estate([Environment(…)], intents)"
        raise _wrong("estate-of-another-kind", f"{path}: estate", "this is no Estate", described(value), "gatewright.Estate", fix)  # fmt: skip
    return value


def _wrong(code: str, path: str, message: str, got: str, allowed: str, fix: str) -> ProgramError:
    return ProgramError([Problem(code, path, message, got, allowed, fix)])
