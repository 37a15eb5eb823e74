"""What the SQL of every database shares: statements from files, identifiers, literals."""
