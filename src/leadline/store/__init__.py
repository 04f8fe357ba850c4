"""What the service remembers: schema, migrations, named statements; no rule of scoring."""
