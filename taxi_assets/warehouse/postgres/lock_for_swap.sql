-- The merged table alone, without its other months, and the month's old partition.
LOCK TABLE ONLY $table, ONLY $partition IN ACCESS EXCLUSIVE MODE
