"""How a score is computed: pure functions from a model to relations, no connection anywhere."""
