"""Bitácora: a firm's register of communications, kept from inside Outlook."""
