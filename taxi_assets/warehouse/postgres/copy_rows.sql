-- FREEZE stores the rows as already committed, so no reader and no vacuum has to write them again.
-- The table was created in this transaction, so nobody can see the rows before the commit.
COPY {{ incoming }} ({{ columns }}) FROM STDIN (FORMAT {{ form }}, FREEZE) -- noqa: PRS
