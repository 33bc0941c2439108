"""Putting another function in the place of one of the product's, in this process and for a while."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def replaced(original: Callable[..., Any], mutant: Callable[..., Any]) -> Iterator[None]:
    """Wherever the product calls a function by its name, in any of its modules, the mutant answers."""
    places = [
        (module, name)
        for module_name, module in list(sys.modules.items())
        if module_name.partition(".")[0] == "server"
        for name, value in list(vars(module).items())
        if value is original
    ]
    assert places, f"nobody calls {original}"
    for module, name in places:
        setattr(module, name, mutant)
    try:
        yield
    finally:
        for module, name in places:
            setattr(module, name, original)


@contextmanager
def method_replaced(owner: type, name: str, mutant: Callable[..., Any]) -> Iterator[None]:
    """The same for a method, in all objects of its class."""
    original = getattr(owner, name)
    setattr(owner, name, mutant)
    try:
        yield
    finally:
        setattr(owner, name, original)
