"""Sums of hits in arrays: the second way to sum, for rules that are plain sums alone.

The statement sums hits anew at each moment. Where the same leads are scored at many moments, or
at one moment by many variants of a model, the hits are found once, by the statement, and summed
here. What comes out are whole millionths, equal to those of the statement; all that rests on them,
limits of groups, ranges, formulas, grades and bands, is the statement's.
"""
