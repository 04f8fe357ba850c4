"""What runs all day: what arrives becomes facts and scores; settings and clock are read here."""
