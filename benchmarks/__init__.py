"""How fast the product is, in ratios to a bare peer that runs in the same round on the same machine.

`python -m benchmarks` runs all of them, `python -m benchmarks.webhook` and its like one. Nothing here is a
test: a figure depends on the machine, a ratio much less.
"""
