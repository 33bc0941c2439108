"""HTTP in and HTTP out; no business rule stands here."""
