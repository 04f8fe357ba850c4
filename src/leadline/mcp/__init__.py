"""Tools for agents by the Model Context Protocol: what can be asked of a workspace or a store."""
