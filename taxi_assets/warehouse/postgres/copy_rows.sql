-- FREEZE: the rows are stored as committed, so that no reader and no vacuum writes them again.
-- The table was made in this transaction, so nobody can see them before it commits.
COPY {{ incoming }} FROM STDIN (FORMAT binary, FREEZE) -- noqa: PRS
