"""Each benchmark in a process of its own, so that its peak memory is its own: a line each, and rows of bench.json."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BENCHMARKS = ["pages", "desk", "render"]
ON_ANY_DATABASE = {"desk"}  # the others are measured on SQLite


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", choices=BENCHMARKS)
    parser.add_argument("--run", choices=BENCHMARKS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        return run(arguments.run)
    rows = []
    for name in [arguments.only] if arguments.only else BENCHMARKS:
        with tempfile.TemporaryDirectory() as state:
            environment = {**os.environ, "PORTAL_STATE_DIR": state, "PORTAL_MODE": "development"}
            if name not in ON_ANY_DATABASE or not environment.get("DATABASE_URL", "").startswith("postgres"):
                environment.pop("DATABASE_URL", None)
            measured = subprocess.run(
                [sys.executable, "-m", "tests.bench", "--run", name],
                cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        if measured.returncode:
            print(f"{name}: failed", file=sys.stderr)
            return measured.returncode
        for line in measured.stdout.splitlines():
            if line.startswith("{"):
                rows.append(json.loads(line))
                print(in_words(rows[-1]), flush=True)
    record(rows)
    return 0


def run(name: str) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import importlib

    import django

    django.setup()
    for row in importlib.import_module(f"tests.bench.{name}").measure():
        print(json.dumps(row), flush=True)
    return 0


def in_words(row: dict) -> str:
    queries = f", {row['queries']} queries" if row.get("queries") is not None else ""
    return (
        f"{row['name']:<34} {row['work']:<34} {row['ratio']:>7.2f} × {row['baseline']}"
        f" (peak {row['peak_memory_mb']:.0f} MB{queries})"
    )


def record(rows: list[dict]) -> None:
    path = ROOT / "bench.json"
    kept = json.loads(path.read_text()) if path.exists() else []
    names = {row["name"] for row in rows}
    path.write_text(json.dumps([row for row in kept if row["name"] not in names] + rows, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
