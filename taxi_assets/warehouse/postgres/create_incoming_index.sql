CREATE INDEX $name ON $incoming $definition
