-- What the partition will promise, proved before anybody waits for it.
ALTER TABLE $incoming
    ADD CONSTRAINT rows_of_one_file CHECK (filename IS NOT NULL AND filename = $filename)
