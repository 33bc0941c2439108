"""Requests that Graph itself makes, to the addresses of subscribers."""

import ssl
from functools import cache

import httpx


def new_client() -> httpx.Client:
    """A client that takes nothing from its environment and, like Graph, names no user agent."""
    client = httpx.Client(trust_env=False, verify=_context())
    del client.headers["user-agent"]
    return client


@cache
def _context() -> ssl.SSLContext:
    # Reading the list of authorities costs more than a request.
    return ssl.create_default_context()
