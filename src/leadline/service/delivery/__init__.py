"""How others are told: destinations, the outbox that is written for them, and who sends it."""
