"""Points of rules kept by lead at one moment, so that variants of a model are scored at once.

Hits of rules that are plain sums are found by the statement once, and kept as arrays: other points,
limits, decays and windows are worked out on them. Every other rule goes through the statement
again, alone. What rests on points, from the limits of groups to bands, is always the statement's.
"""
