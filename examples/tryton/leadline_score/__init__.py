"""A module of Tryton: fields of parties in which leadline writes what it knows of them."""
