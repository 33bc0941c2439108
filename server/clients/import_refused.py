"""The refusal of a whole list of clients."""


class ImportRefused(Exception):
    """Nothing was written; the text says why and what to do."""
