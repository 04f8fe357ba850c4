"""What becomes of a lead that is ready: who has it, what they answer, whom to tell."""
