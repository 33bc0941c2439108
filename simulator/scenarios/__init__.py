"""Invented firms and what happens in them."""
