"""The quarter of a team: what came of it, and what to decide; composed of other answers."""
