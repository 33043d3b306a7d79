"""What the program never does, whatever it is given: run code that is not its own, or use the network."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME = [ROOT / "gui.py", *(path for path in (ROOT / "captioner").rglob("*.py") if "training" not in path.parts)]

FORBIDDEN_MODULES = {
    *("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "code", "codeop", "runpy"),
    *("http", "urllib.request", "urllib.robotparser", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "ssl"),
    *("xmlrpc", "socketserver", "asyncio", "requests", "httpx", "aiohttp", "urllib3", "webbrowser", "pty"),
}
FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__", "breakpoint"}
# recv unpickles what arrives through a connection of multiprocessing.
FORBIDDEN_ATTRIBUTES = {
    "system",
    "popen",
    "getoutput",
    "getstatusoutput",
    "recv",
    "spawnl",
    "spawnlp",
    "spawnv",
    "spawnvp",
}
# Of multiprocessing, only connections; of sockets, only the user at the other end and this computer's name.
ALLOWED = {
    "multiprocessing": {"multiprocessing.connection"},
    "socket": {"gethostname", "fromfd", "AF_UNIX", "SOCK_STREAM", "SOL_SOCKET", "SO_PEERCRED"},
}
# This module asks the system for this computer's address, without sending anything.
ALLOWED_IN = {"captioner/web/addresses.py": {"socket", "AF_INET", "SOCK_DGRAM"}}


def offences(source: str, module: str = "") -> Iterator[str]:
    """Each place in a module that does what the program must never do."""
    allowed_of_socket = ALLOWED["socket"] | ALLOWED_IN.get(module, set())
    node: Any  # each kind of node has other attributes
    for node in ast.walk(ast.parse(source)):
        for module in imported(node):
            parts = module.split(".")
            if FORBIDDEN_MODULES & {".".join(parts[:end]) for end in range(1, len(parts) + 1)}:
                yield f"{node.lineno}: imports {module}"
            if parts[0] == "multiprocessing" and ".".join(parts[:2]) not in ALLOWED["multiprocessing"]:
                yield f"{node.lineno}: imports {module}"
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            yield f"{node.lineno}: {node.id}"
        if isinstance(node, ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else ""
            if node.attr in FORBIDDEN_ATTRIBUTES or (of == "socket" and node.attr not in allowed_of_socket):
                yield f"{node.lineno}: {of}.{node.attr}"
        if isinstance(node, ast.Call):
            options = {keyword.arg: keyword.value for keyword in node.keywords}
            if "shell" in options or not is_false(options.get("allow_pickle")):
                yield f"{node.lineno}: {ast.unparse(node)}"
            if isinstance(node.func, ast.Attribute) and node.func.attr == "eval" and not all(map(is_fixed, node.args)):
                yield f"{node.lineno}: {ast.unparse(node)}"  # Tcl built at run time


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{name.name}" for name in node.names]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        return [str(node.args[0].value)] if isinstance(node.args[0], ast.Constant) else ["pickle"]  # anything
    return []


def is_false(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is False)


def is_fixed(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id.isupper())


@pytest.mark.parametrize("path", RUNTIME, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_runs_no_foreign_code_and_uses_no_network(path: Path) -> None:
    module = path.relative_to(ROOT).as_posix()
    assert list(offences(path.read_text(encoding="utf-8"), module)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from urllib import request",
        "import http.client",
        "import multiprocessing",
        "from multiprocessing import Pool",
        "import_module(name)",
        "eval(text)",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
        "np.load(path, allow_pickle=True)",
        "socket.create_connection(address)",
        "connection.recv()",
        "root.tk.eval(f'puts {text}')",
    ],
)
def test_a_forbidden_use_is_detected(source: str) -> None:
    assert len(list(offences(source))) == 1


# Runs a module with its arguments, and ends it if it uses the network or unpickles anything.
GUARDED = """
import os, runpy, sys
FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "pickle.find_class", "os.system", "urllib.Request")
def guard(event, arguments):
    if event in FORBIDDEN:
        print(event, arguments, file=sys.stderr, flush=True)
        os._exit(3)
sys.addaudithook(guard)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__")
"""


def test_a_photo_is_captioned_without_a_network(samples: dict[str, Path]) -> None:
    without = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*without, "true"], capture_output=True).returncode:
        pytest.skip("this system cannot run a program without a network")
    # This alone shows that there is no network.
    reach = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    done = subprocess.run([*without, sys.executable, "-c", reach], capture_output=True, text=True)
    assert "Network is unreachable" in done.stderr
    command = [*without, sys.executable, "-c", GUARDED, "captioner", *map(str, (samples["cat"], samples["coffee"]))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 2
