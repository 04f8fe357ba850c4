"""What runs all day: what arrives becomes facts and scores, and nothing accepted is lost."""
