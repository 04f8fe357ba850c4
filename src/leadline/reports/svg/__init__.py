"""Charts as static SVG, drawn for a wide page and anew for a narrow one."""
