"""What an export holds: types, tokens that mean missing, keys, and the ``columns:`` to declare."""
