"""The options that all benchmarks share."""

import argparse

from benchmarks.databases import NAMES


def parser(module: str, description: str, *, rounds: int = 3) -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    options.add_argument("--database", action="append", choices=NAMES, help="one of them (default: both)")
    options.add_argument("--rounds", type=int, default=rounds, help="how often product and peer take turns")
    options.add_argument("--seed", type=int, default=1, help="decides every mail")
    return options


def databases(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(options.database or NAMES)
