"""Where rows come from: files, memory, tables of an engine, one file a place."""
